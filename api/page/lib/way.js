// @ts-check
// Where nothing is to be seen: what exists nearby, or how to publish.

import { ask } from './api.js';
import { isConfig } from './filters.js';

/**
 * @param {string[]} filters @param {AbortController} gone
 * @returns {Promise<{others: string[], store: any}>} topics that exist, where none matches; and what GET store says
 */
export async function findWay(filters, gone) {
  const none = { topics: [] };
  const all = filters.length ? await ask('/v1/topics', gone).catch(() => none) : none;
  const others = all.topics
    .map((/** @type {any} */ one) => one.topic)
    .filter((/** @type {string} */ one) => !isConfig(one));
  return { others, store: await ask('/v1/store', gone).catch(() => null) };
}

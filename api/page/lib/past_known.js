// @ts-check
// What History has to know before it asks: which topics there are, and which units their devices declared.

import { ask, askAll } from './api.js';
import { DECLARED, units } from './discovery.js';
import { asked } from './past_requests.js';
import { request } from './url.js';

/** @param {string[]} filters @param {AbortController} gone */
export async function learn(filters, gone) {
  const [known, declared] = await Promise.all([
    askAll(request('/v1/topics', { filter: filters }), 'topics', gone),
    ask(request('/v1/latest', DECLARED), gone).catch(() => ({ observations: [] })),
  ]);
  /** @type {Map<string, any>} */
  const topics = new Map(known.topics.map((/** @type {any} */ one) => [one.topic, one]));
  return {
    topics,
    narrowed: known.rights !== undefined && (await import('./narrowed.js')).isNarrowed(known.rights, filters),
    units: units(declared.observations),
    filter: asked(filters, [...topics.keys()]),
  };
}

// @ts-check
// What History has to know before it asks: which topics there are, in which units.

import { askAll } from './api.js';
import { asked } from './past_requests.js';
import { request } from './url.js';

/** @param {string[]} filters @param {AbortController} gone */
export async function learn(filters, gone) {
  const known = await askAll(request('/v1/topics', { filter: filters }), 'topics', gone);
  /** @type {Map<string, any>} */
  const topics = new Map(known.topics.map((/** @type {any} */ one) => [one.topic, one]));
  return {
    topics,
    narrowed: known.rights !== undefined && (await import('./narrowed.js')).isNarrowed(known.rights, filters),
    units: unitsOf(known.topics),
    filter: asked(filters, [...topics.keys()]),
  };
}

/** Units by topic, newline and field. @param {Iterable<any>} topics of GET topics @returns {Map<string, string>} */
function unitsOf(topics) {
  const found = new Map();
  for (const { topic, fields = [] } of topics)
    for (const { field, unit } of fields) if (unit) found.set(`${topic}\n${field}`, unit);
  return found;
}

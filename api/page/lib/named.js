// @ts-check
// What a person calls a series: as configs declare it (GET topics), else as its topic reads. The server has the same rule, api/topics/names.py.

import { room, seriesName, unfold } from './words.js';

/**
 * @param {any} fact one of GET topics @param {string} topic @param {string} field @param {number} fields how many the topic has
 * @returns {{name: string, room: {key: string, title: string, hint: string}}}
 */
export function named(fact, topic, field, fields) {
  const foretold = fact?.role === 'prediction';
  // A model's word is called after what it is about.
  const about = foretold ? topic.replace(/\/predict(ed|ions?)(?=\/|$)/, '') : topic;
  const place = fact?.area ?? (fields > 2 ? fact?.device : null);
  const found = place ? { key: `area ${place}`, title: unfold(place), hint: '' } : room(about, foretold ? 1 : fields);
  return {
    name: factOf(fact, field)?.name ?? (foretold ? foretelling(about, field, fact) : seriesName(about, field, fields)),
    room: found,
  };
}

/** What is known of one field. @param {any} fact one of GET topics @param {string} field @returns {{name?: string, unit?: string, device_class?: string}|undefined} */
export function factOf(fact, field) {
  return fact?.fields?.find((/** @type {any} */ one) => one.field === field);
}

/** Its word, unless it has a field of that name beside others. @param {string} about @param {string} field @param {any} fact */
function foretelling(about, field, fact) {
  const beside = field === fact.confidence || (field !== 'value' && factOf(fact, 'value'));
  return `${seriesName(about, '', 1)} ${beside ? field : 'predicted'}`;
}

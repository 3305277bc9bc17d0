// @ts-check
// The name of a series in a sentence.

import { inner, named } from './words.js';

/** Kitchen temperature. @param {any} fact @param {string} topic @param {string} field @param {number} fields @param {(name: string) => string} short */
export function fullName(fact, topic, field, fields, short = String) {
  const { name, room: place } = named(fact, topic, field, fields);
  return name.toLowerCase().startsWith(place.title.toLowerCase()) ? name : `${place.title} ${inner(short(name))}`;
}

// @ts-check
// The words of Health: what the API says of the home's own state, cut to fit.

import { duration, since } from './time.js';
import { number } from './words.js';

/** @type {Record<string, string>} */
export const STAGES = { device: 'Devices', broker: 'Broker', sink: 'Sink', store: 'Log', read_model: 'Readers' };
/** @type {Record<string, string>} What is behind, on the axis. */
export const BEHIND = { sink: 'sink', files: 'log files', read_model: 'readers', page: 'this page' };
/** @type {Record<string, 'live'|'late'|'silent'|'never'>} */
export const SIGNS = { well: 'live', watch: 'late', down: 'silent', unknown: 'never' };
/** @type {Record<string, 'silent'|'late'|'batch'>} */
export const WEIGHTS = { critical: 'silent', warning: 'late', info: 'batch' };

/** @typedef {{stage: string, state: string, sentence: string, main: {name: string, value: number, unit: string}|null, facts: string[]}} Stage */

/** The first sentence, and the rest. @param {string} text @returns {[string, string]} */
export function split(text) {
  const end = text.search(/(?<=[.:]) /);
  return end < 0 ? [text, ''] : [text.slice(0, end), text[end + 1].toUpperCase() + text.slice(end + 2)];
}

/** @param {{value: number, unit: string}} main @returns {[string, string]} */
export function quantity({ value, unit }) {
  if (unit === 's' || unit === 'ms') {
    const ms = unit === 's' ? value * 1000 : value;
    return [ms < 10 ? `${number(Math.round(ms * 10) / 10)} ms` : duration(ms), ''];
  }
  return [number(value), unit];
}

/**
 * The headline: what the API says, or, where it says nothing any more, what the page knows itself.
 * @param {{health: any, cutSince: number|null, heardMs: number, now: number, tz?: string}} known
 */
export function headline({ health, cutSince, heardMs, now, tz }) {
  if (cutSince !== null)
    return `No answer for ${duration(Math.round((now - cutSince) / 1000) * 1000)}. What you see is from ${since(heardMs, now, tz)}.`;
  const [first] = split(health.sentence);
  const more = health.needs.length - 1;
  if (more < 1) return stopped(first);
  return `${stopped(first)} ${more === 1 ? 'One more thing needs' : `${more} more things need`} a look.`;
}

/** The line beside it. @param {any} health */
export function balance({ books }) {
  if (!books) return 'The sink has not told its counts yet';
  return books.difference === 0
    ? 'Every message is accounted for'
    : `${books.difference.toLocaleString('en')} messages are not accounted for`;
}

/** @param {string} text */
function stopped(text) {
  return text.replace(/[.:]$/, '.').replace(/([^.])$/, '$1.');
}

/** Where a span lies between 1 ms and a day, from 0 to 1, on a logarithmic axis. @param {number} ms */
export function along(ms) {
  return Math.min(1, Math.max(0, Math.log10(Math.max(ms, 1)) / Math.log10(86_400_000)));
}

/** Half of them are below the one, 99 of a hundred below the other. @param {number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

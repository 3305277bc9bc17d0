// @ts-check
// The stretch of time that History shows: from the address, and back into it.

import { clock, day, instantOf, weekday } from './time.js';

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const RELATIVE = /^([+-])(\d{1,12})(ms|s|m|h|d|w)$/;
const DEFAULT_START = '-24h';
export const LEAST_MS = 1_000;
export const MOST_MS = 20 * 366 * 86_400_000;

/**
 * @typedef {{start: number, end: number, startText: string, endText: string, living: boolean, by: 'device'|'logged', at: string|null, atMs: number|null,
 *   show: 'chart'|'messages'|'table', fields: string[], hide: Set<string>, problems: string[]}} Span
 */

/** @param {import('./url.js').View} view @param {number} now milliseconds, by Hearthlog's clock @returns {Span} */
export function spanOf({ past }, now) {
  /** @type {string[]} */
  const problems = [];
  const at = past.at?.[0] ?? null;
  const atMs = at ? time(at, now) : null;
  if (at && atMs === null) problems.push(`"at=${at}" is neither a position nor a time; what is known now is shown.`);
  const present = atMs ?? now;
  const read = (/** @type {string} */ name, /** @type {string} */ otherwise) => {
    const text = past[name]?.[0] ?? otherwise;
    if (time(text, present) !== null) return text;
    problems.push(`"${name}=${text}" is no time; try -6h, now, or 2026-11-24T13:00:00Z.`);
    return otherwise;
  };
  let startText = read('start', DEFAULT_START);
  const endText = read('end', 'now');
  const end = time(endText, present) ?? present;
  if ((time(startText, present) ?? 0) > end - LEAST_MS) {
    problems.push(`"start=${startText}" is not before the end; the day before it is shown.`);
    startText = iso(end - UNITS_MS.d);
  }
  const choose = (/** @type {string} */ name, /** @type {string[]} */ allowed) => {
    const text = past[name]?.[0] ?? allowed[0];
    if (!allowed.includes(text)) problems.push(`"${name}=${text}" is not one of ${allowed.join(', ')}.`);
    return allowed.includes(text) ? text : allowed[0];
  };
  return {
    start: Math.max(time(startText, present) ?? 0, end - MOST_MS),
    end,
    startText,
    endText,
    living: endText === 'now' && atMs === null,
    by: /** @type {'device'|'logged'} */ (choose('by', ['device', 'logged'])),
    at: atMs === null ? null : at,
    atMs,
    show: /** @type {'chart'|'messages'|'table'} */ (choose('view', ['chart', 'messages', 'table'])),
    fields: past.field ?? [],
    hide: new Set(past.hide ?? []),
    problems,
  };
}

/** @param {string} text @param {number} present @returns {number|null} */
function time(text, present) {
  if (text === 'now') return present;
  const found = RELATIVE.exec(text);
  if (found) return present + (found[1] === '-' ? -1 : 1) * Number(found[2]) * UNITS_MS[/** @type {'s'} */ (found[3])];
  // A year by itself would do for the browser; the API wants the whole instant.
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text.replace(' ', '+')) : Number.NaN;
  return Number.isNaN(ms) ? instantOf(text) : ms;
}

/** As short as it stays exact. @param {number} ms */
export function iso(ms) {
  return new Date(Math.round(ms)).toISOString().replace('.000Z', 'Z');
}

/** The parameters of another stretch: one that reaches now stays at now. @param {number} start @param {number} end @param {number} now */
export function moved(start, end, now) {
  const length = Math.min(Math.max(end - start, LEAST_MS), MOST_MS);
  if (end >= now - 500) return { start: [`-${Math.round(length)}ms`].map(rounded), end: [] };
  return { start: [iso(end - length)], end: [iso(end)] };
}

/** -21600000ms is -6h. @param {string} text */
function rounded(text) {
  const ms = -Number.parseInt(text, 10);
  for (const unit of /** @type {const} */ (['w', 'd', 'h', 'm', 's']))
    if (ms % UNITS_MS[unit] === 0) return `-${ms / UNITS_MS[unit]}${unit}`;
  return `-${ms}ms`;
}

/** The stretch in words: Mon 23 Nov 20:00 – Tue 24 Nov 10:00. @param {number} start @param {number} end @param {string=} tz */
export function spanWords(start, end, tz) {
  const short = (/** @type {number} */ ms) => clock(ms, tz).replace(end - start > 600_000 ? /:\d\d$/ : /^$/, '');
  const whole = (/** @type {number} */ ms) => `${weekday(ms, tz)} ${day(ms, tz).replace(/ \d{4}$/, '')} ${short(ms)}`;
  return `${whole(start)} – ${day(start, tz) === day(end, tz) ? short(end) : whole(end)}`;
}

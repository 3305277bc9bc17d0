// @ts-check
// Last night: from when to when, and which of what happened in it is worth a line.

import { clock, instant } from './time.js';

const BEGINS_S = 22 * 3_600;
const ENDS_S = 7 * 3_600;
const DAY_S = 86_400;
const LINES_MAX = 6;
const ALIKE_MAX = 2;

/** @typedef {{start: number, end: number, on: boolean}} Night `on` while it lasts */
/** @typedef {{id: string, severity: string, since: string|null, until: string|null, sentence: string, link: string, subject: string}} Happening one of GET notable */

/** The night that ended last; between midnight and morning the one that is on. @param {number} now @param {string=} tz @returns {Night} */
export function nightOf(now, tz) {
  if (secondsOf(now, tz) < ENDS_S) return { start: lastTime(now, BEGINS_S, tz), end: now, on: true };
  const end = lastTime(now, ENDS_S, tz);
  return { start: lastTime(end, BEGINS_S, tz), end, on: false };
}

/** Of all that is told, worst first, the first lines, two of a kind at most; in order of time. @param {Happening[]} told */
export function chosen(told) {
  /** @type {Map<string, number>} */
  const alike = new Map();
  // What stands and needs somebody has a card of its own.
  const over = told.filter(({ severity, since, until }) => since !== null && (until !== null || severity === 'info'));
  const lines = over.filter(({ id }) => {
    alike.set(id, (alike.get(id) ?? 0) + 1);
    return /** @type {number} */ (alike.get(id)) <= ALIKE_MAX;
  });
  const shown = lines.slice(0, LINES_MAX).sort((a, b) => (instant(a.since) ?? 0) - (instant(b.since) ?? 0));
  return { lines: shown, more: over.length - shown.length };
}

/** The last instant at which the clock on the wall showed this. @param {number} now @param {number} seconds since midnight @param {string=} tz */
function lastTime(now, seconds, tz) {
  const passed = (secondsOf(now, tz) - seconds + DAY_S) % DAY_S;
  const guess = Math.floor(now / 1_000) * 1_000 - passed * 1_000;
  // Clocks may have been put forward or back in between.
  const off = ((secondsOf(guess, tz) - seconds + 1.5 * DAY_S) % DAY_S) - DAY_S / 2;
  return guess - off * 1_000;
}

/** Seconds since midnight, by the clock on the wall. @param {number} ms @param {string=} tz */
function secondsOf(ms, tz) {
  const [hour, minute, second] = clock(ms, tz).split(':').map(Number);
  return hour * 3_600 + minute * 60 + second;
}

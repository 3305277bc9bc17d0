// @ts-check
// Times as people read them: instants, ages and durations. Instants are milliseconds since 1970, as numbers.

import { grouped } from './words.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const THIN = '\u202f';

/** An RFC 3339 time as milliseconds, or null where there is none. @param {string|null|undefined} text */
export function instant(text) {
  if (!text) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

/** The newest logged time in a position (`<store>.<ns>`, comma-joined for several stores), or null. @param {string} position */
export function instantOf(position) {
  let newest = 0n;
  for (const [, ns] of position.matchAll(/[^,]\.(\d+)(?=,|$)/g)) if (BigInt(ns) > newest) newest = BigInt(ns);
  return newest ? Number(newest / 1000n) / 1000 : null;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];
/** @type {Map<string, Intl.DateTimeFormat>} */
const zones = new Map();

/**
 * What a calendar and a clock on the wall show. The browser's own zone is asked of Date: the first Intl format of a page
 * takes longer than all of its first values together.
 * @param {number} ms @param {string=} tz @returns {Record<string, string>}
 */
function wall(ms, tz) {
  if (tz) return wallOf(tz, ms);
  const at = new Date(ms);
  const [hour, minute, second] = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two);
  const [weekday, month] = [WEEKDAYS[at.getDay()], MONTHS[at.getMonth()]];
  return { weekday, day: String(at.getDate()), month, year: String(at.getFullYear()), hour, minute, second };
}

/** @param {string} timeZone @param {number} ms @returns {Record<string, string>} */
function wallOf(timeZone, ms) {
  const date = /** @type {const} */ ({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  const time = /** @type {const} */ ({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const made = zones.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', { ...date, ...time, timeZone });
  zones.set(timeZone, made);
  return Object.fromEntries(made.formatToParts(ms).map(({ type, value }) => [type, value]));
}

/** @param {number} count */
function two(count) {
  return String(count).padStart(2, '0');
}

/** 16:52:07. @param {number} ms @param {string=} tz */
export function clock(ms, tz) {
  const { hour, minute, second } = wall(ms, tz);
  return `${hour}:${minute}:${second}`;
}

/** 16:52:07.184: for the three clocks, where milliseconds are what matters. @param {number} ms @param {string=} tz */
export function exactClock(ms, tz) {
  return `${clock(ms, tz)}.${String(Math.floor(ms) % SECOND).padStart(3, '0')}`;
}

/** Tue. @param {number} ms @param {string=} tz */
export function weekday(ms, tz) {
  return wall(ms, tz).weekday;
}

/** 24 Nov 2026. @param {number} ms @param {string=} tz */
export function day(ms, tz) {
  const { day, month, year } = wall(ms, tz);
  return `${day} ${month} ${year}`;
}

/** When something began, as short as it stays clear: 12:03, Mon 12:03, 2 Oct 2026. @param {number} ms @param {number} now @param {string=} tz */
export function since(ms, now, tz) {
  const { weekday, hour, minute } = wall(ms, tz);
  if (day(ms, tz) === day(now, tz)) return `${hour}:${minute}`;
  return now - ms < 6 * DAY ? `${weekday} ${hour}:${minute}` : day(ms, tz);
}

/** The whole instant for a title: Tue 24 Nov 2026 16:52:07. @param {number} ms @param {string=} tz */
export function whole(ms, tz) {
  return `${weekday(ms, tz)} ${day(ms, tz)} ${clock(ms, tz)}`;
}

/** One number and one letter: 4 s, 6 m, 3 h, 12 d. @param {number} ms */
export function age(ms) {
  const [size, letter] =
    ms < MINUTE ? [SECOND, 's'] : ms < HOUR ? [MINUTE, 'm'] : ms < 2 * DAY ? [HOUR, 'h'] : [DAY, 'd'];
  return `${grouped(Math.max(0, Math.floor(ms / Number(size))))}${THIN}${letter}`;
}

/** At most two units, for sentences: 3 h 12 min, 48 s, 312 ms. @param {number} ms */
export function duration(ms) {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${trim(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return pair(Math.round(ms / MINUTE), 60, 'h', 'min');
  return pair(Math.round(ms / HOUR), 24, 'd', 'h');
}

/** @param {number} seconds */
function trim(seconds) {
  return seconds < 10 ? String(Math.round(seconds * 10) / 10) : String(Math.round(seconds));
}

/** @param {number} total @param {number} base @param {string} large @param {string} small */
function pair(total, base, large, small) {
  const rest = total % base;
  const head = `${grouped(Math.floor(total / base))} ${large}`;
  return rest ? `${head} ${rest} ${small}` : head;
}

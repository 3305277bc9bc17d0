// @ts-check
// Times as people read them: instants, ages and durations. Instants are milliseconds since 1970, as numbers.

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

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} key @param {Intl.DateTimeFormatOptions} options @param {string=} tz */
function format(key, options, tz) {
  const name = `${key} ${tz ?? ''}`;
  const made = formats.get(name) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: tz });
  formats.set(name, made);
  return made;
}

/** 16:52:07. @param {number} ms @param {string=} tz */
export function clock(ms, tz) {
  return format('clock', { hour: '2-digit', minute: '2-digit', second: '2-digit' }, tz).format(ms);
}

/** 16:52:07.184: for the three clocks, where milliseconds are what matters. @param {number} ms @param {string=} tz */
export function exactClock(ms, tz) {
  return `${clock(ms, tz)}.${String(Math.floor(ms) % SECOND).padStart(3, '0')}`;
}

/** Tue. @param {number} ms @param {string=} tz */
export function weekday(ms, tz) {
  return format('weekday', { weekday: 'short' }, tz).format(ms);
}

/** 24 Nov 2026. @param {number} ms @param {string=} tz */
export function day(ms, tz) {
  return format('day', { day: 'numeric', month: 'short', year: 'numeric' }, tz).format(ms);
}

/** When something began, as short as it stays clear: 12:03, Mon 12:03, 2 Oct 2026. @param {number} ms @param {number} now @param {string=} tz */
export function since(ms, now, tz) {
  const time = format('since', { hour: '2-digit', minute: '2-digit' }, tz).format(ms);
  if (day(ms, tz) === day(now, tz)) return time;
  return now - ms < 6 * DAY ? `${weekday(ms, tz)} ${time}` : day(ms, tz);
}

/** The whole instant for a title: Tue 24 Nov 2026 16:52:07. @param {number} ms @param {string=} tz */
export function whole(ms, tz) {
  return `${weekday(ms, tz)} ${day(ms, tz)} ${clock(ms, tz)}`;
}

/** One number and one letter: 4 s, 6 m, 3 h, 12 d. @param {number} ms */
export function age(ms) {
  const [size, letter] =
    ms < MINUTE ? [SECOND, 's'] : ms < HOUR ? [MINUTE, 'm'] : ms < 2 * DAY ? [HOUR, 'h'] : [DAY, 'd'];
  return `${Math.max(0, Math.floor(ms / Number(size))).toLocaleString('en')}${THIN}${letter}`;
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
  const head = `${Math.floor(total / base).toLocaleString('en')} ${large}`;
  return rest ? `${head} ${rest} ${small}` : head;
}

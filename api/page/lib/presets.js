// @ts-check
// The lengths of time to choose from; the night has a beginning and an end of its own.

import { iso } from './span.js';
import { clock } from './time.js';

export const PRESETS = ['1h', '6h', 'night', '1d', '1w', '30d'];
const NIGHT = { fromHour: 20, toHour: 10 };
const HOUR_MS = 3_600_000;

/** @param {string} preset @param {number} now @param {string=} tz */
export function presetOf(preset, now, tz) {
  if (preset !== 'night') return { start: [`-${preset}`], end: [] };
  const evening = atHour(now, NIGHT.fromHour, tz, -1);
  const morning = atHour(now, NIGHT.toHour, tz, 0);
  // Before ten in the morning the night is still on.
  return morning > now ? { start: [iso(evening)], end: [] } : { start: [iso(evening)], end: [iso(morning)] };
}

/** The full hour of a day, by the clock on the wall. @param {number} now @param {number} hour @param {string|undefined} tz @param {number} days */
function atHour(now, hour, tz, days) {
  const away = (/** @type {number} */ ms) => {
    const [h, m, s] = clock(ms, tz).split(':').map(Number);
    return (hour - h) * HOUR_MS - m * 60_000 - s * 1_000 - (ms % 1000);
  };
  const guess = now + days * 24 * HOUR_MS + away(now);
  // Where the clocks were changed in between, the guess is an hour off.
  return guess + away(guess);
}

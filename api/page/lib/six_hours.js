// @ts-check
// What a series keeps of its last six hours for a spark: what is said is taken in, what has left the window goes.

import { serverNow } from './api.js';

const WINDOW_MS = 6 * 3_600_000;
const BUCKET_MS = WINDOW_MS / 72;
/** Twice what the server gives a spark: late values lie between. */
const KEPT_MAX = 144;

/** @typedef {import('./spark.js').Point} Point @typedef {import('./spark.js').Turn} Turn */

/** Points said within one bucket widen it, as the server's do, also where they are late; what has left the window goes. @param {Point[]} points @param {number} t @param {number} value */
export function extend(points, t, value) {
  const at = points.findLastIndex((point) => point.t <= t);
  const [before, here] = [points[at - 1], points[at]];
  if (before && t - before.t < BUCKET_MS) {
    here.low = Math.min(here.low, value);
    here.high = Math.max(here.high, value);
    here.t = t;
  } else points.splice(at + 1, 0, { t, low: value, high: value });
  while (points.length && (points[0].t < serverNow() - WINDOW_MS || points.length > KEPT_MAX)) points.shift();
}

/** Another word than before; of those that came before the window the last is kept, which stands when it begins. @param {Turn[]} turns @param {number} t @param {string} text */
export function turn(turns, t, text) {
  const last = turns.at(-1);
  if (last && (last.text === text || t < last.t)) return;
  turns.push({ t, text });
  while (turns.length > KEPT_MAX || (turns.length > 1 && turns[1].t < serverNow() - WINDOW_MS)) turns.shift();
}

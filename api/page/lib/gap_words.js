// @ts-check
// Silences and late arrivals in few words: for a label in the chart, for the read-out, and for the table behind it.

import { clock, duration, since } from './time.js';
import { counted } from './words.js';

const WHOSE = {
  device: 'silent',
  broker: 'broker away',
  sink: 'sink away',
  store: 'log server behind',
  unknown: 'not observed',
};

/** @param {string} cause */
export function whose(cause) {
  return WHOSE[/** @type {'device'} */ (cause)] ?? WHOSE.unknown;
}

/** Broker away, 12 min. @param {import('./lines.js').Gap} gap @param {number} now */
export function gapLabel(gap, now) {
  return `${whose(gap.cause)}, ${duration((gap.standing ? now : gap.to) - gap.from)}`;
}

/** What arrived later, in one line. @param {import('./lines.js').Late} late @param {number} now @param {string=} tz */
export function lateLabel(late, now, tz) {
  const values = `${counted(late.count, 'value')} said here`;
  // What is always as late did not wait; its clock is behind, or its way is that long.
  if (late.arrivedLast - late.arrivedFirst > (late.to - late.from) / 2 && late.count > 2)
    return `${values}, each logged about ${duration(late.arrivedLast - late.to)} later`;
  return `${values}, arrived at ${arrival(late.arrivedFirst, now, tz)} →`;
}

/** @param {number} ms @param {number} now @param {string=} tz */
function arrival(ms, now, tz) {
  const words = since(ms, now, tz);
  return /:/.test(words) ? words : `${words} ${clock(ms, tz)}`;
}

// @ts-check
// How far a device's clock is off, in words; nothing where that cannot be told from the way its messages take.

import { duration } from './time.js';

/** Less than this is a way, not a clock. */
const LEAST_S = 2;
/** What wanders by more than this share of itself is no clock that is off. */
const STEADY = 0.5;

/** @typedef {{words: string, how: string}} Skew */

/** @param {{skew_s?: number|null, skew_spread_s?: number|null}|undefined} fact of GET topics @returns {Skew|null} */
export function skewOf(fact) {
  const [off, spread] = [fact?.skew_s ?? 0, fact?.skew_spread_s ?? 0];
  if (Math.abs(off) < LEAST_S || spread > STEADY * Math.abs(off)) return null;
  const [size, wander] = [Math.abs(off), spread].map((one) => duration(one * 1000));
  return {
    words:
      off > 0
        ? `The device’s clock is ${size} ahead (± ${wander}).`
        : `The device’s clock is ${size} behind (± ${wander}), or its messages take that long.`,
    how: 'Estimated on its messages that were not in a batch. Nothing is corrected.',
  };
}

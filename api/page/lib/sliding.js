// @ts-check
// Where a hand moves the stretch to.

import { LEAST_MS, MOST_MS } from './span.js';

/** A stretch that can be shown: neither too short nor too long, and not of what is still to come. @param {number} start @param {number} end @param {number} now */
export function bounded(start, end, now) {
  const length = Math.min(Math.max(end - start, LEAST_MS), MOST_MS);
  const last = Math.min(end, now);
  return { start: last - length, end: last, now };
}

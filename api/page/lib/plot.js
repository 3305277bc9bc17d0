// @ts-check
// The answer of GET plot as points and gaps that the page draws.

import { instant } from './time.js';

/** @param {any} answer @returns {{topic: string, field: string, points: import('./spark.js').Point[], gaps: {from: number, to: number, cause: string}[]}[]} */
export function plotted(answer) {
  return answer.series.map((/** @type {any} */ one) => ({
    topic: one.topic,
    field: one.field,
    points: points(one.points ?? one),
    gaps: (one.gaps ?? []).map((/** @type {any} */ gap) => ({
      from: instant(gap.from) ?? 0,
      to: instant(gap.to) ?? Date.now(),
      cause: gap.cause,
    })),
  }));
}

/** @param {{time: string[], min: number[], max: number[]}} columns */
function points({ time, min, max }) {
  return time.map((text, at) => ({ t: instant(text) ?? 0, low: min[at], high: max[at] }));
}

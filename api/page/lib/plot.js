// @ts-check
// The answer of GET plot as points and gaps that the page draws.

import { instant } from './time.js';

/**
 * @param {{series: any[]}} answer
 * @returns {{topic: string, field: string, points: import('./spark.js').Point[], gaps: {from: number, to: number, cause: string}[]}[]}
 */
export function plotted(answer) {
  return answer.series.map(({ topic, field, x, min, max, gaps = [] }) => ({
    topic,
    field,
    points: x.map((/** @type {number} */ t, /** @type {number} */ at) => ({
      t,
      low: Number(min[at]),
      high: Number(max[at]),
    })),
    gaps: gaps.map((/** @type {any} */ gap) => ({
      from: instant(gap.from) ?? 0,
      to: instant(gap.to) ?? Date.now(),
      cause: gap.cause,
    })),
  }));
}

// @ts-check
// The answer of GET plot as points and gaps that the page draws.

import { instant } from './time.js';

/**
 * @param {{series: any[]}} answer
 * @returns {{topic: string, field: string, points: import('./spark.js').Point[], turns: import('./spark.js').Turn[], gaps: {from: number, to: number, cause: string}[]}[]}
 */
export function plotted(answer) {
  return answer.series.map(({ topic, field, x, min, max, texts, before, gaps = [] }) => ({
    topic,
    field,
    points: x.map((/** @type {number} */ t, /** @type {number} */ at) => ({
      t,
      low: Number(min[at]),
      high: Number(max[at]),
    })),
    turns: [
      ...(typeof before?.value === 'string' ? [{ t: instant(before.time) ?? 0, text: before.value }] : []),
      ...(texts?.x ?? []).map((/** @type {number} */ t, /** @type {number} */ at) => ({ t, text: texts.text[at] })),
    ],
    gaps: gaps.map((/** @type {any} */ gap) => ({
      from: instant(gap.from) ?? 0,
      to: instant(gap.to) ?? Date.now(),
      cause: gap.cause,
    })),
  }));
}

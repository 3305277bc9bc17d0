// @ts-check
// How much of a window each column was heard in, and why not where it was not.

import { instant } from './time.js';

const NOT_YET = 'unknown';

/**
 * @typedef {{from: number, to: number, cause: string, sentence: string}} Hole
 * @typedef {{holes: Hole[], share: number, changes: number[]}} Covered
 */

/** @param {any} answer of GET plot with explain @returns {Map<string, Covered>} by column */
export function coverage({ start, end, series }) {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  return new Map(series.map((/** @type {any} */ one) => [`${one.topic}#${one.field}`, covered(one, from, to)]));
}

/** @param {any} one @param {number} from @param {number} to @returns {Covered} */
function covered({ x, texts, before, gaps }, from, to) {
  const first = Math.min(x[0] ?? to, texts.x[0] ?? to);
  /** @type {Hole[]} */
  const holes = gaps.map((/** @type {any} */ gap) => ({
    from: Math.max(from, instant(gap.from) ?? from),
    to: Math.min(to, gap.standing ? to : (instant(gap.to) ?? to)),
    cause: gap.cause,
    sentence: gap.sentence,
  }));
  if (!before && first > from) holes.unshift({ from, to: first, cause: NOT_YET, sentence: 'Nothing was said yet.' });
  return { holes, share: 1 - missing(holes) / Math.max(1, to - from), changes: texts.x.slice(1) };
}

/** The time that holes cover together. @param {Hole[]} holes */
function missing(holes) {
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...holes].sort((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return total;
}

/** Why a cell is empty. @param {Covered|undefined} found @param {number} t */
export function holeAt(found, t) {
  return found?.holes.find(({ from, to }) => from <= t && t <= to) ?? null;
}

/** Where the first column goes silent. @param {Iterable<Covered>} all */
export function firstHole(all) {
  const begins = [...all].flatMap(({ holes }) =>
    holes.filter(({ cause }) => cause !== NOT_YET).map(({ from }) => from),
  );
  return begins.length ? Math.min(...begins) : null;
}

/** The share of all columns' time that each cause took, in percent. @param {Iterable<Covered>} all @param {number} lastedMs */
export function shares(all, lastedMs) {
  /** @type {Map<string, number>} */
  const found = new Map();
  let columns = 0;
  for (const { holes } of all) {
    columns += 1;
    for (const { from, to, cause } of holes) found.set(cause, (found.get(cause) ?? 0) + to - from);
  }
  return [...found].map(([cause, ms]) => ({ cause, percent: (100 * ms) / Math.max(1, lastedMs * columns) }));
}

// @ts-check
// How much of a window each column was heard in, and why not where it was not.

import { instant } from './time.js';
import { number } from './words.js';

const NOT_YET = 'unknown';
const BARS = 24;

/**
 * @typedef {{from: number, to: number, cause: string, sentence: string}} Hole
 * @typedef {{words: string, bars: {share: number, name: string}[]}} Shape how values are spread, as bars relative to the longest
 * @typedef {{holes: Hole[], share: number, changes: number[], shape: Shape|null}} Covered
 */

/** @param {any} answer of GET plot with explain @returns {Map<string, Covered>} by column */
export function coverage({ start, end, series }) {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  return new Map(series.map((/** @type {any} */ one) => [`${one.topic}#${one.field}`, covered(one, from, to)]));
}

/** @param {any} one @param {number} from @param {number} to @returns {Covered} */
function covered(one, from, to) {
  const { x, texts, before, gaps } = one;
  const first = Math.min(x[0] ?? to, texts.x[0] ?? to);
  /** @type {Hole[]} */
  const holes = gaps.map((/** @type {any} */ gap) => ({
    from: Math.max(from, instant(gap.from) ?? from),
    to: Math.min(to, gap.standing ? to : (instant(gap.to) ?? to)),
    cause: gap.cause,
    sentence: gap.sentence,
  }));
  if (!before && first > from) holes.unshift({ from, to: first, cause: NOT_YET, sentence: 'Nothing was said yet.' });
  return {
    holes,
    share: 1 - missing(holes) / Math.max(1, to - from),
    changes: texts.x.slice(1),
    shape: shapeOf(one, to),
  };
}

/** How the values of a column are spread: of numbers by how often they were said, of words by how long they stood. @param {any} one @param {number} to @returns {Shape|null} */
function shapeOf({ kind, last, count, texts }, to) {
  if (kind === 'text') return spread(standing(texts, to), '% of the time');
  if (!last.length) return null;
  if (kind === 'boolean') {
    const on = last.reduce((/** @type {number} */ sum, /** @type {number} */ said) => sum + (said > 0 ? 1 : 0), 0);
    return spread(
      new Map([
        ['false', last.length - on],
        ['true', on],
      ]),
      '% of what was said',
    );
  }
  const low = last.reduce((/** @type {number} */ a, /** @type {number} */ b) => Math.min(a, b));
  const high = last.reduce((/** @type {number} */ a, /** @type {number} */ b) => Math.max(a, b));
  const bars = new Array(high > low ? BARS : 1).fill(0);
  for (const [at, said] of last.entries())
    bars[Math.min(bars.length - 1, Math.floor(((said - low) / (high - low || 1)) * bars.length))] += count[at];
  const most = Math.max(...bars);
  return { words: `${number(low)} to ${number(high)}`, bars: bars.map((share) => ({ share: share / most, name: '' })) };
}

/** How long each word stood. @param {{x: number[], text: string[]}} texts @param {number} to */
function standing({ x, text }, to) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const [at, word] of text.entries()) found.set(word, (found.get(word) ?? 0) + (x[at + 1] ?? to) - x[at]);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, BARS));
}

/** @param {Map<string, number>} sizes @param {string} unit @returns {Shape|null} */
function spread(sizes, unit) {
  const all = [...sizes.values()].reduce((a, b) => a + b, 0);
  if (!all) return null;
  const most = Math.max(...sizes.values());
  const words = [...sizes].map(([name, one]) => `${name} ${number((100 * one) / all)}`).join(', ');
  return { words: `${words} ${unit}`, bars: [...sizes].map(([name, one]) => ({ share: one / most, name })) };
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

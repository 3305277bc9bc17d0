// @ts-check
// What can be said of one moment of a stretch: what stood since when, what was near its extreme, and what comes next.

import { gapLabel } from './gap_words.js';
import { after, fullName, standAt } from './lines.js';
import { spells } from './spells.js';
import { together, value } from './words.js';

const NEAR = 0.05;
const SINCE_MOST = 3;
const EXTREMES_MOST = 2;
/** A line that was drawn from fewer values has no extreme worth a word. */
const VALUES_LEAST = 5;

/**
 * @typedef {import('./lines.js').Line} Line
 * @typedef {{from: number, name: string, text: string}} Standing a state or word, and since when
 * @typedef {{name: string, text: string, most: boolean, extreme: string}} Extreme
 * @typedef {{t: number, text: string}} Next
 */

/**
 * @param {Line[]} lines those that are shown @param {import('./lines.js').Gap[]} outages
 * @param {{t: number, step: number, stretch: {start: number, end: number, now: number}}} at
 * @returns {{since: Standing[], extremes: Extreme[], next: Next|null}}
 */
export function moment(lines, outages, { t, step, stretch }) {
  const end = Math.min(stretch.end, stretch.now);
  // Of words only those that say what was: others are names and codes of a device.
  const told = lines.filter(({ kind, role }) => kind === 'boolean' || (kind === 'text' && role !== 'value'));
  const changes = told.map((line) => ({ line, found: spells(line, end) }));
  const since = changes.flatMap(({ line, found }) => {
    const one = found.find(({ from, to }) => from <= t && (t < to || to === end));
    return one ? [{ from: one.from, name: fullName(line), text: wordOf(line, one.text) }] : [];
  });
  return {
    since: since.sort((a, b) => b.from - a.from).slice(0, SINCE_MOST),
    extremes: lines.flatMap((line) => extremeOf(line, t, step)).slice(0, EXTREMES_MOST),
    next: nextOf(changes, [...lines.flatMap(({ gaps }) => gaps), ...outages], t, end),
  };
}

/** How a state is called by its field. @param {Line} line @param {string} text */
function wordOf({ kind, field }, text) {
  return kind === 'boolean' ? value({ value: true, kind, field }).text : text;
}

/** @param {Line} line @param {number} t @param {number} step @returns {Extreme[]} */
function extremeOf(line, t, step) {
  if (line.kind === 'boolean' || line.x.length < VALUES_LEAST || t < line.x[0]) return [];
  const { value: said, gap } = standAt(line, t, step);
  const low = Math.min(...line.min);
  const high = Math.max(...line.max);
  if (gap || typeof said !== 'number' || high === low) return [];
  const place = (said - low) / (high - low);
  if (place > NEAR && place < 1 - NEAR) return [];
  const words = (/** @type {number} */ one) =>
    together(value({ value: one, kind: line.kind, unit: line.unit, field: line.field }));
  const most = place >= 1 - NEAR;
  return [{ name: fullName(line), text: words(said), most, extreme: words(most ? high : low) }];
}

/** @param {{line: Line, found: {from: number, text: string}[]}[]} changes @param {import('./lines.js').Gap[]} gaps @param {number} t @param {number} end @returns {Next|null} */
function nextOf(changes, gaps, t, end) {
  const coming = [
    ...changes.flatMap(({ line, found }) => {
      const one =
        found[
          after(
            found.map(({ from }) => from),
            t,
          )
        ];
      return one ? [{ t: one.from, text: `${fullName(line)} ${wordOf(line, one.text)}` }] : [];
    }),
    ...gaps.map((gap) => ({ t: gap.from, text: gapLabel(gap, end) })),
  ].filter((one) => one.t > t && one.t < end);
  return coming.reduce((/** @type {Next|null} */ first, one) => (first && first.t <= one.t ? first : one), null);
}

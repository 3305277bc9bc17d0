// @ts-check
// What a chart draws, as rows: every bucket of every series, and every silence in words, in order of time.

import { whose } from './gap_words.js';
import { fullName } from './lines.js';
import { duration } from './time.js';
import { number, value } from './words.js';

const order = new Intl.Collator('en');
const BLANK = { min: '', max: '', last: '', count: '', silence: '' };

/**
 * @typedef {import('./lines.js').Line} Line
 * @typedef {{t: number, name: string, min: string, max: string, last: string, count: string, silence: string}} Row
 * @typedef {{t: number, line: Line, rank: number, at?: number, text?: string, gap?: import('./lines.js').Gap}} Place what a row will tell
 */

/** @param {Line[]} lines @param {{start: number, end: number, now: number}} stretch @returns {Row[]} */
export function rowsOf(lines, stretch) {
  return placesOf(lines, stretch).map((place) => rowOf(place, stretch));
}

/** Where there is a row; its words are made when it is shown. @param {Line[]} lines @param {{start: number, end: number, now: number}} stretch @returns {Place[]} */
export function placesOf(lines, { start, end, now }) {
  /** @type {Place[]} */
  const places = [];
  const names = lines.map(fullName);
  const ranked = lines.map((_, at) => at).sort((a, b) => order.compare(names[a], names[b]));
  for (const [rank, place] of ranked.entries()) {
    const line = lines[place];
    for (const [at, t] of line.x.entries()) if (t >= start && t < end) places.push({ t, line, rank, at });
    for (const [at, t] of line.texts.x.entries())
      if (t >= start && t < end) places.push({ t, line, rank, text: line.texts.text[at] });
    for (const gap of line.gaps) {
      const to = gap.standing ? Math.max(gap.to, now) : gap.to;
      if (to > start && gap.from < end) places.push({ t: Math.max(gap.from, start), line, rank, gap });
    }
  }
  return places.sort((a, b) => a.t - b.t || a.rank - b.rank);
}

/** @param {Place} place @param {{now: number}} stretch @returns {Row} */
export function rowOf({ t, line, at, text, gap }, { now }) {
  const name = fullName(line);
  if (gap) {
    const lasted = duration((gap.standing ? Math.max(gap.to, now) : gap.to) - gap.from);
    const silence = `${whose(gap.cause)}, ${lasted}: ${gap.sentence} ${gap.kept ?? ''}`.trim();
    return { ...BLANK, t, name, silence };
  }
  if (at === undefined) return { ...BLANK, t, name, last: text ?? '' };
  const said = (/** @type {number} */ one) =>
    line.kind === 'boolean' ? value({ value: one > 0, kind: line.kind, field: line.field }).text : number(one);
  const [min, max, last] = [line.min[at], line.max[at], line.last[at]].map(said);
  return { ...BLANK, t, name, min, max, last, count: String(line.count[at]) };
}

// @ts-check
// What a chart draws, as rows: every bucket of every series, and every silence in words, in order of time.

import { whose } from './gap_words.js';
import { fullName } from './lines.js';
import { duration } from './time.js';
import { number, value } from './words.js';

/** @typedef {{t: number, name: string, min: string, max: string, last: string, count: string, silence: string}} Row */

/** @param {import('./lines.js').Line[]} lines @param {{start: number, end: number, now: number}} stretch @returns {Row[]} */
export function rowsOf(lines, { start, end, now }) {
  /** @type {Row[]} */
  const rows = [];
  const blank = { min: '', max: '', last: '', count: '', silence: '' };
  for (const line of lines) {
    const name = fullName(line);
    const said = (/** @type {unknown} */ one) => value({ value: one, kind: line.kind, field: line.field }).text;
    const inside = (/** @type {number} */ t) => t >= start && t < end;
    for (const [at, t] of line.x.entries()) {
      if (!inside(t)) continue;
      const [min, max, last] = [line.min[at], line.max[at], line.last[at]].map((one) =>
        line.kind === 'boolean' ? said(one > 0) : number(one),
      );
      rows.push({ ...blank, t, name, min, max, last, count: String(line.count[at]) });
    }
    for (const [at, t] of line.texts.x.entries())
      if (inside(t)) rows.push({ ...blank, t, name, last: line.texts.text[at] });
    for (const gap of line.gaps) {
      const to = gap.standing ? Math.max(gap.to, now) : gap.to;
      if (to <= start || gap.from >= end) continue;
      rows.push({
        ...blank,
        t: Math.max(gap.from, start),
        name,
        silence: `${whose(gap.cause)}, ${duration(to - gap.from)}: ${gap.sentence} ${gap.kept ?? ''}`.trim(),
      });
    }
  }
  return rows.sort((a, b) => a.t - b.t || a.name.localeCompare(b.name));
}

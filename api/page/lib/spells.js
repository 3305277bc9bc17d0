// @ts-check
// When a state was on, and which text stood: spells from one change to the next, cut at gaps.

import { pieces } from './lines.js';

/** @typedef {import('./lines.js').Line} Line */

/** Bars of a state: when it was on, or which text stood, cut at gaps. @param {Line} line @param {number} end @returns {{from: number, to: number, text: string}[]} */
export function spells(line, end) {
  const changes = line.kind === 'text' ? textChanges(line) : stateChanges(line);
  const found = [];
  for (const [at, { t, text }] of changes.entries()) {
    const next = Math.min(changes[at + 1]?.t ?? end, end);
    if (text) for (const piece of pieces(line.gaps, t, next)) found.push({ ...piece, text });
  }
  return found;
}

/** @param {Line} line */
function textChanges({ texts, before }) {
  const found = texts.x.map((t, at) => ({ t, text: texts.text[at] }));
  if (typeof before?.value === 'string') found.unshift({ t: before.t, text: before.value });
  return found;
}

/** A bucket that saw both counts as on from its first value to its last. @param {Line} line */
function stateChanges(line) {
  const found = [];
  let on = line.before?.value === true;
  if (on && line.before) found.push({ t: line.before.t, text: 'on' });
  for (const [at, t] of line.x.entries()) {
    if (!on && line.max[at] > 0) found.push({ t, text: 'on' });
    if ((on || line.max[at] > 0) && !line.last[at]) found.push({ t: Math.max(line.lastX[at], t + 1), text: '' });
    on = line.last[at] > 0;
  }
  return found;
}

// @ts-check
// One value that was said after the answer, taken into the line that is drawn.

import { after } from './lines.js';

const LATE_MS = 600_000;

/** @typedef {import('./lines.js').Line} Line @typedef {import('./lines.js').Gap} Gap */

/**
 * Take one value that was said after the answer. A bucket that has values already is widened, as the server would have.
 * @param {Line} line @param {{t: number, logged: number, value: unknown, by: string}} said @param {{start: number, step: number}} grid
 */
export function hear(line, { t, logged, value, by }, grid) {
  for (const gap of line.gaps) if (gap.from < t && t < gap.to) close(line, gap, t);
  if (by === 'device' && logged - t > LATE_MS) arriveLate(line, t, logged);
  if (typeof value === 'string') return hearText(line.texts, t, value);
  if (typeof value !== 'number' && typeof value !== 'boolean') return;
  const number = Number(value);
  const bucket = (/** @type {number} */ at) => Math.floor((at - grid.start) / grid.step);
  const place = after(line.x, t);
  const into = [place - 1, place].find((one) => one >= 0 && one < line.x.length && bucket(line.x[one]) === bucket(t));
  if (into === undefined) {
    line.x.splice(place, 0, t);
    line.lastX.splice(place, 0, t);
    line.count.splice(place, 0, 1);
    for (const column of [line.min, line.max, line.last]) column.splice(place, 0, number);
    return;
  }
  line.x[into] = Math.min(line.x[into], t);
  line.min[into] = Math.min(line.min[into], number);
  line.max[into] = Math.max(line.max[into], number);
  line.count[into] += 1;
  if (t >= line.lastX[into]) {
    line.lastX[into] = t;
    line.last[into] = number;
  }
}

/** Somebody spoke: a silence that lasted ends there, one that was over has a voice in it. @param {Line} line @param {Gap} gap @param {number} t */
function close(line, gap, t) {
  if (!gap.standing) line.gaps.push({ ...gap, from: t });
  gap.to = t;
  gap.standing = false;
}

/** @param {Line} line @param {number} t @param {number} logged */
function arriveLate(line, t, logged) {
  const span = line.late.find((one) => logged - one.arrivedLast < LATE_MS);
  if (!span) line.late.push({ from: t, to: t, count: 1, arrivedFirst: logged, arrivedLast: logged });
  else
    Object.assign(span, {
      from: Math.min(span.from, t),
      to: Math.max(span.to, t),
      count: span.count + 1,
      arrivedLast: logged,
    });
}

/** @param {{x: number[], text: string[]}} texts @param {number} t @param {string} text */
function hearText(texts, t, text) {
  const place = after(texts.x, t);
  if (texts.text[place - 1] === text) return;
  texts.x.splice(place, 0, t);
  texts.text.splice(place, 0, text);
}

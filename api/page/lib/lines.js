// @ts-check
// What a chart draws of each series: the answer of GET plot, kept up by the messages that come after it, and its strokes.

import { instant } from './time.js';
import { brief, inner, named } from './words.js';

/**
 * @typedef {{from: number, to: number, cause: string, id: string, sentence: string, remedy: string, kept: string|null, waited: number, standing: boolean,
 *   evidence: {position: string|null, words: string}[]}} Gap
 * @typedef {{from: number, to: number, count: number, arrivedFirst: number, arrivedLast: number}} Late
 * @typedef {{key: string, topic: string, field: string, unit: string|null, kind: string, name: string, place: string, usualMs: number|null,
 *   role: string, sure: boolean,
 *   x: number[], min: number[], max: number[], count: number[], last: number[], lastX: number[], texts: {x: number[], text: string[]},
 *   before: {t: number, value: unknown}|null, gaps: Gap[], late: Late[]}} Line
 * @typedef {{t: number, value: unknown, gap: Gap|null}} Stand
 */

/** @param {any} told one gap or outage of the API @returns {Gap} */
export function gapOf(told) {
  const { cause, id, sentence, remedy, standing, evidence, kept_words: kept = null, kept: waited } = told;
  const from = instant(told.from) ?? 0;
  return {
    from,
    to: instant(told.to) ?? 0,
    cause,
    id,
    sentence,
    remedy,
    kept,
    waited: waited ?? 0,
    standing,
    evidence,
  };
}

/** @param {any} told one series of GET plot @param {{topic?: any, unit: string|null}} known @returns {Line} */
export function lineOf(told, { topic: fact, unit }) {
  const fields = fact?.fields?.length ?? 1;
  const { topic, field, x, min, max, count, last, last_x: lastX, texts, before, gaps, late, kind } = told;
  return {
    key: `${topic}#${field}`,
    topic,
    field,
    unit: told.unit ?? unit,
    kind,
    ...called(fact, topic, field, fields),
    usualMs: fact?.usual_interval_s ? fact.usual_interval_s * 1000 : null,
    role: fact?.role ?? 'value',
    sure: fact?.confidence === field,
    ...{ x, min, max, count, last, lastX, texts },
    before: before ? { t: instant(before.time) ?? 0, value: before.value } : null,
    gaps: gaps.map(gapOf),
    late: late.map((/** @type {any} */ one) => ({
      from: instant(one.from),
      to: instant(one.to),
      count: one.count,
      arrivedFirst: instant(one.arrived_first),
      arrivedLast: instant(one.arrived_last),
    })),
  };
}

/** @param {any} fact @param {string} topic @param {string} field @param {number} fields */
function called(fact, topic, field, fields) {
  const { name, room } = named(fact, topic, field, fields);
  return { name, place: topic.includes('/') || fields > 2 ? room.title : '' };
}

/** Kitchen temperature. @param {Line} line */
export function fullName({ place, name }) {
  return place ? `${place} ${inner(brief(name))}` : name;
}

/** The first place whose time is after t. @param {number[]} times @param {number} t */
export function after(times, t) {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What stood at an instant: the last value at or before it, or the silence that it lies in. @param {Line} line @param {number} t @param {number} step @returns {Stand} */
export function standAt(line, t, step = 0) {
  const gap = line.gaps.find((one) => one.from < t && (t < one.to || one.standing)) ?? null;
  const text = after(line.texts.x, t) - 1;
  const number = after(line.x, t) - 1;
  if (text >= 0 && (number < 0 || line.texts.x[text] > line.x[number]))
    return { t: line.texts.x[text], value: line.texts.text[text], gap };
  if (number < 0) return { t: line.before?.t ?? 0, value: line.before?.value, gap };
  const value = line.kind === 'boolean' ? line.last[number] > 0 : line.last[number];
  // Inside a bucket that is less than a pixel, its last value is the pixel's.
  return { t: Math.min(line.lastX[number], t + step), value, gap };
}

/** Stretches in which a line may be drawn: the window without its gaps. @param {{from: number, to: number, standing?: boolean}[]} gaps @param {number} start @param {number} end @returns {{from: number, to: number}[]} */
export function pieces(gaps, start, end) {
  const sorted = gaps.filter((gap) => gap.to > start && gap.from < end).sort((a, b) => a.from - b.from);
  const found = [];
  let from = start;
  for (const gap of sorted) {
    if (gap.from > from) found.push({ from, to: gap.from });
    from = Math.max(from, gap.to);
  }
  if (from < end) found.push({ from, to: end });
  return found;
}

/**
 * Draws a line bucket by bucket: a stroke between its least and its greatest, entered at the nearer end, left at its last value.
 * @param {Line} line @param {{move: (x: number, y: number) => void, to: (x: number, y: number) => void}} pen
 * @param {(t: number) => number} x @param {(v: number) => number} y
 */
export function trace(line, pen, x, y) {
  const { gaps } = line;
  let previous = Number.NEGATIVE_INFINITY;
  let level = 0;
  for (const [at, t] of line.x.entries()) {
    const px = x(t);
    const [low, high, last] = [y(line.min[at]), y(line.max[at]), y(line.last[at])];
    const apart = at === 0 || gaps.some((gap) => gap.to > gap.from && gap.from >= previous && gap.to <= t);
    const ends = Math.abs(high - level) < Math.abs(low - level) ? [high, low] : [low, high];
    if (apart) pen.move(px, ends[0]);
    else {
      // Without a rhythm a value is said when it changes, so until then the one before it stood.
      if (line.usualMs === null) pen.to(px, level);
      pen.to(px, ends[0]);
    }
    if (Math.abs(ends[1] - ends[0]) > 0.5) pen.to(px, ends[1]);
    // A bucket that spans time ends where its last value was said.
    const out = x(line.lastX[at]);
    if (out > px || last !== ends[1]) pen.to(Math.max(out, px), last);
    // One value alone is a dot.
    if (apart && line.count[at] === 1) pen.to(px + 0.01, ends[0]);
    level = last;
    previous = line.lastX[at];
  }
}

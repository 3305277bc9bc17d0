// @ts-check
// What a chart draws of each series: the answer of GET plot, kept up by the messages that come after it.

import { instant } from './time.js';
import { brief, inner, room, seriesName } from './words.js';

const LATE_MS = 600_000;

/**
 * @typedef {{from: number, to: number, cause: string, id: string, sentence: string, remedy: string, kept: string|null, waited: number, standing: boolean,
 *   evidence: {position: string|null, words: string}[]}} Gap
 * @typedef {{from: number, to: number, count: number, arrivedFirst: number, arrivedLast: number}} Late
 * @typedef {{key: string, topic: string, field: string, unit: string|null, kind: string, name: string, place: string, usualMs: number|null,
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

/** @param {any} told one series of GET plot @param {{fields: number, unit: string|null, usualMs: number|null}} known @returns {Line} */
export function lineOf(told, { fields, unit, usualMs }) {
  const { topic, field, x, min, max, count, last, last_x: lastX, texts, before, gaps, late, kind } = told;
  return {
    key: `${topic}#${field}`,
    topic,
    field,
    unit: told.unit ?? unit,
    kind,
    name: seriesName(topic, field, fields),
    place: topic.includes('/') || fields > 2 ? room(topic, fields).title : '',
    usualMs,
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

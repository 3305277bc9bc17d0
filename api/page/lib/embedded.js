// @ts-check
// What an embedded chart asks and draws: the answer of GET plot as panels, a unit each, and in words.

import { clock, day } from './time.js';
import { request } from './url.js';
import { counted, number, room, seriesName } from './words.js';

const COLOURS = 6;
const DEVICE_PIXELS_MAX = 4_000;

/**
 * @typedef {{name: string, unit: string, colour: number, points: import('./spark.js').Point[], gaps: {from: number, to: number, cause: string, sentence: string}[], last: number|null}} Drawn
 * @typedef {{unit: string, steps: boolean, drawn: Drawn[], low: number, high: number}} Panel
 */

/** @param {{filter: string, field: string, start: string, end: string, by: string, at: string, ticket: string, width: number, src: string}} asked */
export function plotAddress({ filter, field, start, end, by, at, ticket, width, src }) {
  const lines = (/** @type {string} */ text) => text.split('\n').filter(Boolean);
  const path = request('/v1/plot', {
    filter: lines(filter),
    field: lines(field),
    start,
    end,
    width: Math.min(width, DEVICE_PIXELS_MAX),
    by: by || null,
    at: at || null,
    explain: true,
    ticket: ticket || null,
  });
  return new URL(path, src).href;
}

/** Numbers by their unit, switches in a panel of their own; texts have no line. @param {{series: any[], end: string}} answer @returns {Panel[]} */
export function panels({ series, end }) {
  /** @type {Map<string, Panel>} */
  const found = new Map();
  for (const [at, one] of series.filter(({ kind }) => kind === 'number' || kind === 'boolean').entries()) {
    const steps = one.kind === 'boolean';
    const key = steps ? `switch ${at}` : (one.unit ?? '');
    /** @type {Panel} */
    const panel = found.get(key) ?? { unit: one.unit ?? '', steps, drawn: [], low: Infinity, high: -Infinity };
    found.set(key, panel);
    const drawn = drawnOf(one, at % COLOURS, Date.parse(end));
    panel.drawn.push(drawn);
    for (const { low, high } of drawn.points) {
      panel.low = Math.min(panel.low, low);
      panel.high = Math.max(panel.high, high);
    }
  }
  return [...found.values()];
}

/** @param {any} one @param {number} colour @param {number} end @returns {Drawn} */
function drawnOf({ topic, field, unit, x, min, max, last, before, gaps }, colour, end) {
  const place = room(topic, 1).title;
  const value = last.at(-1) ?? before?.value ?? null;
  return {
    name: `${place} ${seriesName(topic, field, 1).toLowerCase()}`,
    unit: unit ?? '',
    colour,
    points: x.map((/** @type {number} */ t, /** @type {number} */ at) => ({
      t,
      low: Number(min[at]),
      high: Number(max[at]),
    })),
    gaps: gaps.map((/** @type {any} */ gap) => ({
      from: Date.parse(gap.from),
      to: gap.standing ? end : Date.parse(gap.to),
      cause: gap.cause,
      sentence: gap.sentence,
    })),
    last: value === null ? null : Number(value),
  };
}

/** @param {{series: any[], start: string, end: string}} answer @param {string=} tz */
export function summary({ series, start, end }, tz) {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const silences = series.reduce((sum, { gaps }) => sum + gaps.length, 0);
  const when = `${day(from, tz)} ${clock(from, tz).slice(0, 5)} to ${clock(to, tz).slice(0, 5)}`;
  return `${counted(series.length, 'series', 'series')}, ${when}, ${counted(silences, 'silence')}`;
}

/** The last value in words. @param {Drawn} drawn @param {boolean} steps */
export function lastWords({ last, unit }, steps) {
  if (last === null) return { text: '–', unit: '' };
  return steps ? { text: last ? 'on' : 'off', unit: '' } : { text: number(last), unit };
}

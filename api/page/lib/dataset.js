// @ts-check
// A dataset's recipe: from the address to what POST datasets takes, the requests of its preview, and its words.

import { matches } from './filters.js';
import { isAbout, saysAbout } from './labels.js';
import { request } from './url.js';
import { room, seriesName } from './words.js';

export const FUNCTIONS = ['last', 'mean', 'min', 'max', 'first', 'count', 'sum', 'delta', 'time_weighted_mean'];
export const FILLS = ['hold', 'none', 'linear'];
/** Of nothing these say nothing, so there is nothing to go on with. */
const ADDING = new Set(['count', 'sum', 'delta']);
const DEFAULTS = { start: '-1d', end: 'now', every: '15m', fn: 'last', fill: 'hold', hold_for: '', by: 'device' };
const ROWS = 17;
const COVERAGE_WIDTH = 240;

/**
 * @typedef {{filter: string[], field: string[], tz: string, start: string, end: string, every: string, fn: string, fill: string, hold_for: string, by: string, at: string}} Recipe
 * @typedef {{id: string, position: string, cost: {rows: number, columns: number, cells: number, bytes: number}, pin: any}} Plan
 * @typedef {{column: string, topic: string, field: string, unit: string|null}} Column
 */

/** @param {import('./url.js').View} view @returns {Recipe} */
export function recipeOf({ filters, past, tz }) {
  const said = Object.fromEntries(Object.entries(DEFAULTS).map(([name, usual]) => [name, past[name]?.[0] || usual]));
  if (ADDING.has(said.fn)) said.fill = 'none';
  return /** @type {any} */ ({
    ...said,
    filter: filters,
    field: past.field ?? [],
    tz: tz ?? 'UTC',
    at: past.at?.[0] ?? '',
  });
}

/** @param {Recipe} recipe */
export function bodyOf({ at, hold_for, field, ...rest }) {
  const parameters = { ...rest, ...(hold_for ? { hold_for } : {}), ...(field.length ? { field } : {}) };
  return { query: 'matrix', parameters, ...(at ? { at } : {}) };
}

/** Rows of what would be pinned, its last ones if none are chosen, and the same with nothing held. @param {Plan} plan @param {string|null} from */
export function previewAddresses({ pin: { parameters, position }, cost }, from) {
  const [begin, end] = [Date.parse(parameters.start), Date.parse(parameters.end)];
  const wanted = from ? Date.parse(from) : end - (ROWS / Math.max(ROWS, cost.rows)) * (end - begin);
  const start = wanted > begin && wanted < end ? new Date(wanted).toISOString() : parameters.start;
  const asked = { ...parameters, at: position, start, limit: ROWS };
  return { rows: request('/v1/matrix', asked), said: request('/v1/matrix', { ...asked, fill: 'none' }) };
}

/** @param {any} pin */
export function coverageAddress({ parameters, position }) {
  const { filter, field, start, end, by } = parameters;
  return request('/v1/plot', { filter, field, start, end, by, at: position, width: COVERAGE_WIDTH, explain: true });
}

/** @param {any} pin */
export function topicsAddress({ parameters, position }) {
  return request('/v1/topics', { filter: parameters.filter, at: position, limit: 1000 });
}

/** The address at which the recipe of a dataset is built on. @param {any} pin */
export function againAddress({ parameters, position }) {
  const { filter, tz, ...rest } = parameters;
  return request('/datasets/new', { filter, tz, ...rest, at: position });
}

/** The messages behind a cell: those since the row before. @param {Column} column @param {string} time @param {number} everyMs */
export function messagesAddress({ topic, field }, time, everyMs) {
  const start = new Date(Date.parse(time) - everyMs).toISOString();
  const end = new Date(Date.parse(time) + 1).toISOString();
  return request('/history', { filter: topic, field, start, end, view: 'messages' });
}

/** How many columns each filter gives. @param {string[]} filters @param {Column[]} columns */
export function counts(filters, columns) {
  return filters.map((filter) => ({ filter, count: columns.filter(({ topic }) => matches(filter, topic)).length }));
}

/** @param {Column} column */
export function columnName({ topic, field }) {
  const about = saysAbout(topic);
  if (about)
    return {
      place: room(about, 1).title,
      name: `${seriesName(about, '', 1)} ${field === 'value' ? 'predicted' : field}`,
    };
  const alone = field === 'value' || field === '';
  return { place: room(topic, 1).title, name: seriesName(topic, field, alone ? 1 : 2) };
}

/**
 * Labels stand last, each with the models' words for it beside it, and how sure these are.
 * @param {Column[]} columns @param {Map<string, any>} topics
 */
export function inOrder(columns, topics) {
  const roleOf = (/** @type {Column} */ { topic }) => topics.get(topic)?.role;
  const models = columns.filter((one) => roleOf(one) === 'prediction');
  const rank = (/** @type {Column} */ { topic, field }) =>
    field === 'value' ? 0 : field === topics.get(topic)?.confidence ? 1 : 2;
  models.sort((a, b) => (a.topic === b.topic ? rank(a) - rank(b) : a.topic < b.topic ? -1 : 1));
  const told = columns
    .filter((one) => roleOf(one) === 'label')
    .flatMap((label) => [label, ...models.filter(({ topic }) => isAbout(topic, label.topic))]);
  const ordered = new Set([...told, ...models]);
  return [...columns.filter((one) => !ordered.has(one)), ...ordered];
}

/** The label that each model's word is compared with, by column. @param {Column[]} columns @param {Map<string, any>} topics @returns {Map<string, Column>} */
export function labelsOf(columns, topics) {
  const labels = columns.filter(({ topic }) => topics.get(topic)?.role === 'label');
  return new Map(
    columns.flatMap((one) => {
      if (topics.get(one.topic)?.role !== 'prediction') return [];
      const label = labels.find(({ topic, field }) => isAbout(one.topic, topic) && field === one.field);
      return label ? [[one.column, label]] : [];
    }),
  );
}

/** What holds of the dataset, before it is pinned. @param {Plan} plan @returns {{good: boolean, text: string}[]} */
export function checksOf({ pin }) {
  const ahead = pin.parameters.fill === 'linear';
  const found = [
    ahead
      ? { good: false, text: 'A straight line uses the next value, which lies later than its row: not for features.' }
      : { good: true, text: 'No value is later than its row: nothing leaks from the future.' },
    {
      good: true,
      text: `${pin.logs.length.toLocaleString('en')} logs, each named with number and hash of its last record.`,
    },
  ];
  if (!pin.logs.length) found[1] = { good: false, text: 'No log is selected, so there is nothing to pin.' };
  if (pin.within.length) found.push({ good: false, text: 'Your account sees part of what the filters ask for.' });
  return found;
}

/** Time between rows. @param {{time: string}[]} rows */
export function everyOf(rows) {
  return rows.length > 1 ? Date.parse(rows[1].time) - Date.parse(rows[0].time) : 60_000;
}

// @ts-check
// The address is the view: what is asked for, to and from the URL, in the words of the API.

import { fault } from './filters.js';

/**
 * @typedef {{screen: string, sub: string, filters: string[], tz: string|undefined, theme: string|null, proof: {log: string, recno: number}|null,
 *   cursor: string|null, past: Record<string, string[]>, problems: string[]}} View
 */

/** What is seen of the past; kept as it was asked, for History to read. */
const PAST = ['field', 'start', 'end', 'by', 'at', 'view', 'hide', 'every', 'fn', 'fill', 'hold_for'];
const WITH_PAST = new Set(['history', 'datasets']);
const KNOWN = new Set(['filter', 'tz', 'theme', 'proof', 'cursor', ...PAST]);

/** @param {string} address @returns {View} */
export function parse(address) {
  const url = new URL(address, 'http://page');
  const query = url.searchParams;
  /** @type {string[]} */
  const problems = [];
  for (const key of new Set(query.keys())) {
    if (!KNOWN.has(key)) problems.push(`This page does not know "${key}"; the rest of the address still holds.`);
  }
  return {
    screen: url.pathname.split('/')[1] || 'now',
    sub: url.pathname.split('/')[2] ?? '',
    filters: filters(query, problems),
    tz: zone(query.get('tz'), problems),
    theme: choice(query.get('theme'), ['light', 'dark'], 'theme', problems),
    proof: record(query.get('proof'), problems),
    cursor: query.get('cursor'),
    past: Object.fromEntries(PAST.map((name) => [name, query.getAll(name)])),
    problems,
  };
}

/** The address of a view, with what is at its default left out. @param {Partial<View>} view */
export function format(view) {
  const query = new URLSearchParams();
  for (const text of view.filters ?? []) query.append('filter', text);
  if (WITH_PAST.has(view.screen ?? ''))
    for (const name of PAST) for (const text of view.past?.[name] ?? []) query.append(name, text);
  if (view.tz) query.set('tz', view.tz);
  if (view.theme) query.set('theme', view.theme);
  if (view.proof) query.set('proof', `${view.proof.log}:${view.proof.recno}`);
  if (view.cursor) query.set('cursor', view.cursor);
  const text = readable(query);
  const sub = view.screen === 'datasets' && view.sub ? `/${view.sub}` : '';
  return `/${view.screen ?? 'now'}${sub}${text ? `?${text}` : ''}`;
}

/** The address of an answer of the API. @param {string} path @param {Record<string, string|number|boolean|string[]|null|undefined>} parameters */
export function request(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) for (const one of value) query.append(key, one);
    else if (value !== null && value !== undefined) query.set(key, String(value));
  }
  const text = readable(query);
  return text ? `${path}?${text}` : path;
}

/** Escapes what must be and no more: a topic in an address stays legible. @param {URLSearchParams} query */
function readable(query) {
  return query.toString().replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%24', '$');
}

/** @param {URLSearchParams} query @param {string[]} problems */
function filters(query, problems) {
  /** @type {string[]} */
  const good = [];
  for (const text of query.getAll('filter')) {
    const wrong = fault(text);
    if (wrong) problems.push(`The filter "${text}" is left out. ${wrong}`);
    else if (!good.includes(text)) good.push(text);
  }
  return good;
}

/** @param {string|null} text @param {string[]} problems */
function zone(text, problems) {
  if (!text) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    problems.push(
      `"tz=${text}" is no time zone that this browser knows; try Europe/Berlin. Times are shown in its own.`,
    );
    return undefined;
  }
}

/** @param {string|null} text @param {string[]} allowed @param {string} name @param {string[]} problems */
function choice(text, allowed, name, problems) {
  if (text === null || allowed.includes(text)) return text;
  problems.push(`"${name}=${text}" is not one of ${allowed.join(', ')}.`);
  return null;
}

/** @param {string|null} text @param {string[]} problems */
function record(text, problems) {
  if (!text) return null;
  const found = /^([A-Za-z0-9_-]{43}):(\d{1,15})$/.exec(text);
  if (found) return { log: found[1], recno: Number(found[2]) };
  problems.push('"proof" names one record as <log>:<recno>; this one does not.');
  return null;
}

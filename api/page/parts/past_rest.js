// @ts-check
// What History shows beside its charts: messages, tables, one record, the requests, and why there is nothing.

import { html, nothing } from '../vendor/lit.js';
import './later_past.js';
import { icon } from './sign.js';
import { emptyHome, noMatch } from './states.js';
export { locked } from './states.js';
import { ask } from '../lib/api.js';
import { fullName, standAt } from '../lib/lines.js';
import { page } from '../lib/page.js';
import { iso } from '../lib/span.js';
import { whole } from '../lib/time.js';
import { request } from '../lib/url.js';
import { together, value } from '../lib/words.js';
import { findWay } from '../lib/way.js';

/** @param {any} screen */
export function rest(screen) {
  const { past, message, recipe } = screen;
  if (!past?.span) return nothing;
  const { requests, width } = past;
  const asked = [
    { name: recipe || 'chart', address: requests.plot(width) },
    { name: 'silences', address: requests.gaps },
    { name: 'messages', address: requests.messages },
    ...(past.span.living ? [{ name: 'live', address: requests.live(past.position) }] : []),
  ];
  const fields = message?.topic ? (past.topics.get(message.topic)?.fields?.length ?? 1) : 1;
  return html`<hearth-message .message=${message?.topic ? message : null} .fields=${fields} .fact=${past.topics.get(message?.topic)} .units=${past.units} .log=${page.view.proof?.log ?? ''} .tz=${page.view.tz}></hearth-message>
    <dialog class="card recipe" aria-labelledby="recipe-title"><div class="bar"><h2 id="recipe-title">The request${recipe ? ` behind ${recipe}` : 's behind this screen'}</h2>
      <button class="tool" aria-label="Close" @click=${(/** @type {Event} */ event) => /** @type {Element} */ (event.target).closest('dialog')?.close()}>${icon('close')}</button></div>
      <hearth-code .requests=${recipe ? asked.slice(0, 1) : asked}></hearth-code></dialog>`;
}

/** @param {any} screen @param {import('../lib/past.js').Past} past @param {{start: number, end: number, now: number}} stretch */
export function tables(screen, past, stretch) {
  const { laid, span } = screen;
  const { tz } = page.view;
  const shown = span.show === 'table';
  const visible = (/** @type {import('../lib/lines.js').Line} */ line) => !span.hide.has(line.key);
  const panels = laid.panels.map((/** @type {import('../lib/panels.js').Panel} */ { title, unit, drawn }) => ({
    name: unit ? `${title}, ${unit}` : title,
    lines: drawn.map(({ line }) => line).filter(visible),
  }));
  const each = (/** @type {{name: string, lines: any[]}} */ { name, lines }, /** @type {number|string} */ at) =>
    html`<hearth-table id=${`table-${at}`} .name=${name} .lines=${lines} .stretch=${stretch} .tz=${tz} .shown=${shown} .version=${past.version}></hearth-table>`;
  return html`${beside(screen, past, stretch)}${panels.map(each)}${laid.lanes.length ? each({ name: 'Events', lines: laid.lanes.filter(visible) }, 'events') : nothing}${laid.told.length ? each({ name: 'Activities', lines: laid.told.filter(visible) }, 'activity') : nothing}`;
}

/** @param {any} screen @param {import('../lib/past.js').Past} past @param {{start: number, end: number, now: number}} stretch */
function beside(screen, past, stretch) {
  const go = (/** @type {number} */ t) => screen.point(t, true);
  return html`<hearth-beside .past=${past} .hide=${screen.span.hide} .stretch=${stretch} .cursor=${screen.cursor} .filters=${page.view.filters} .tz=${page.view.tz} .version=${past.version} .go=${go}></hearth-beside>`;
}

/** @param {any} screen @param {import('../lib/past.js').Past} past */
export function messages(screen, past) {
  if (!past.span) return nothing;
  return html`<hearth-messages .address=${past.requests.messages} .units=${past.units} .tz=${page.view.tz} .heard=${past.span.living ? past.heardCount : 0}></hearth-messages>`;
}

/** The last record at or before the cursor. @param {any} screen @param {import('../lib/lines.js').Line} line @param {number} t */
export async function open(screen, line, t) {
  const address = screen.past.requests.record(line, iso(t + screen.past.grid.step));
  const answer = await ask(address).catch((problem) => ({ problem }));
  if (answer.problem) return page.say(`${answer.problem.title}. ${answer.problem.detail}`);
  const [found] = answer.observations;
  if (!found) return page.say(`${fullName(line)} said nothing before this.`);
  show(screen, found.topic, found.recno, found.logged_time);
}

/** @param {any} screen @param {string} topic @param {number} recno @param {string} logged_time */
export function show(screen, topic, recno, logged_time) {
  const log = screen.past?.topics.get(topic)?.log;
  if (!log) return page.say('This topic is too new: its log is not known yet.');
  screen.message = { log, recno, topic, logged_time };
  page.go({ proof: { log, recno } });
}

/** The record that the address names: its topic is in the catalogue, its time in its log. @param {any} screen */
export async function resolve(screen) {
  const { proof } = page.view;
  if (!proof) screen.message = null;
  const { message, past } = screen;
  if (!proof || !past?.topics.size || (message?.recno === proof.recno && message?.log === proof.log)) return;
  screen.message = { ...proof, topic: '', logged_time: '' };
  const topic = [...past.topics.values()].find((one) => one.log === proof.log)?.topic ?? '';
  const address = request(`/v1/logs/${proof.log}/records`, { first: proof.recno, limit: 1 });
  const answer = await ask(address).catch(() => ({ records: [] }));
  const logged_time = answer.records[0]?.time ?? '';
  if (!topic || !logged_time) return page.say('The record that this address names is not here.');
  screen.message = { ...proof, topic, logged_time };
  screen.requestUpdate();
}

/** @param {import('../lib/past.js').Past} past @param {string[]} filters */
export function empty(past, filters) {
  if (!past.topics.size) {
    if (!past.way)
      past.way = findWay(filters, past.gone)
        .then((found) => Object.assign(past, found))
        .then(() => past.changed());
    return filters.length ? noMatch(filters, past.others ?? []) : emptyHome(past.store ?? null);
  }
  return html`<section class="card plain" aria-labelledby="nothing-title"><h2 id="nothing-title">Nothing was said in this stretch</h2>
    <p>No series of this selection had a value by then. A longer stretch, or another one, may have some.</p>
    <p class="actions"><button class="link" @click=${() => page.go({ past: {} })}>Show the last day</button></p></section>`;
}

/** The cursor's values for who does not see them. @param {any} screen */
export function spoken(screen) {
  const { cursor, laid, past } = screen;
  if (cursor === null) return '';
  const lines = [
    ...laid.panels.flatMap((/** @type {any} */ panel) => panel.drawn.map((/** @type {any} */ one) => one.line)),
    ...laid.told,
    ...laid.lanes,
  ].slice(0, 12);
  const told = lines.map((line) => {
    const { value: said, gap } = standAt(line, cursor, past.grid.step);
    return `${fullName(line)} ${gap ? gap.sentence : together(value({ value: said, kind: line.kind, unit: line.unit, field: line.field }))}`;
  });
  return `${whole(cursor, page.view.tz)}: ${told.join(', ')}`;
}

// @ts-check
// The five steps of a dataset's recipe: series, window, grid, holes, label.

import { counts, FILLS, FUNCTIONS } from '../lib/dataset.js';
import { page } from '../lib/page.js';
import { duration } from '../lib/time.js';
import { counted } from '../lib/words.js';
import { html, nothing } from '../vendor/lit.js';

const FILL_WORDS = { hold: 'hold the last', none: 'leave empty', linear: 'straight line' };
const CLOCKS = { device: 'device', logged: 'logged' };

/** @typedef {(past: Record<string, string[]>) => void} Change */

/** @param {import('../lib/draft.js').Draft} draft @param {Change} change */
export function steps(draft, change) {
  const { recipe, plan } = draft;
  if (!recipe) return nothing;
  const parameters = plan?.pin.parameters;
  const lasted = parameters ? duration(Date.parse(parameters.end) - Date.parse(parameters.start)) : '';
  const text = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ hint) =>
    field(
      name,
      label,
      html`<input id="r-${name}" .value=${/** @type {any} */ (recipe)[name]} placeholder=${hint} autocomplete="off" spellcheck="false"
      @change=${(/** @type {any} */ { target }) => change({ [name]: target.value.trim() ? [target.value.trim()] : [] })}>`,
    );
  const choose = (
    /** @type {string} */ name,
    /** @type {string} */ label,
    /** @type {Record<string, string>} */ options,
  ) =>
    field(
      name,
      label,
      html`<select id="r-${name}" @change=${(/** @type {any} */ { target }) => change({ [name]: [target.value] })}>${Object.entries(
        options,
      ).map(
        ([value, words]) =>
          html`<option value=${value} ?selected=${value === /** @type {any} */ (recipe)[name]}>${words}</option>`,
      )}</select>`,
    );
  return html`<form class="steps card" aria-label="Recipe" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
    ${series(draft)}
    <fieldset><legend>2 Window <i>${lasted}</i></legend>${text('start', 'From', '-1d')}${text('end', 'To', 'now')}${zone(recipe)}${choose('by', 'Clock', CLOCKS)}</fieldset>
    <fieldset><legend>3 Grid <i>${plan ? counted(plan.cost.rows, 'row') : ''}</i></legend>${text('every', 'Every', '15m, 1h, 1d')}${choose('fn', 'Say the', Object.fromEntries(FUNCTIONS.map((name) => [name, name.replaceAll('_', ' ')])))}</fieldset>
    <fieldset><legend>4 Holes</legend>${choose('fill', 'Then', Object.fromEntries(FILLS.map((name) => [name, FILL_WORDS[/** @type {'hold'} */ (name)]])))}${recipe.fill === 'none' ? nothing : text('hold_for', 'At most', 'without end; 10m')}</fieldset>
    ${label(draft)}</form>`;
}

/** @param {string} name @param {string} label @param {unknown} control */
function field(name, label, control) {
  return html`<p class="field"><label for="r-${name}">${label}</label>${control}</p>`;
}

/** @param {import('../lib/dataset.js').Recipe} recipe */
function zone({ tz }) {
  const set = (/** @type {any} */ { target }) => page.go({ tz: target.value.trim() || undefined });
  return field(
    'tz',
    'Time zone',
    html`<input id="r-tz" .value=${tz} list="r-zones" autocomplete="off" spellcheck="false" @change=${set}>
    <datalist id="r-zones"><option>UTC</option><option>${Intl.DateTimeFormat().resolvedOptions().timeZone}</option></datalist>`,
  );
}

/** @param {import('../lib/draft.js').Draft} draft */
function series({ rows, recipe }) {
  const columns = rows?.series ?? [];
  const filters = recipe?.filter ?? [];
  return html`<fieldset><legend>1 Series <i>${counted(columns.length, 'column')}</i></legend>
    ${filters.length ? html`<ul class="chosen">${counts(filters, columns).map(({ filter, count }) => html`<li><span class="mono">${filter}</span> <i>${count.toLocaleString('en')}</i></li>`)}</ul>` : html`<p class="hint">Everything that this account may read.</p>`}
    <button type="button" class="link" @click=${() => document.getElementById('filter')?.focus()}>Add a filter</button></fieldset>`;
}

/** A label is a column like others; what it is called by tells it apart. @param {import('../lib/draft.js').Draft} draft */
function label({ topics }) {
  const found = [...topics.values()].filter(({ role }) => role === 'label' || role === 'prediction');
  return html`<fieldset><legend>5 Label <i>${found.length ? 'as of the row' : 'none'}</i></legend>
    ${found.length ? html`<ul class="chosen">${found.map(({ topic, role, classes }) => html`<li><span class="mono">${topic}</span> <i>${role === 'prediction' ? 'predicted, ' : ''}${counted(classes?.length ?? 0, 'class', 'classes')}</i></li>`)}</ul>` : html`<p class="hint">Filters that match labels or predictions put them beside the values.</p>`}</fieldset>`;
}

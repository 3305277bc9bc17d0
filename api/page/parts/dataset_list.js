// @ts-check
// hearth-dataset-list: what is pinned, newest first.

import { asProblem, askAll } from '../lib/api.js';
import { page } from '../lib/page.js';
import { clock, day } from '../lib/time.js';
import { request } from '../lib/url.js';
import { counted, size } from '../lib/words.js';
import { html, nothing } from '../vendor/lit.js';
import { PagePart } from './part.js';
import { icon } from './sign.js';
import { failed } from './waiting.js';

const DATASETS = '/v1/datasets';
const MOST = 1_000;

class HearthDatasetList extends PagePart {
  constructor() {
    super();
    /** @type {any[]|null} */ this.rows = null;
    /** @type {import('../lib/api.js').Problem|null} */ this.problem = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.ask();
  }

  async ask() {
    this.problem = null;
    try {
      this.rows = (await askAll(DATASETS, 'datasets', { most: MOST })).datasets;
    } catch (error) {
      this.problem = asProblem(error);
      if (this.problem.status === 401) page.set({ locked: true });
    }
    this.requestUpdate();
  }

  render() {
    const { rows, problem } = this;
    const { filters, tz } = page.view;
    return html`<div class="head"><h1 class="headline">${rows?.length ? `${counted(rows.length, 'dataset')} pinned` : 'Datasets'}</h1>
        <p class="summary">A matrix that can be trusted and fetched again: the same bytes, for ever.</p>
        <a class="button" href=${request('/datasets/new', { filter: filters, tz })}>New dataset</a>
        <details class="api"><summary title="The request behind this screen">${icon('code')} API</summary><hearth-code class="card" .requests=${[{ name: 'datasets', address: DATASETS }]}></hearth-code></details></div>
      ${problem ? failed(problem, () => this.ask(), problem.retryAfterS ?? 0) : nothing}
      ${!rows && !problem ? html`<p class="thin" aria-hidden="true"></p>` : nothing}
      ${rows && !rows.length ? this.empty() : nothing}
      ${rows?.length ? html`<ol class="card pinned">${rows.map((row) => this.row(row, tz))}</ol>` : nothing}`;
  }

  empty() {
    return html`<section class="card plain"><h2>Nothing is pinned yet</h2>
      <p>Choose series by topic filters, a window and a grid; look at what is missing; then pin it. What is pinned has an id, and code that fetches it.</p>
      <p class="actions"><a class="button" href=${request('/datasets/new', { filter: page.view.filters })}>New dataset</a></p></section>`;
  }

  /** @param {any} row @param {string=} tz */
  row({ id, pin, rows, bytes, columns, fetched, logged }, tz) {
    const { filter, left, start, end, every } = pin.parameters;
    const about = (filter ?? left ?? []).join(', ') || 'everything';
    const [from, to] = [Date.parse(start), Date.parse(end)];
    return html`<li><h2><a class="mono" href="/datasets/${id}">${about}</a></h2>
      <p>${counted(rows, 'row')} × ${counted(columns.length - 1, 'column')}, ${size(bytes)}${every ? `, every ${every}` : ''}, ${day(from, tz)} to ${day(to, tz)}</p>
      <p class="hint"><span class="mono">${id.slice(0, 12)}…</span> ${logged ? html`pinned ${day(Date.parse(logged.time), tz)} ${clock(Date.parse(logged.time), tz).slice(0, 5)}` : 'not logged yet'}, fetched ${counted(fetched, 'time')}</p></li>`;
  }
}

customElements.define('hearth-dataset-list', HearthDatasetList);

// @ts-check
// hearth-table: what a chart draws, as a table: every bucket, and every silence in words. 25 rows a page.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { placesOf, rowOf } from '../lib/rows.js';
import { whole } from '../lib/time.js';

const PAGE = 25;
const LEISURE_MS = 3_000;

class HearthTable extends Part {
  static properties = {
    name: { attribute: false },
    lines: { attribute: false },
    stretch: { attribute: false },
    tz: { attribute: false },
    shown: { attribute: false },
    version: { attribute: false },
    at: { state: true },
  };

  constructor() {
    super();
    this.name = '';
    /** @type {import('../lib/lines.js').Line[]} */ this.lines = [];
    /** @type {{start: number, end: number, now: number}} */ this.stretch = { start: 0, end: 1, now: 1 };
    /** @type {string|undefined} */ this.tz = undefined;
    this.shown = false;
    this.version = 0;
    this.at = this.drawnMs = 0;
    /** @type {ReturnType<typeof setTimeout>|undefined} */ this.timer = undefined;
  }

  /** A table that nobody looks at follows at leisure. */
  shouldUpdate() {
    const early = LEISURE_MS - (Date.now() - this.drawnMs);
    if (this.shown || early <= 0) return true;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.requestUpdate();
    }, early);
    return false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  render() {
    this.drawnMs = Date.now();
    const rows = placesOf(this.lines, this.stretch);
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    const at = Math.min(this.at, pages - 1);
    return html`<div class="table ${this.shown ? 'card' : 'aside'}" role="region" aria-label="What ${this.name} shows, as a table" tabindex=${this.shown ? 0 : nothing}>
      <table><caption>${this.name} <i>${rows.length.toLocaleString('en')} rows</i></caption>
        <thead><tr><th scope="col">Time</th><th scope="col">Series</th><th scope="col">Least</th><th scope="col">Greatest</th><th scope="col">Last</th><th scope="col">Values</th></tr></thead>
        <tbody>${rows.slice(at * PAGE, (at + 1) * PAGE).map((place) => this.row(rowOf(place, this.stretch)))}</tbody></table>
      ${this.shown && pages > 1 ? html`<p class="actions"><button class="button" ?disabled=${at === 0} @click=${() => (this.at = at - 1)}>Previous</button><span>Page ${at + 1} of ${pages.toLocaleString('en')}</span><button class="button" ?disabled=${at + 1 >= pages} @click=${() => (this.at = at + 1)}>Next</button></p>` : nothing}
    </div>`;
  }

  /** @param {import('../lib/rows.js').Row} row */
  row(row) {
    const time = html`<th scope="row"><time datetime=${new Date(row.t).toISOString()}>${whole(row.t, this.tz)}</time></th><td>${row.name}</td>`;
    if (row.silence) return html`<tr class="hole">${time}<td colspan="4">${row.silence}</td></tr>`;
    return html`<tr>${time}<td>${row.min}</td><td>${row.max}</td><td>${row.last}</td><td>${row.count}</td></tr>`;
  }
}

customElements.define('hearth-table', HearthTable);

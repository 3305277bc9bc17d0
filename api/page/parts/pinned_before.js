// @ts-check
// hearth-pinned-before: datasets that were pinned before, those with the same columns first, beside the one that is made.

import { askAll } from '../lib/api.js';
import { SHOWN_MOST, pinnedBefore } from '../lib/pinned_before.js';
import { day, whole } from '../lib/time.js';
import { counted } from '../lib/words.js';
import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';

const MOST = 1_000;

class HearthPinnedBefore extends Part {
  static properties = { columns: { attribute: false }, tz: { attribute: false }, rows: { state: true } };

  constructor() {
    super();
    /** @type {string[]} */ this.columns = [];
    /** @type {string|undefined} */ this.tz = undefined;
    /** @type {any[]} */ this.rows = [];
  }

  /** Without an answer there is no list: what is made does not depend on it. */
  connectedCallback() {
    super.connectedCallback();
    askAll('/v1/datasets', 'datasets', { most: MOST }).then(
      ({ datasets }) => {
        this.rows = datasets;
      },
      () => {},
    );
  }

  render() {
    const { rows, columns, tz } = this;
    if (!rows.length) return nothing;
    return html`<section class="before" aria-labelledby="before-title"><h2 id="before-title">Pinned before</h2>
      <ul>${pinnedBefore(rows, columns).map(
        ({
          id,
          about,
          pinnedMs,
          size,
          same,
        }) => html`<li><a class="mono" href="/datasets/${id}" title=${id}>${about}</a>
        <span class="hint">${pinnedMs === null ? 'not logged yet' : html`<time datetime=${new Date(pinnedMs).toISOString()} title=${whole(pinnedMs, tz)}>${day(pinnedMs, tz)}</time>`}, ${counted(size, 'row')}${same ? html` · <b>same columns</b>` : nothing}</span></li>`,
      )}</ul>
      ${rows.length > SHOWN_MOST ? html`<p><a href="/datasets">All ${counted(rows.length, 'dataset')}</a></p>` : nothing}</section>`;
  }
}

customElements.define('hearth-pinned-before', HearthPinnedBefore);

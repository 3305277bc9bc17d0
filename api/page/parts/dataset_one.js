// @ts-check
// hearth-dataset: one pinned dataset: what it is, code that fetches it, and whether all of it still holds.

import { ask, asProblem } from '../lib/api.js';
import { copy } from '../lib/copy.js';
import { againAddress } from '../lib/dataset.js';
import { code, codesOf } from '../lib/dataset_code.js';
import { page } from '../lib/page.js';
import { instantOf, whole } from '../lib/time.js';
import { counted, size } from '../lib/words.js';
import { html, nothing } from '../vendor/lit.js';
import { PagePart } from './part.js';
import { icon } from './sign.js';
import { failed } from './waiting.js';

const FORMATS = ['arrow', 'parquet', 'csv'];

class HearthDataset extends PagePart {
  static properties = {
    id: {},
    language: { state: true },
    problem: { state: true },
    verdict: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.id = this.shownId = '';
    /** @type {any} */ this.said = null;
    /** @type {any} */ this.verdict = null;
    /** @type {import('../lib/api.js').Problem|null} */ this.problem = null;
    /** @type {import('../lib/api.js').Problem|null} */ this.unverified = null;
    this.busy = false;
    /** @type {typeof import('../lib/dataset_code.js').CODES[number]} */ this.language = 'Python';
  }

  get address() {
    return `/v1/datasets/${encodeURIComponent(this.id)}`;
  }

  willUpdate() {
    if (this.id === this.shownId || page.locked) return;
    this.shownId = this.id;
    this.said = this.verdict = null;
    this.ask();
  }

  async ask() {
    const { id } = this;
    this.problem = null;
    try {
      const said = await ask(this.address);
      if (id === this.id) this.said = said;
    } catch (error) {
      this.problem = asProblem(error);
      if (this.problem.status === 401) {
        this.shownId = '';
        page.set({ locked: true });
      }
    }
    this.requestUpdate();
  }

  /** All records again, on the server: it may take a while. */
  async verify() {
    this.busy = true;
    this.verdict = this.unverified = null;
    try {
      this.verdict = (await ask(`${this.address}?verify=true`)).verdict;
    } catch (error) {
      this.unverified = asProblem(error);
    }
    this.busy = false;
  }

  render() {
    const { said, problem } = this;
    return html`<div class="head"><p class="crumb"><a href="/datasets">Datasets</a> /</p><h1 class="headline">${said ? about(said) : 'Dataset'}</h1>
        <p class="summary">${said ? `${counted(said.rows, 'row')} × ${counted(said.columns.length - 1, 'column')}, pinned` : ''}</p>
        <details class="api"><summary title="The request behind this screen">${icon('code')} API</summary><hearth-code class="card" .requests=${[{ name: 'dataset', address: this.address }]}></hearth-code></details></div>
      ${problem ? failed(problem, () => this.ask(), problem.retryAfterS ?? 0) : nothing}
      ${!said && !problem ? html`<p class="thin" aria-hidden="true"></p>` : nothing}
      ${said ? html`<div class="one-dataset">${this.what(said)}${this.use(said)}${this.proof(said)}</div>` : nothing}`;
  }

  /** @param {any} said */
  what({ id, pin, sha256, bytes, fetched, logged, proof, columns, stored }) {
    const { tz } = page.view;
    const at = instantOf(pin.position);
    const { start, end, every, fn, fill, hold_for, by, tz: zone } = pin.parameters;
    const facts = [
      ['Id', html`<span class="mono">${id}</span> <button class="link" @click=${() => copy(id)}>Copy</button>`],
      ['SHA-256', html`<span class="mono">${sha256}</span>`],
      ['Size', `${size(bytes)} as Arrow${stored ? '' : ', made anew when it is fetched'}`],
      [
        'Window',
        start &&
          html`<time datetime=${start}>${whole(Date.parse(start), tz)}</time> to <time datetime=${end}>${whole(Date.parse(end), tz)}</time>, by the ${by} clock`,
      ],
      ['Grid', every && `every ${every} in ${zone}, ${fn?.replaceAll('_', ' ')}`],
      ['Holes', fill && (fill === 'none' ? 'empty' : `${fill}${hold_for ? `, at most ${hold_for}` : ''}`)],
      ['As known at', at ? whole(at, tz) : pin.position],
      [
        'Made from',
        `${counted(pin.logs.length, 'log')}${pin.context.length ? ` and ${counted(pin.context.length, 'log')} of set-up` : ''}`,
      ],
      [
        'Manifest',
        logged
          ? html`record ${logged.recno} of <span class="mono">${logged.log.slice(0, 12)}…</span>, ${whole(Date.parse(logged.time), tz)} ${proof ? html`<a href=${proof} download="manifest-proof.json">its proof</a>` : nothing}`
          : 'not logged yet',
      ],
      ['Fetched', `${counted(fetched, 'time')} from this server`],
    ];
    return html`<section class="card" aria-labelledby="what-title"><h2 id="what-title">What it is</h2>
      <dl>${facts.filter(([, fact]) => fact).map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>
      <details><summary>${counted(columns.length, 'column')}</summary><ul class="columns">${columns.map((/** @type {any} */ one) => html`<li><span class="mono">${one.name}</span> <i>${one.type}</i></li>`)}</ul></details>
      ${pin.query === 'matrix' ? html`<p class="actions"><a href=${againAddress(pin)}>Build on this recipe</a></p>` : nothing}</section>`;
  }

  /** @param {any} said */
  use(said) {
    const { id, data } = said;
    const text = code(location.origin, said, this.language);
    return html`<section class="card" aria-labelledby="use-title"><h2 id="use-title">Use it</h2>
      <div class="code"><div class="choose" role="group" aria-label="Language">${codesOf(said.pin).map((one) => html`<button aria-pressed=${one === this.language ? 'true' : 'false'} @click=${() => (this.language = one)}>${one}</button>`)}</div>
      <pre tabindex="0" aria-label="Code that fetches it"><code>${text}</code></pre>
      <p class="actions"><button class="link" @click=${() => copy(text)}>Copy</button> ${this.language === 'live' ? html`<span class="hint">The same columns, now: a row of the grid as it is due.</span>` : nothing} ${FORMATS.map((format) => html`<a href="${data}?format=${format}" download="dataset-${id.slice(0, 8)}.${format}">${format}</a> `)}</p></div></section>`;
  }

  /** @param {any} said */
  proof({ pin }) {
    const { verdict, unverified, busy } = this;
    return html`<section class="card" aria-labelledby="holds-title"><h2 id="holds-title">Does it still hold?</h2>
      <p class="hint">Reads every record of ${counted(pin.logs.length, 'log')} again, checks links and signatures, makes the bytes anew and compares. The server does it; <code>Home(…, verify=True)</code> need not trust it.</p>
      <p class="actions"><button class="button" ?disabled=${busy} @click=${() => this.verify()}>${busy ? 'Verifying…' : 'Verify'}</button></p>
      ${unverified ? html`<p class="wrong" role="alert">${[unverified.title, unverified.detail].filter(Boolean).join('. ')}</p>` : nothing}
      ${verdict ? verdictOf(verdict) : nothing}</section>`;
  }
}

/** @param {any} verdict */
function verdictOf({ good, sentence, faults, changes, logs, records }) {
  return html`<div class="verdict ${good ? 'good' : 'bad'}" role=${good ? 'status' : 'alert'}><b>${good ? '✓ It holds' : '✗ It does not hold'}</b>: ${sentence}</div>
    <p class="hint">${counted(records, 'record')} of ${counted(logs, 'log')} read.</p>
    ${faults.length ? html`<ul class="faults">${faults.map((/** @type {any} */ one) => html`<li>log <span class="mono">${one.log}</span> (${one.topic}), record ${one.recno}: ${one.field}, ${one.reason}</li>`)}</ul>` : nothing}
    ${changes.length ? html`<ul class="faults">${changes.map((/** @type {any} */ one) => html`<li>${one.name}: pinned with ${one.pinned}, now ${one.present}</li>`)}</ul>` : nothing}`;
}

/** @param {any} said */
function about({ pin }) {
  return (pin.parameters.filter ?? pin.parameters.left ?? []).join(', ') || 'Everything';
}

customElements.define('hearth-dataset', HearthDataset);

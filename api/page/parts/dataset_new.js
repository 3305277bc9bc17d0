// @ts-check
// hearth-dataset-new: series, window, grid, holes, label; coverage and real rows; checks and cost; then the pin.

import { copy } from '../lib/copy.js';
import { firstHole, shares } from '../lib/coverage.js';
import { checksOf, coverageAddress, everyOf, inOrder, previewAddresses } from '../lib/dataset.js';
import { Draft } from '../lib/draft.js';
import { page } from '../lib/page.js';
import { instantOf, whole } from '../lib/time.js';
import { counted, size } from '../lib/words.js';
import { html, nothing } from '../vendor/lit.js';
import { coverageRows } from './coverage.js';
import { preview } from './matrix.js';
import { PagePart } from './part.js';
import { steps } from './recipe_steps.js';
import { icon } from './sign.js';
import { failed, waiting } from './waiting.js';

const WONDER_MS = 3_000;
const ROWS_BEFORE = 3;

class HearthDatasetNew extends PagePart {
  constructor() {
    super();
    this.draft = new Draft(() => this.requestUpdate());
  }

  connectedCallback() {
    super.connectedCallback();
    this.tick = setInterval(() => this.draft.loading && this.requestUpdate(), 1_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
    this.draft.stop();
  }

  willUpdate() {
    if (page.view.sub === 'new' && !page.locked && this.key !== JSON.stringify(page.view)) {
      this.key = JSON.stringify(page.view);
      this.draft.show(page.view);
    }
    if (this.draft.problem?.status === 401 && !page.locked) page.set({ locked: true });
  }

  /** @param {Record<string, string[]>} past */
  change(past) {
    page.go({ past: { ...page.view.past, ...past }, cursor: null });
  }

  render() {
    const { draft } = this;
    const { plan, loading, problem } = draft;
    const waited = Date.now() - draft.begunMs;
    const requests = plan
      ? [
          { name: 'rows', address: previewAddresses(plan, page.view.cursor).rows },
          { name: 'coverage', address: coverageAddress(plan.pin) },
        ]
      : [];
    return html`<div class="head"><p class="crumb"><a href="/datasets">Datasets</a> /</p><h1 class="headline">New dataset</h1>
        <p class="summary">${plan && !problem ? `${counted(plan.cost.rows, 'row')} × ${counted(plan.cost.columns - 1, 'column')} · ` : ''}${plan ? 'not pinned yet' : ''}</p>
        <button class="button" title="Copy link (c)" @click=${() => this.copyLink()}>Copy link</button>
        <details class="api"><summary title="The requests behind this screen">${icon('code')} API</summary><hearth-code class="card" .requests=${requests}></hearth-code></details></div>
      ${draft.recipe?.at ? html`<p class="note" role="status"><b>As known then.</b> What arrived later is left out. <button class="link" @click=${() => this.change({ at: [] })}>Return to now</button></p>` : nothing}
      ${loading ? html`<p class="thin" aria-hidden="true"></p>` : nothing}
      <div class="making ${loading && plan ? 'old' : ''}" aria-busy=${loading ? 'true' : 'false'}>
        ${steps(draft, (past) => this.change(past))}
        <div class="shown">${problem ? failed(problem, () => this.again(), Math.max(0, Math.ceil((problem.retryAfterS ?? 0) - waited / 1000))) : nothing}
          ${loading && waited > WONDER_MS ? waiting(['what this would be'], () => draft.stop()) : nothing}
          ${plan && draft.rows && !problem ? this.body() : nothing}</div>
        ${plan && !problem ? html`<div class="right">${this.ready()}<hearth-pinned-before .columns=${(draft.rows?.series ?? []).map((/** @type {{column: string}} */ one) => one.column)} .tz=${page.view.tz}></hearth-pinned-before></div>` : nothing}</div>`;
  }

  body() {
    const { draft } = this;
    const columns = inOrder(draft.rows.series, draft.topics);
    if (!columns.length)
      return html`<section class="card plain"><h2>No column</h2><p>Nothing was said under these filters at this position, or this account may not read it. Choose others above, with <kbd>/</kbd>.</p></section>`;
    const hole = draft.covered ? firstHole(draft.covered.values()) : null;
    const label = columns.find(({ topic }) => draft.topics.get(topic)?.role === 'label');
    const change = label ? draft.covered?.get(label.column)?.changes[0] : undefined;
    return html`${coverageRows(draft, columns)}
      <section class="rows" aria-labelledby="rows-title"><div class="bar"><h2 id="rows-title">Preview <i>${counted(draft.rows.matrix.length, 'row')} of ${(draft.plan?.cost.rows ?? 0).toLocaleString('en')}</i></h2>
        <p class="actions"><button class="link" ?disabled=${hole === null} @click=${() => this.jump(hole)}>first hole</button>
        <button class="link" ?disabled=${change === undefined} @click=${() => this.jump(change ?? null)}>first label change</button>
        <button class="link" @click=${() => this.random()}>random</button></p></div>
      ${preview(draft, columns, page.view.tz)}</section>`;
  }

  ready() {
    const { draft } = this;
    const { plan } = draft;
    if (!plan) return nothing;
    const { cost, id, pin } = plan;
    const at = instantOf(pin.position);
    const lasted = Date.parse(pin.parameters.end) - Date.parse(pin.parameters.start);
    const missing = draft.covered ? shares(draft.covered.values(), lasted) : [];
    return html`<section class="card ready" aria-labelledby="ready-title"><h2 id="ready-title">Ready to pin</h2>
      <ul class="checks">${checksOf(plan).map(({ good, text }) => html`<li class=${good ? 'good' : 'bad'}><span aria-hidden="true">${good ? '✓' : '!'}</span> ${text}</li>`)}
        <li class="good"><span aria-hidden="true">✓</span> As known at ${at ? whole(at, page.view.tz) : pin.position}; later arrivals stay out.</li></ul>
      <dl><div><dt>Id</dt><dd class="mono" title=${id}>${id.slice(0, 20)}…</dd></div>
        <div><dt>Size</dt><dd>about ${size(cost.bytes)}, ${cost.cells.toLocaleString('en')} cells</dd></div>
        <div><dt>Missing</dt><dd>${missing.length ? `${missing.map(({ cause, percent }) => `${cause === 'unknown' ? 'not said yet' : cause} ${percent.toFixed(1)}`).join(', ')} % of the time` : draft.uncovered || 'nothing'}</dd></div></dl>
      <button class="button strong" ?disabled=${draft.pinning || draft.loading || !pin.logs.length} @click=${() => this.pin()}>${draft.pinning ? 'Pinning…' : 'Pin this dataset'}</button>
      <p class="hint">The id is the hash of the recipe and of where each log stood. The same recipe at the same position gets the same id, from any server.</p></section>`;
  }

  async pin() {
    const id = await this.draft.pin();
    if (id) page.go({ sub: id, past: {}, cursor: null });
  }

  again() {
    this.draft.key = '';
    this.draft.show(page.view);
  }

  /** A few rows before it, so that one sees what changes. @param {number|null} t */
  jump(t) {
    if (t !== null) page.go({ cursor: new Date(t - ROWS_BEFORE * this.everyMs).toISOString() }, { replace: true });
  }

  random() {
    const { start, end } = this.draft.plan?.pin.parameters ?? {};
    const [from, to] = [Date.parse(start), Date.parse(end)];
    this.jump(from + Math.random() * (to - from));
  }

  /** Between two rows of the preview. */
  get everyMs() {
    return everyOf(this.draft.rows.matrix);
  }

  /** Absolute: who gets it sees the same. */
  copyLink() {
    const position = this.draft.plan?.pin.position;
    const url = new URL(location.href);
    if (position) url.searchParams.set('at', position);
    copy(url.href);
  }
}

customElements.define('hearth-dataset-new', HearthDatasetNew);

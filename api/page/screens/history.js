// @ts-check
// hearth-history: what happened, and whether it can be believed. One stretch of time, every series of the selection.

import { html, nothing } from '../vendor/lit.js';
import { painted, PagePart } from '../parts/part.js';
import '../parts/plots.js';
import { serverNow } from '../lib/api.js';
import { page } from '../lib/page.js';
import { layOut, relink } from '../lib/panels.js';
import { Past } from '../lib/past.js';
import { iso, spanOf } from '../lib/span.js';

const TEXT_MS = 250;
const SETTLE_MS = 300;
const WONDER_MS = 3_000;

class HearthHistory extends PagePart {
  constructor() {
    super();
    /** @type {Past|undefined} */ this.past = undefined;
    /** @type {number|null} */ this.cursor = null;
    /** @type {typeof import('../parts/past_tools.js')|undefined} */ this.tools = undefined;
    /** @type {import('../parts/past_moves.js').PastMoves|undefined} */ this.moves = undefined;
    /** @type {import('../lib/span.js').Span} */ this.span = spanOf(page.view, serverNow());
    this.laid = layOut([]);
    this.laidOf = -1;
    /** @type {{start: number, end: number, now: number}|undefined} */ this.held = undefined;
    this.heldFor = '';
    /** @type {{start: number, end: number, now: number}|undefined} Under the hand; in the address when it rests. */ this.sliding =
      undefined;
    /** @type {(() => void)|undefined} */ this.letGo = undefined;
    /** @type {ReturnType<typeof setTimeout>|undefined} */ this.painting = undefined;
    /** @type {string|undefined} */ this.filters = undefined;
    this.asked = this.recipe = '';
    this.known = false;
    /** @type {any} */ this.message = null;
    /** @type {typeof import('../parts/past_rest.js')|undefined} */ this.rest = undefined;
    /** @type {Promise<typeof import('../parts/past_rest.js')|void>|undefined} */ this.restAsked = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.tick = setInterval(() => {
      this.past?.tick(serverNow());
      this.requestUpdate();
    }, 1_000);
    this.cursor = page.view.cursor ? Date.parse(page.view.cursor) : null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
    for (const timer of [this.painting, this.settling]) clearTimeout(timer);
    this.past?.stop();
    this.letGo = void this.letGo?.();
    document.documentElement.removeAttribute('data-known');
  }

  /** At most four times a second, as everywhere; another chart at once. */
  paint() {
    if (this.past?.ready && this.laidOf !== this.past.shape) this.requestUpdate();
    this.painting ??= setTimeout(() => {
      this.painting = undefined;
      this.requestUpdate();
    }, TEXT_MS);
  }

  /** The stretch as it is this moment. One that ends now moves along, by a pixel at least or with what is said. */
  get stretch() {
    if (this.sliding) return this.sliding;
    const now = serverNow();
    const { start, end } = spanOf(page.view, now);
    const what = `${JSON.stringify(page.view.past)} ${this.past?.version}`;
    if (this.held && this.heldFor === what && now - this.held.now < (end - start) / this.width) return this.held;
    this.heldFor = what;
    this.held = { start, end, now };
    return this.held;
  }

  /** Nothing is laid out under a moving hand. */
  shouldUpdate() {
    return !this.sliding;
  }

  willUpdate() {
    if (page.locked || page.view.screen !== 'history') return;
    const filters = JSON.stringify(page.view.filters);
    const span = spanOf(page.view, serverNow());
    if (String([...span.hide]) === String([...this.span.hide])) span.hide = this.span.hide;
    this.span = span;
    document.documentElement.toggleAttribute('data-known', span.at !== null);
    if (filters !== this.filters) {
      this.filters = filters;
      this.past?.stop();
      this.past = new Past({ filters: page.view.filters, changed: () => this.paint() });
      this.asked = '';
      this.laidOf = -1;
    }
    if (this.past) this.past.span = span;
    const asked = JSON.stringify([page.view.past.start, page.view.past.end, span.by, span.at, span.fields]);
    if (asked !== this.asked && this.width) {
      this.asked = asked;
      setTimeout(() => this.past?.show(spanOf(page.view, serverNow()), this.width));
    }
    if (this.past?.ready && this.laidOf !== this.past.shape) {
      this.laidOf = this.past.shape;
      this.laid = layOut([...this.past.lines.values()]);
      if (this.laid.told.length) import('../parts/activity.js').catch(() => {});
    } else if (this.past) relink(this.laid, this.past.lines);
  }

  /** Pixels that time has on this screen. */
  get width() {
    const plots = /** @type {any} */ (this.querySelector('hearth-plots'));
    return plots?.width ? plots.pixels : Math.max(200, Math.min(innerWidth, 1760) - (innerWidth > 900 ? 330 : 60));
  }

  updated() {
    const plots = /** @type {any} */ (this.querySelector('hearth-plots'));
    plots?.point(this.cursor);
    if (this.tools) plots?.equip(this.tools);
    const { past } = this;
    if (past?.ready && !past.goesOn) painted().then(() => past.goOn());
    const wondering = past?.loading && Date.now() - past.begunMs > WONDER_MS;
    if (past?.ready || past?.problem || wondering || page.locked) this.loadRest();
    this.rest?.resolve(this);
  }

  /** Once; whoever needs it waits for it. An api that is away takes none of it along. */
  loadRest() {
    this.restAsked ??= this.goOn().catch(() => {
      this.restAsked = undefined;
    });
    return this.restAsked;
  }

  /** The chart comes before what one holds it with, and that before what stands beside it. */
  async goOn() {
    await painted();
    this.tools ??= await import('../parts/past_tools.js');
    if (!this.isConnected) return;
    this.moves ??= new this.tools.PastMoves(this);
    this.letGo ??= this.moves.listen();
    this.requestUpdate();
    this.rest = await import('../parts/past_rest.js');
    this.requestUpdate();
    return this.rest;
  }

  render() {
    const { past, span, tools } = this;
    if (page.locked)
      return html`<div class="past"><h1 class="aside">History</h1>${this.rest?.locked(() => (this.filters = void this.requestUpdate())) ?? nothing}</div>`;
    const waitedMs = Date.now() - (past?.begunMs ?? 0);
    const stretch = this.stretch;
    const loading = Boolean(past?.loading);
    return html`${tools?.textures}<div class="past ${loading && this.laid.panels.length ? 'old' : ''}" aria-busy=${loading ? 'true' : 'false'}>
        <h1 class="aside">History</h1>
        ${loading ? html`<p class="thin" aria-hidden="true"></p>` : nothing}
        <hearth-span .span=${span} .stretch=${stretch} .tz=${page.view.tz}></hearth-span>
        ${span.atMs === null ? nothing : html`<p class="amber" role="status">${tools?.amber(span.atMs, page.view.tz, () => this.moves?.change({ at: [] }))}</p>`}
        ${this.known ? html`<hearth-position .stretch=${stretch} .at=${span.atMs} .latest=${stretch.now} .tz=${page.view.tz}></hearth-position>` : nothing}
        ${[...page.view.problems, ...span.problems].map((problem) => html`<p class="note" role="alert">${problem}</p>`)}
        ${past?.narrowed ? html`<p class="note">Your account sees part of what this asks for.</p>` : nothing}
        ${past && tools ? tools.failure(past, waitedMs, () => past.show(spanOf(page.view, serverNow()), this.width)) : nothing}
        ${past ? this.body(past, stretch) : nothing}
      </div>
      ${this.rest?.rest(this) ?? nothing}
      <p class="aside" role="status">${this.spoken ?? ''}</p>
      <p class="notice" role="status">${page.notice}</p>`;
  }

  /** @param {Past} past @param {{start: number, end: number, now: number}} stretch */
  body(past, stretch) {
    if (past.ready && !past.lines.size) return this.rest?.empty(past, page.view.filters) ?? nothing;
    const { span, laid, cursor } = this;
    const { tz } = page.view;
    if (span.show === 'messages') return this.rest?.messages(this, past) ?? nothing;
    return html`<div class="past-body">
      <hearth-readout .past=${past} .laid=${laid} .stretch=${stretch} .hide=${span.hide} .cursor=${cursor} .tz=${tz} .version=${past.version}></hearth-readout>
      <div class="past-main">${span.show === 'table' ? nothing : html`<hearth-plots .past=${past} .laid=${laid} .stretch=${stretch} .hide=${span.hide} .tz=${tz} .by=${span.by} .version=${past.version}></hearth-plots>`}
        ${this.tools?.staleNote(past)}
        ${this.rest?.tables(this, past, stretch) ?? nothing}</div></div>`;
  }

  /** The cursor follows the hand at once; the address follows when the hand rests. @param {number|null} t @param {boolean} say */
  point(t, say = false) {
    this.cursor = t;
    /** @type {any} */ (this.querySelector('hearth-plots'))?.point(t);
    const readout = /** @type {any} */ (this.querySelector('hearth-readout'));
    if (readout) readout.cursor = t;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      if (say) this.spoken = this.rest?.spoken(this) ?? '';
      page.go({ cursor: t === null ? null : iso(t) }, { replace: true });
    }, SETTLE_MS);
  }
}

customElements.define('hearth-history', HearthHistory);

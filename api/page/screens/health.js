// @ts-check
// hearth-health: is anything lost, where is it stuck, what do I do? The sentence, the path, the books, and what each fault means.

import { html, nothing } from '../vendor/lit.js';
import { painted, PagePart } from '../parts/part.js';
import '../parts/way.js';
import '../parts/behind.js';
import '../parts/books.js';
import { needs } from '../parts/needs.js';
import { one } from '../parts/one.js';
import { icon } from '../parts/sign.js';
import { serverNow } from '../lib/api.js';
import { Health, REQUESTS } from '../lib/health.js';
import { balance, headline, quantile } from '../lib/health_words.js';
import { page } from '../lib/page.js';
import { age } from '../lib/time.js';

const TEXT_MS = 1_000;
const WONDER_MS = 3_000;
const LOST_MS = 3_000;

class HearthHealth extends PagePart {
  constructor() {
    super();
    this.begunMs = 0;
    /** @type {Health|undefined} */ this.state = undefined;
    /** @type {typeof import('../parts/later_health.js')|undefined} */ this.later = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow();
    this.tick = setInterval(() => this.second(), TEXT_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
    this.state?.stop();
  }

  follow() {
    this.key = JSON.stringify(page.view.filters);
    this.state?.stop();
    this.begunMs = Date.now();
    this.state = new Health(page.view.filters, () => this.requestUpdate());
    this.state.start();
  }

  willUpdate() {
    if (this.key !== JSON.stringify(page.view.filters)) this.follow();
  }

  /** The sentence and the path come first. */
  updated() {
    requestAnimationFrame(() => this.state?.way.shown(serverNow()));
    const { state } = this;
    if (state?.health && !state.goesOn) painted().then(() => state.goesOn || state.goOn());
    const wondering = Date.now() - this.begunMs > WONDER_MS;
    if (state?.health || state?.problem || page.locked || wondering) this.loadLater();
  }

  /** Once; an api that is away takes it along no longer than it is away. */
  async loadLater() {
    if (this.asked) return;
    this.asked = true;
    await painted();
    this.later = await import('../parts/later_health.js').catch(() => undefined);
    this.asked = Boolean(this.later);
    if (this.later) this.requestUpdate();
  }

  second() {
    this.state?.tick(serverNow());
    this.requestUpdate();
  }

  render() {
    const { state, later } = this;
    if (page.locked)
      return html`<div class="health"><h1 class="aside">Health</h1>${later?.locked(() => this.follow())}</div>`;
    if (!state?.health) return this.nothingYet(state);
    const now = serverNow();
    const { stream, view } = page;
    const cutSince = stream.name === 'cut' && now - (stream.sinceMs ?? now) > LOST_MS ? (stream.sinceMs ?? now) : null;
    return html`${later?.textures}<div class="health">
      ${this.head(state, cutSince, now)}
      <hearth-way .path=${state.health.path} .hour=${state.hour} .now=${now} .cut=${cutSince !== null}></hearth-way>
      <hearth-behind .behind=${this.behind(state)}></hearth-behind>
      <div class="three"><hearth-books .health=${state.health}></hearth-books>${one(state.way, view.tz)}${needs(state.health.needs, { now, tz: view.tz })}</div>
      <div class="two"><hearth-outages .outages=${state.outages} .watched=${state.watchedMs} .now=${now} .tz=${view.tz}></hearth-outages>
        <hearth-faults .faults=${state.faults} .worst=${state.health.needs[0]?.kind ?? ''}></hearth-faults></div>
      <p class="hint">${state.health.disk.sentence}</p></div>
      <p class="notice" role="status">${page.notice}</p>`;
  }

  /** @param {Health|undefined} state */
  nothingYet(state) {
    const { problem } = state ?? {};
    const { later } = this;
    const waited = Date.now() - this.begunMs;
    if (problem)
      return html`<div class="health"><h1 class="headline">Health</h1>${later?.failed(problem, () => this.follow(), Math.max(0, Math.ceil((problem.retryAfterS ?? 0) - waited / 1000))) ?? html`<p class="note" role="alert">${problem.title}. ${problem.detail}</p>`}</div>`;
    return html`<div class="health" aria-busy="true"><h1 class="headline">Health</h1>${(waited > WONDER_MS && later?.waiting(['the state of the home'], () => history.back())) || html`<p class="thin" aria-hidden="true"></p>`}</div>`;
  }

  /** @param {Health} state @param {number|null} cutSince @param {number} now */
  head({ health, heardMs }, cutSince, now) {
    const requests = Object.entries(REQUESTS).map(([name, address]) => ({ name, address }));
    return html`<div class="head"><h1 class="headline">${headline({ health, cutSince, heardMs, now, tz: page.view.tz })}</h1>
        <p class="summary">${cutSince === null ? `${balance(health)} · checked ${age(now - heardMs)} ago` : 'The api or the way to it is away; this page tries again by itself'}</p>
        <details class="api"><summary title="The requests behind this screen">${icon('code')} API</summary><hearth-code class="card" .requests=${requests}></hearth-code></details></div>
      ${page.view.problems.map((problem) => html`<p class="note" role="alert">${problem}</p>`)}${nothing}`;
  }

  /** What the API says, and what the page measures itself. @param {Health} state */
  behind({ health, way }) {
    const taken = way.taken.length ? quantile(way.taken, 0.5) / 1000 : null;
    return [...health.behind, { stage: 'page', seconds: taken === null ? null : Math.max(0, taken) }];
  }
}

customElements.define('hearth-health', HearthHealth);

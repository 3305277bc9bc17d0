// @ts-check
// hearth-now: what is happening. A sentence, what needs a look, every series by room, and the messages as they are said.

import { html, nothing } from '../vendor/lit.js';
import { painted, PagePart } from '../parts/part.js';
import { rooms } from '../parts/rooms.js';
import { Turns } from '../parts/row.js';
import { icon } from '../parts/sign.js';
import { serverNow } from '../lib/api.js';
import { headline, summary } from '../lib/facts.js';
import { page } from '../lib/page.js';
import { Watch } from '../lib/watch.js';

const TEXT_MS = 250;
const WONDER_MS = 3_000;
const wide = matchMedia('(min-width: 1100px)');

class HearthNow extends PagePart {
  constructor() {
    super();
    /** @type {Watch|undefined} The selection asked for. */ this.watch = undefined;
    /** @type {Watch|undefined} The selection that is on the screen. */ this.shown = undefined;
    /** @type {{topic: string, recno: number, logged_time: string, shownMs?: number}|null} */ this.message = null;
    this.turns = new Turns(() => this.round());
    this.shape = 0;
    /** @type {typeof import('../parts/waiting.js')|undefined} */ this.waits = undefined;
    /** @type {typeof import('../parts/now_rest.js')|undefined} */ this.rest = undefined;
    /** @type {typeof import('../parts/last_day.js')|undefined} */ this.lastDay = undefined;
    this.lastDayAsked = false;
    /** @type {Promise<typeof import('../parts/now_rest.js')|undefined>|undefined} */ this.restAsked = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow();
    this.tick = setInterval(() => this.second(), 1_000);
    this.onClose = () => this.rest?.shut(this);
    document.addEventListener('hearth-close', this.onClose);
    this.addEventListener('message', (event) =>
      this.loadRest().then((rest) => rest?.open(this, /** @type {CustomEvent} */ (event).detail)),
    );
    this.addEventListener('close', this.onClose);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
    clearTimeout(this.painting);
    this.turns.stop();
    this.watch?.stop();
    if (this.onClose) document.removeEventListener('hearth-close', this.onClose);
  }

  /** Another selection is another watch; what was shown stays, dimmed, until the new one has values. */
  follow() {
    this.key = JSON.stringify(page.view.filters);
    this.watch?.stop();
    const watch = new Watch({
      filters: page.view.filters,
      newestOnly: !wide.matches,
      changed: () => this.paint(),
      heard: () => this.turns.start(),
    });
    this.watch = watch;
    this.begunMs = Date.now();
    watch.start();
  }

  willUpdate() {
    if (this.key !== JSON.stringify(page.view.filters)) this.follow();
    if (this.watch?.ready || this.watch?.problem) this.shown = this.watch;
  }

  updated() {
    const { watch, shown } = this;
    if (shown || page.locked) this.loadRest();
    if (watch?.ready && !watch.goesOn) painted().then(() => watch.goOn());
    if (watch?.problem) this.loadWaits();
    if (this.rest && shown?.following?.caughtUp) this.loadLastDay();
  }

  /** Values come first; what explains, draws and opens them comes after. An api that is away takes none of them along. */
  loadRest() {
    this.restAsked ??= painted()
      .then(() => import('../parts/now_rest.js'))
      .then(
        (rest) => {
          this.rest = rest;
          this.requestUpdate();
          return rest;
        },
        () => (this.restAsked = undefined),
      );
    return this.restAsked;
  }

  /** What is over can wait until the present is here. */
  async loadLastDay() {
    if (this.lastDayAsked) return;
    this.lastDayAsked = true;
    this.lastDay = await import('../parts/last_day.js').catch(() => undefined);
    if (!this.lastDay) setTimeout(() => Object.assign(this, { lastDayAsked: false }), WONDER_MS);
    this.requestUpdate();
  }

  /** Why the rest does not come is only asked for when it does not. */
  async loadWaits() {
    if (this.waits) return;
    this.waits = await import('../parts/waiting.js').catch(() => undefined);
    this.requestUpdate();
  }

  second() {
    if (!this.watch?.ready) this.loadWaits();
    this.shown?.following?.tick(serverNow());
    this.requestUpdate();
    this.turns.start();
  }

  /** A message changes rows and the stream; the rest of the screen only where a series is new. */
  round() {
    const now = serverNow();
    this.shown?.look(now);
    if (this.shown && this.shown.home.shape !== this.shape) this.requestUpdate();
    const stream = this.querySelector('hearth-said');
    if (stream) Object.assign(stream, { now });
  }

  /** At most four times a second: text that changes faster cannot be read. */
  paint() {
    if (this.painting) return;
    const wait = Math.max(0, TEXT_MS - (Date.now() - (this.paintedMs ?? 0)));
    this.painting = setTimeout(() => {
      this.painting = undefined;
      this.paintedMs = Date.now();
      this.requestUpdate();
    }, wait);
  }

  render() {
    const { shown, watch } = this;
    if (page.locked)
      return html`<div class="now"><h1 class="aside">Now</h1>${this.rest?.locked(() => this.follow())}</div>`;
    const waitedMs = Date.now() - (this.begunMs ?? 0);
    const loading = !watch?.ready && !watch?.problem;
    if (!shown)
      return html`<div class="now" aria-busy="true"><h1 class="headline">Now</h1>${waitedMs > WONDER_MS ? this.wondering() : html`<p class="thin" aria-hidden="true"></p>`}</div>`;
    const now = serverNow();
    shown.look(now);
    this.shape = shown.home.shape;
    return html`${this.rest?.textures}
      <div class="now ${loading ? 'old' : ''}" aria-busy=${loading ? 'true' : 'false'}>
        ${loading ? html`<p class="thin" aria-hidden="true"></p>` : nothing}
        <div class="left">${this.head(shown, now)}${loading && waitedMs > WONDER_MS ? this.wondering() : nothing}${this.body(shown, now)}</div>
        ${shown.home.series.size ? html`<aside>${wide.matches ? this.lastDay?.night(shown, now) : nothing}${this.rest?.said(shown, now)}</aside>` : nothing}
      </div>
      ${this.rest?.panel(this, shown)}
      <p class="notice" role="status">${page.notice}</p>`;
  }

  wondering() {
    return this.waits?.waiting(this.watch?.awaited ?? [], () => (this.shown ? history.back() : this.watch?.cancel()));
  }

  /** @param {Watch} watch @param {number} now */
  head(watch, now) {
    const counts = watch.home.counts();
    const { stream, recorder, view } = page;
    const cutSince = stream.name === 'cut' && now - (stream.sinceMs ?? now) > 3_000 ? (stream.sinceMs ?? now) : null;
    return html`<div class="head"><h1 class="headline">${watch.problem ? 'Now' : headline({ recorder, cutSince, counts, now, tz: view.tz })}</h1>
        <p class="summary">${watch.problem ? '' : summary(counts)}</p>
        <details class="api"><summary title="The requests behind this screen">${icon('code')} API</summary><hearth-code class="card" .requests=${this.rest?.asked(watch) ?? []}></hearth-code></details></div>
      ${view.problems.map((problem) => html`<p class="note" role="alert">${problem}</p>`)}
      ${watch.narrowed ? html`<p class="note">Your account sees part of what this asks for.</p>` : nothing}`;
  }

  /** @param {Watch} watch @param {number} now */
  body(watch, now) {
    const { problem } = watch;
    if (problem)
      return (
        this.waits?.failed(problem, () => this.follow(), this.waitS(problem)) ??
        html`<p class="note" role="alert">${problem.title}. ${problem.detail}</p>`
      );
    if (!watch.home.series.size) return this.rest?.empty(watch);
    const day = this.lastDay?.dayOf(watch, now);
    return html`${this.rest?.needsALook(watch)}
      <hearth-ribbon class=${watch.home.labelled ? 'full' : ''} .day=${day} .version=${day?.version} .minute=${Math.ceil(now / 60_000)} .tz=${page.view.tz}></hearth-ribbon>
      ${wide.matches ? nothing : this.lastDay?.night(watch, now)}${rooms(watch.home, page.view.tz)}`;
  }

  /** @param {import('../lib/api.js').Problem} problem */
  waitS(problem) {
    return Math.max(0, Math.ceil((problem.retryAfterS ?? 0) - (Date.now() - (this.begunMs ?? 0)) / 1000));
  }
}

customElements.define('hearth-now', HearthNow);

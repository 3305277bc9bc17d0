// @ts-check
// hearth-now: what is happening. A sentence, what needs a look, every series by room, and the messages as they are said.

import { html, nothing } from '../vendor/lit.js';
import { PagePart } from '../parts/part.js';
import { needsALook, rooms } from '../parts/rooms.js';
import { icon } from '../parts/sign.js';
import { serverNow } from '../lib/api.js';
import { attention, headline, summary } from '../lib/facts.js';
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
    this.restAsked = false;
    /** @type {typeof import('../parts/waiting.js')|undefined} */ this.waits = undefined;
    /** @type {typeof import('../parts/states.js')|undefined} */ this.states = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    // Asked for at once, for it says why the rest does not come; but the values do not wait for it.
    import('../parts/waiting.js').then((waits) => Object.assign(this, { waits }).requestUpdate());
    this.follow();
    this.tick = setInterval(() => this.second(), 1_000);
    this.onClose = () => this.shut();
    document.addEventListener('hearth-close', this.onClose);
    this.addEventListener('message', (event) => this.open(/** @type {CustomEvent} */ (event).detail));
    this.addEventListener('close', this.onClose);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
    clearTimeout(this.painting);
    this.watch?.stop();
    if (this.onClose) document.removeEventListener('hearth-close', this.onClose);
  }

  /** Another selection is another watch; what was shown stays, dimmed, until the new one has values. */
  follow() {
    this.key = JSON.stringify(page.view.filters);
    this.watch?.stop();
    const watch = new Watch({ filters: page.view.filters, newestOnly: !wide.matches, changed: () => this.paint() });
    this.watch = watch;
    this.begunMs = Date.now();
    watch.start();
  }

  willUpdate() {
    if (this.key !== JSON.stringify(page.view.filters)) this.follow();
    if (this.watch?.ready || this.watch?.problem) this.shown = this.watch;
  }

  updated() {
    if (this.shown || page.locked) this.loadRest();
  }

  /** Values come first; what explains, draws and opens them comes after. An api that is away takes none of them along. */
  async loadRest() {
    if (this.restAsked) return;
    this.restAsked = true;
    import('../parts/later.js').catch(() => {});
    this.states = await import('../parts/states.js').catch(() => undefined);
    this.requestUpdate();
  }

  second() {
    this.shown?.tick(serverNow());
    this.requestUpdate();
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
      return html`<div class="now"><h1 class="aside">Now</h1>${this.states?.locked(() => this.follow())}</div>`;
    const waitedMs = Date.now() - (this.begunMs ?? 0);
    const loading = !watch?.ready && !watch?.problem;
    if (!shown)
      return html`<div class="now" aria-busy="true"><h1 class="headline">Now</h1>${waitedMs > WONDER_MS ? this.wondering() : html`<p class="thin" aria-hidden="true"></p>`}</div>`;
    const now = serverNow();
    shown.look(now);
    return html`${this.states?.textures}
      <div class="now ${loading ? 'old' : ''}" aria-busy=${loading ? 'true' : 'false'}>
        ${loading ? html`<p class="thin" aria-hidden="true"></p>` : nothing}
        <div class="left">${this.head(shown, now)}${loading && waitedMs > WONDER_MS ? this.wondering() : nothing}${this.body(shown, now)}</div>
        ${shown.home.series.size ? html`<aside><hearth-said .said=${shown.said} .home=${shown.home} .now=${now} .tz=${page.view.tz} .problem=${shown.saidProblem} .beat=${now}></hearth-said></aside>` : nothing}
      </div>
      ${this.panel(shown)}
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
    const { latest, topics, plot } = watch.requests;
    const requests = [
      { name: 'values', address: latest },
      { name: 'live', address: watch.requests.live('-1m', false) },
      { name: 'topics', address: topics },
      { name: 'six hours', address: plot },
      { name: 'what needs a look', address: watch.requests.notable },
    ];
    return html`<div class="head"><h1 class="headline">${watch.problem ? 'Now' : headline({ recorder, cutSince, counts, now, tz: view.tz })}</h1>
        <p class="summary">${watch.problem ? '' : summary(counts)}</p>
        <details class="api"><summary title="The requests behind this screen">${icon('code')} API</summary><hearth-code class="card" .requests=${requests}></hearth-code></details></div>
      ${view.problems.map((problem) => html`<p class="note" role="alert">${problem}</p>`)}
      ${watch.narrowed ? html`<p class="note">Your account sees part of what this asks for.</p>` : nothing}`;
  }

  /** @param {Watch} watch @param {number} now */
  body(watch, now) {
    if (watch.problem) return this.waits?.failed(watch.problem, () => this.follow(), this.waitS(watch.problem));
    if (!watch.home.series.size) {
      if (watch.store === undefined) return nothing;
      return watch.filters.length
        ? this.states?.noMatch(watch.filters, watch.others)
        : this.states?.emptyHome(watch.store);
    }
    return html`${needsALook(attention(watch.attention?.facts ?? [], watch.home))}${rooms(watch.home, now, page.view.tz)}`;
  }

  /** @param {import('../lib/api.js').Problem} problem */
  waitS(problem) {
    return Math.max(0, Math.ceil((problem.retryAfterS ?? 0) - (Date.now() - (this.begunMs ?? 0)) / 1000));
  }

  /** @param {Watch} watch */
  panel(watch) {
    const { proof, cursor, tz } = page.view;
    const asked =
      proof && cursor ? { topic: topicOf(watch, proof.log), recno: proof.recno, logged_time: cursor } : null;
    /** @type {{topic: string, recno: number, logged_time: string, shownMs?: number}|null} */
    const message = asked?.topic ? asked : null;
    if (this.message?.recno !== message?.recno || this.message?.topic !== message?.topic) {
      const line = watch.said.lines.find((one) => one.topic === message?.topic && one.recno === message?.recno);
      this.message = message ? { ...message, shownMs: line?.at } : null;
    }
    const fields = this.message ? (watch.home.topics.get(this.message.topic)?.fields?.length ?? 1) : 1;
    return html`<hearth-message .message=${this.message} .fields=${fields} .units=${watch.home.units} .log=${proof?.log ?? ''} .tz=${tz}></hearth-message>`;
  }

  /** @param {{topic: string, recno: number, logged_time: string}} message */
  open({ topic, recno, logged_time }) {
    const log = this.shown?.home.topics.get(topic)?.log;
    if (!log) return page.say('This topic is too new: its log is not known yet.');
    this.opener = document.activeElement;
    page.go({ proof: { log, recno }, cursor: logged_time });
  }

  shut() {
    if (!page.view.proof) return;
    page.go({ proof: null, cursor: null });
    /** @type {HTMLElement|null} */ (this.opener)?.focus();
  }
}

/** @param {Watch} watch @param {string} log */
function topicOf(watch, log) {
  for (const [topic, fact] of watch.home.topics) if (fact.log === log) return topic;
  return '';
}

customElements.define('hearth-now', HearthNow);

// @ts-check
// Follows one selection: what there is, the last values, six hours of them, then every message from that position on.

import { ask, askAll, Problem, serverNow } from './api.js';
import { isConfig, units } from './discovery.js';
import { Home } from './home.js';
import { Live } from './live.js';
import { Pace } from './pace.js';
import { page } from './page.js';
import { RecorderState, SINK } from './recorder.js';
import { requests } from './requests.js';
import { fieldsOf, lineOf, messagesOf, Said } from './said.js';

const RELEARN_MS = 60_000;

export class Watch {
  /** @param {{filters: string[], newestOnly: boolean, changed: () => void}} options */
  constructor({ filters, newestOnly, changed }) {
    this.filters = filters;
    this.changed = changed;
    this.home = new Home(filters);
    this.said = new Said();
    /** @type {Problem|null} */ this.problem = null;
    /** @type {Problem|null} */ this.saidProblem = null;
    /** @type {string[]} */ this.awaited = [];
    /** @type {string[]} Topics that exist, where none matches. */ this.others = [];
    /** @type {{broker: string, secret_file: string}|null|undefined} What GET store says; not asked while there are values. */ this.store =
      undefined;
    this.ready = this.narrowed = false;
    this.pace = new Pace(serverNow());
    this.recorder = new RecorderState();
    this.learnedMs = serverNow();
    this.gone = new AbortController();
    this.requests = requests(filters);
    /** @type {import('./attention.js').Attention|undefined} Loaded after the values. */ this.attention = undefined;
    this.live = new Live({
      newestOnly,
      address: this.requests.live,
      hear: (data) => this.hear(data),
      tell: (state) => this.told(state),
    });
  }

  async start() {
    this.gone = new AbortController();
    this.problem = null;
    try {
      const [topics, latest, declared] = await Promise.all([
        this.wait('the list of topics', askAll(this.requests.topics, 'topics', this.gone)),
        this.wait('the last values', askAll(this.requests.latest, 'observations', this.gone)),
        ask(this.requests.units, this.gone).catch(() => ({ observations: [] })),
        this.recorder.ask(this.gone.signal),
      ]);
      this.home.units = units(declared.observations);
      this.home.know(topics.topics);
      for (const one of latest.observations) this.home.hear(one);
      this.narrowed = Boolean(topics.narrowed || latest.narrowed);
      this.look(serverNow());
      this.ready = true;
      page.set({ locked: false, topics: topics.topics.map((/** @type {any} */ one) => one.topic) });
      if (!this.home.series.size) this.findWay();
      this.live.start(latest.position);
      this.readBack(latest.position);
    } catch (error) {
      this.fail(error);
    }
    this.changed();
  }

  /** @template T @param {string} what @param {Promise<T>} promise */
  async wait(what, promise) {
    this.awaited.push(what);
    try {
      return await promise;
    } finally {
      this.awaited = this.awaited.filter((one) => one !== what);
    }
  }

  /** @param {unknown} error */
  fail(error) {
    if (this.gone.signal.aborted && !(error instanceof Problem)) return;
    const problem =
      error instanceof Problem ? error : new Problem({ title: 'This page has a fault', detail: String(error) });
    if (problem.status === 401) {
      page.set({ locked: true });
      this.live.stop();
    } else page.set({ stream: { name: problem.status ? 'failed' : 'cut', sinceMs: serverNow() } });
    this.problem = problem;
  }

  cancel() {
    this.gone.abort();
    this.fail(new Problem({ title: 'Reading was stopped', detail: 'You stopped it before the answer came.' }));
    this.changed();
  }

  stop() {
    this.gone.abort();
    this.live.stop();
  }

  /** Sparks and the list are asked for after the values; a fault of theirs stays with them. @param {string} position */
  async readBack(position) {
    await Promise.all([this.readSaid(position), this.readSparks(), this.readAttention()]);
    this.changed();
  }

  /** @param {string} position */
  async readSaid(position) {
    try {
      const { observations } = await ask(this.requests.said(position), this.gone);
      this.said.precede(messagesOf(observations).filter((one) => !this.home.hides(one.topic)));
    } catch (error) {
      this.saidProblem = /** @type {Problem} */ (error);
    }
    this.changed();
  }

  /** Without sparks every value is still there, so their fault is not worth a word. */
  async readSparks() {
    const answer = await ask(this.requests.plot, this.gone).catch(() => null);
    const { plotted } = await import('./plot.js');
    for (const one of answer ? plotted(answer) : []) this.home.draw(one);
  }

  async readAttention() {
    const { Attention } = await import('./attention.js');
    this.attention = new Attention(this);
    await this.attention.ask();
  }

  async findWay() {
    const { findWay } = await import('./way.js');
    Object.assign(this, await findWay(this.filters, this.gone));
    if (this.others.length) page.set({ topics: this.others });
    this.changed();
  }

  /** @param {any} data one message, or the newest values of a tick */
  hear(data) {
    const messages = data.topic ? [data] : messagesOf(data.observations);
    for (const message of messages) {
      this.attention?.hear(message);
      if (message.topic === SINK) this.recorder.hear(message);
      else this.hearMessage(message);
    }
    this.changed();
  }

  /** @param {any} message */
  hearMessage(message) {
    if (this.home.hides(message.topic)) return isConfig(message.topic) && this.home.hidden.add(message.topic);
    const { topic, recno, logged_time, device_time = null } = message;
    const known = this.home.topics.get(topic);
    if (!known) this.home.topics.set(topic, { topic, log: message.log ?? '', fields: fieldsOf(message.observations) });
    const before = this.home.series.get(`${topic}\n${message.observations[0]?.field ?? ''}`)?.last?.recno ?? recno - 1;
    for (const one of message.observations) this.home.hear({ device_time, ...one, topic, recno, logged_time });
    if (!message.observations.length) this.home.meet(topic, '').lastMs = Date.parse(logged_time);
    this.said.add(lineOf(message, serverNow()));
    this.pace.add(serverNow(), Math.max(1, recno - before));
  }

  /** @param {import('./live.js').LiveState} state */
  told(state) {
    page.set({ stream: state });
    if (state.name === 'open' || state.name === 'newest_only' || state.name === 'cut')
      this.recorder.ask(this.gone.signal);
    if (state.name === 'cut' && (state.attempts ?? 0) % 3 === 2) {
      ask(this.requests.latest, this.gone).catch((error) => error.status === 401 && this.fail(error));
    }
    if (state.name === 'resumed' || state.name === 'behind')
      setTimeout(() => page.stream === state && page.set({ stream: { name: 'open' } }), 3_000);
    this.changed();
  }

  /** A page that hears nothing cannot tell who is silent: states stand as they were when it last could. @param {number} now */
  look(now) {
    const { stream, recorder } = page;
    if (stream.name === 'hidden' || stream.name === 'connecting') return;
    const cut = stream.name === 'cut' ? (stream.sinceMs ?? now) : now;
    this.home.look(recorder && !recorder.ready ? Math.min(cut, recorder.since ?? now) : cut);
  }

  /** Once a second: the rate, and what has to be learned anew. @param {number} now */
  tick(now) {
    if (this.ready) page.set({ pace: this.pace.words(now) });
    if (this.ready && this.recorder.overdue(now)) this.recorder.ask(this.gone.signal);
    const unusual = () => [...this.home.series.values()].some((one) => one.usualMs === null && one.recent.length > 4);
    if (this.ready && now - this.learnedMs > RELEARN_MS && unusual()) this.relearn(now);
  }

  /** A series that is new to the record gets its usual interval once it has one. @param {number} now */
  async relearn(now) {
    this.learnedMs = now;
    const answer = await askAll(this.requests.topics, 'topics', this.gone).catch(() => null);
    if (answer) this.home.learn(answer.topics);
    this.changed();
  }
}

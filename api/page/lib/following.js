// @ts-check
// What comes after the first values of Now: what was said before them, and every message from their position on.

import { ask, askAll, serverNow } from './api.js';
import { Attention } from './attention.js';
import { isConfig } from './filters.js';
import { Live } from './live.js';
import { Pace } from './pace.js';
import { page } from './page.js';
import { plotted } from './plot.js';
import { SINK } from './recorder.js';
import { fieldsOf, lineOf, messagesOf, Said } from './said.js';

const RELEARN_MS = 60_000;
/** A topic that is new to this page: what it is, label or value, is known to the record a moment later. */
const MEET_MS = 5_000;
/** Said of a device, these may change who is known to be away. */
const TURNS = new Set(['online', 'offline']);

export class Following {
  /** @param {import('./watch.js').Watch} watch whose home, requests, end and changes are its own @param {boolean} newestOnly */
  constructor(watch, newestOnly) {
    this.watch = watch;
    this.said = new Said();
    /** @type {import('./api.js').Problem|null} */ this.saidProblem = null;
    this.pace = new Pace(serverNow());
    this.learnedMs = serverNow();
    this.turned = this.met = false;
    this.attention = new Attention(watch);
    this.opened = false;
    /** Whether sparks, list and attention have come, or failed. */ this.caughtUp = false;
    /** @type {import('./day.js').Day|undefined} The last day, once it is shown. */ this.day = undefined;
    this.live = new Live({
      newestOnly,
      address: watch.requests.live,
      hear: (data) => this.hear(data),
      tell: (state) => this.told(state),
    });
  }

  /** @param {string} position of the values that are shown */
  start(position) {
    this.live.start(position);
    this.readBack(position);
  }

  stop() {
    this.live.stop();
  }

  /** Sparks and the list: a fault of theirs stays with them. @param {string} position */
  async readBack(position) {
    await Promise.all([this.readSaid(position), this.readSparks(), this.attention.ask()]);
    this.caughtUp = true;
    this.watch.changed();
  }

  /** @param {string} position */
  async readSaid(position) {
    const { requests, gone, home } = this.watch;
    try {
      const { observations } = await ask(requests.said(position), gone);
      this.said.precede(messagesOf(observations).filter((one) => !home.hides(one.topic)));
    } catch (error) {
      this.saidProblem = /** @type {import('./api.js').Problem} */ (error);
    }
    this.watch.changed();
  }

  /** Without sparks every value is still there, so their fault is not worth a word. */
  async readSparks() {
    const { requests, gone, home } = this.watch;
    const topics = home.worded();
    const asked = [requests.plot, ...(topics.length ? [requests.words(topics)] : [])];
    const answers = await Promise.all(asked.map((address) => ask(address, gone).catch(() => null)));
    for (const one of answers.flatMap((answer) => (answer ? plotted(answer) : []))) home.draw(one);
  }

  /** @param {any} data one message, or the newest values of a tick */
  hear(data) {
    const messages = data.topic ? [data] : messagesOf(data.observations);
    for (const message of messages) {
      if (this.attention.hear(message)) this.day?.askRecorder();
      if (message.topic === SINK) this.watch.recorder.hear(message);
      else this.hearMessage(message);
    }
    this.watch.heard();
  }

  /** @param {any} message */
  hearMessage(message) {
    const { home } = this.watch;
    if (home.hides(message.topic)) return isConfig(message.topic) && home.hidden.add(message.topic);
    const { topic, recno, logged_time, device_time = null } = message;
    const known = home.topics.get(topic);
    this.met ||= !known;
    if (!known) home.topics.set(topic, { topic, log: message.log ?? '', fields: fieldsOf(message.observations) });
    const before = home.series.get(`${topic}\n${message.observations[0]?.field ?? ''}`)?.last?.recno ?? recno - 1;
    this.day?.hear(message);
    this.turned ||= message.observations.some((/** @type {any} */ { value }) => TURNS.has(value));
    for (const one of message.observations) home.hear({ device_time, ...one, topic, recno, logged_time });
    if (!message.observations.length) home.meet(topic, '').lastMs = Date.parse(logged_time);
    this.said.add(lineOf(message, serverNow()));
    this.pace.add(serverNow(), Math.max(1, recno - before));
  }

  /** @param {import('./live.js').LiveState} state */
  told(state) {
    const { recorder, gone, requests } = this.watch;
    page.set({ stream: state });
    const open = state.name === 'open' || state.name === 'newest_only';
    // When it is opened first, the recorder was asked a moment ago.
    if (state.name === 'cut' || (open && this.opened)) recorder.ask(gone.signal);
    this.opened ||= open;
    if (state.name === 'cut' && (state.attempts ?? 0) % 3 === 2) {
      ask(requests.latest, gone).catch((error) => error.status === 401 && this.watch.fail(error));
    }
    if (state.name === 'resumed' || state.name === 'behind')
      setTimeout(() => page.stream === state && page.set({ stream: { name: 'open' } }), 3_000);
    this.watch.changed();
  }

  /** Once a second: the rate, and what has to be learned anew. @param {number} now */
  tick(now) {
    const { recorder, gone } = this.watch;
    page.set({ pace: this.pace.words(now) });
    this.day?.tick(now);
    if (recorder.overdue(now)) recorder.ask(gone.signal);
    const waited = now - this.learnedMs;
    if ((this.met && waited > MEET_MS) || (waited > RELEARN_MS && this.mayHaveTurned())) this.relearn(now);
  }

  /** Where devices' gateways tell who is away, they may do so on topics that this selection leaves out. */
  mayHaveTurned() {
    const { home, filters } = this.watch;
    const elsewhere = () => filters.length > 0 && [...home.topics.values()].some((one) => one.availability);
    const unusual = () => [...home.series.values()].some((one) => one.usualMs === null && one.recent.length > 4);
    return this.turned || unusual() || elsewhere();
  }

  /** A series that is new to the record gets its usual interval once it has one. @param {number} now */
  async relearn(now) {
    const { requests, gone, home } = this.watch;
    this.learnedMs = now;
    this.turned = this.met = false;
    const answer = await askAll(requests.topics, 'topics', gone).catch(() => null);
    if (answer) home.learn(answer.topics);
    this.watch.changed();
  }
}

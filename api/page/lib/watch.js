// @ts-check
// Follows one selection on Now: what there is and the last values; then, once those are shown, what comes.

import { askAll, Problem, serverNow } from './api.js';
import { Home } from './home.js';
import { page } from './page.js';
import { RecorderState } from './recorder.js';
import { requests } from './requests.js';

export class Watch {
  /** @param {{filters: string[], newestOnly: boolean, changed: () => void, heard: () => void}} options */
  constructor({ filters, newestOnly, changed, heard }) {
    this.filters = filters;
    this.newestOnly = newestOnly;
    this.changed = changed;
    this.heard = heard;
    this.home = new Home(filters);
    /** @type {Problem|null} */ this.problem = null;
    /** @type {string[]} */ this.awaited = [];
    /** @type {string[]} Topics that exist, where none matches. */ this.others = [];
    /** @type {{broker: string, secret_file: string}|null|undefined} What GET store says; not asked while there are values. */ this.store =
      undefined;
    /** @type {string|undefined} */ this.rights = undefined;
    this.ready = this.narrowed = this.goesOn = false;
    this.position = '';
    this.recorder = new RecorderState();
    this.gone = new AbortController();
    this.requests = requests(filters);
    /** @type {import('./following.js').Following|undefined} Loaded after the values. */ this.following = undefined;
  }

  async start() {
    this.gone = new AbortController();
    this.problem = null;
    try {
      const [topics, latest] = await Promise.all([
        this.wait('the list of topics', askAll(this.requests.topics, 'topics', this.gone)),
        this.wait('the last values', askAll(this.requests.latest, 'observations', this.gone)),
        this.recorder.ask(this.gone.signal),
      ]);
      this.home.know(topics.topics);
      for (const one of latest.observations) this.home.hear(one);
      this.position = latest.position;
      this.rights = topics.rights;
      this.look(serverNow());
      this.ready = true;
      page.set({ locked: false, topics: topics.topics.map((/** @type {any} */ one) => one.topic) });
      if (!this.home.series.size) this.findWay();
    } catch (error) {
      this.fail(error);
    }
    this.changed();
  }

  /** The values are on the screen: now what was said before them, and what comes. Once. */
  async goOn() {
    if (this.goesOn || !this.ready) return;
    this.goesOn = true;
    try {
      const { Following } = await import('./following.js');
      if (this.gone.signal.aborted) return;
      this.following = new Following(this, this.newestOnly);
      this.following.start(this.position);
      if (this.rights !== undefined)
        this.narrowed = (await import('./narrowed.js')).isNarrowed(this.rights, this.filters);
    } catch {
      this.goesOn = false;
      page.set({ stream: { name: 'cut', sinceMs: serverNow() } });
    }
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
      this.following?.stop();
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
    this.following?.stop();
  }

  async findWay() {
    const { findWay } = await import('./way.js');
    Object.assign(this, await findWay(this.filters, this.gone));
    if (this.others.length) page.set({ topics: this.others });
    this.changed();
  }

  /** A page that hears nothing cannot tell who is silent: states stand as they were when it last could. @param {number} now */
  look(now) {
    const { stream, recorder } = page;
    if (stream.name === 'hidden' || stream.name === 'connecting') return;
    const cut = stream.name === 'cut' ? (stream.sinceMs ?? now) : now;
    this.home.look(recorder && !recorder.ready ? Math.min(cut, recorder.since ?? now) : cut);
  }
}

// @ts-check
// Follows one stretch of History: what was said in it, why it was silent, and, while it ends now, what comes.

import { ask, Problem, serverNow } from './api.js';
import { isConfig } from './filters.js';
import { gapOf, lineOf } from './lines.js';
import { page } from './page.js';
import { learn, pastRequests } from './past_requests.js';
import { instant } from './time.js';

const AGAIN_MS = 1_000;
const SILENT = { intervals: 10, leastMs: 300_000 };

export class Past {
  /** @param {{filters: string[], changed: () => void}} options */
  constructor({ filters, changed }) {
    this.filters = filters;
    this.changed = changed;
    /** @type {string[]} The filters that are really asked for. */ this.filter = filters;
    /** @type {Map<string, import('./lines.js').Line>} */ this.lines = new Map();
    /** @type {import('./lines.js').Gap[]} */ this.outages = [];
    /** @type {Map<string, any>} */ this.topics = new Map();
    /** @type {Map<string, string>} */ this.units = new Map();
    /** @type {import('./span.js').Span|null} */ this.span = null;
    this.grid = { start: 0, end: 0, step: 1 };
    this.position = '';
    /** @type {Problem|null} */ this.problem = null;
    /** Rises with every answer and every message. */ this.version = 0;
    /** Rises when a series comes or goes. */ this.shape = 0;
    /** Messages that came by since this was opened. */ this.heardCount = 0;
    /** @type {string[]|undefined} Topics that exist, where none matches. */ this.others = undefined;
    /** @type {any} What GET store says, of a home without messages. */ this.store = undefined;
    /** @type {Promise<void>|undefined} */ this.way = undefined;
    this.loading = this.ready = this.narrowed = this.newcomer = this.stopped = false;
    this.begunMs = 0;
    this.width = 600;
    /** @type {Set<string>} Silences that were asked about. */ this.wondered = new Set();
    this.gone = new AbortController();
    /** @type {import('./past_stream.js').PastStream|undefined} */ this.stream = undefined;
    /** @type {ReturnType<typeof setTimeout>|undefined} */ this.timer = undefined;
    /** @type {boolean|undefined} Whether the stream is of what comes. */ this.living = undefined;
    /** Where the stream is to begin, until it has. */ this.due = '';
    this.goesOn = false;
  }

  get requests() {
    return pastRequests(this.filter, /** @type {import('./span.js').Span} */ (this.span));
  }

  /** Ask for another stretch, or the same one again. @param {import('./span.js').Span} span @param {number} width */
  async show(span, width) {
    this.gone.abort();
    const gone = new AbortController();
    const other = this.living !== span.living;
    Object.assign(this, { gone, span, width: Math.round(width), loading: true, begunMs: Date.now(), problem: null });
    this.changed();
    try {
      if (!this.topics.size || this.newcomer) await this.learn(gone);
      const answer = await ask(this.requests.plot(this.width), gone);
      this.take(answer);
      if (other) {
        this.living = span.living;
        this.due = answer.position;
        if (this.goesOn) this.goOn();
      }
    } catch (error) {
      if (gone.signal.aborted && !(error instanceof Problem)) return;
      this.fail(error);
    }
    this.loading = false;
    this.changed();
  }

  /** @param {AbortController} gone */
  async learn(gone) {
    Object.assign(this, await learn(this.filters, gone));
    this.newcomer = false;
    page.set({ locked: false, topics: [...this.topics.keys()] });
  }

  /** @param {any} answer of GET plot */
  take(answer) {
    const start = instant(answer.start) ?? 0;
    const end = instant(answer.end) ?? 0;
    this.grid = { start, end, step: Math.max((end - start) / this.width, 1) };
    this.position = answer.position;
    const keys = [...this.lines.keys()].join();
    this.lines.clear();
    for (const told of answer.series) {
      const topic = this.topics.get(told.topic);
      if (!this.filters.length && isConfig(told.topic)) continue;
      const unit = this.units.get(`${told.topic}\n${told.field}`) ?? null;
      const line = lineOf(told, { topic, unit });
      this.lines.set(line.key, line);
    }
    this.outages = (answer.outages ?? []).map(gapOf);
    this.stream?.settle(answer.position);
    this.ready = true;
    this.version += 1;
    if ([...this.lines.keys()].join() !== keys) this.shape += 1;
  }

  /** The first chart is on the screen: now the stream may come. */
  async goOn() {
    const { due } = this;
    Object.assign(this, { goesOn: true, due: '' });
    if (!due) return;
    const found = await import('./past_stream.js').catch(() => null);
    if (!found) return void Object.assign(this, { goesOn: false, due });
    this.stream ??= new found.PastStream(this);
    if (!this.stopped) this.stream.follow(due);
  }

  /** @param {unknown} error */
  fail(error) {
    const problem =
      error instanceof Problem ? error : new Problem({ title: 'This page has a fault', detail: String(error) });
    if (problem.status === 401) page.set({ locked: true });
    else if (!this.ready) page.set({ stream: { name: problem.status ? 'failed' : 'cut', sinceMs: serverNow() } });
    this.problem = problem;
  }

  cancel() {
    this.gone.abort();
    this.loading = false;
    this.problem = new Problem({ title: 'Reading was stopped', detail: 'You stopped it before the answer came.' });
    this.changed();
  }

  stop() {
    this.stopped = true;
    this.gone.abort();
    this.stream?.stop();
    clearTimeout(this.timer);
  }

  /** Ask again soon; several reasons within a moment are one. */
  again() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.span && !this.loading) this.show(this.span, this.width);
    }, AGAIN_MS);
  }

  /** Once a second: a series that has fallen silent is asked about once; whose silence it is, the server knows. @param {number} now */
  tick(now) {
    this.stream?.tick(now);
    if (!this.span?.living || page.stream.name === 'cut') return;
    for (const line of this.lines.values()) {
      const last = Math.max(line.lastX.at(-1) ?? 0, line.texts.x.at(-1) ?? 0);
      const silent = line.usualMs && now - last > Math.max(SILENT.intervals * line.usualMs, SILENT.leastMs);
      if (!last || !silent || line.gaps.some((gap) => gap.standing) || this.wondered.has(`${line.key} ${last}`))
        continue;
      this.wondered.add(`${line.key} ${last}`);
      this.again();
    }
  }
}

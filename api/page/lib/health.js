// @ts-check
// The home's own state: what GET health says of it.

import { ask, Problem, serverNow } from './api.js';
import { page } from './page.js';
import { RecorderState, SINK } from './recorder.js';
import { request } from './url.js';

/** No topic is called that, so only the recorder's own outages are told. */
const NOBODY = '$hearthlog/nobody';
/** The hour of each stage, in the sink's heartbeats. @type {Record<string, string>} */
export const COUNTED = {
  broker: 'counters.received',
  sink: 'counters.in_flight',
  store: 'counters.fsync_ms',
};

export const REQUESTS = {
  health: '/v1/health',
  outages: request('/v1/gaps', { filter: NOBODY, start: '-14d' }),
  hour: request('/v1/plot', { filter: SINK, field: Object.values(COUNTED), start: '-1h', by: 'logged', width: 60 }),
  watched: request('/v1/history', { filter: SINK, field: 'event', start: '-14d', by: 'logged', limit: 1 }),
  faults: '/v1/faults',
};

/** Before a message has come. @type {Pick<import('./waterfall.js').Way, 'last'|'taken'|'shown'>} */
const NOTHING_YET = { last: null, taken: [], shown: () => {} };

export class Health {
  /** @param {string[]} filters whose messages are timed on their way here @param {() => void} changed */
  constructor(filters, changed) {
    this.filters = filters.length ? filters : ['#'];
    this.changed = changed;
    /** @type {any} */ this.health = null;
    /** @type {any[]|null} */ this.outages = null;
    /** @type {any[]} */ this.faults = [];
    /** @type {Map<string, import('./spark.js').Point[]>} */ this.hour = new Map();
    /** @type {number|null} Since when the sink's own log tells of itself, within the days shown. */ this.watchedMs =
      null;
    /** @type {Problem|null} */ this.problem = null;
    this.heardMs = this.askedMs = 0;
    /** @type {import('./health_stream.js').HealthStream|undefined} */ this.stream = undefined;
    this.goesOn = false;
    this.recorder = new RecorderState();
    this.gone = new AbortController();
  }

  async start() {
    this.problem = null;
    try {
      await Promise.all([this.ask(), this.recorder.ask(this.gone.signal)]);
      page.set({ locked: false });
    } catch (error) {
      this.fail(error);
    }
    this.changed();
  }

  /** The first values are on the screen: now what comes may come, and what the first glance can do without. */
  async goOn() {
    this.goesOn = true;
    const found = await import('./health_stream.js').catch(() => null);
    if (!found) return void Object.assign(this, { goesOn: false });
    if (this.gone.signal.aborted) return;
    this.stream = new found.HealthStream(this);
    this.stream.start();
  }

  get way() {
    return this.stream?.way ?? NOTHING_YET;
  }

  async ask() {
    this.askedMs = serverNow();
    this.health = await ask(REQUESTS.health, this.gone);
    this.heardMs = serverNow();
    this.changed();
  }

  /** @param {unknown} error */
  fail(error) {
    if (this.gone.signal.aborted) return;
    this.problem =
      error instanceof Problem ? error : new Problem({ title: 'This page has a fault', detail: String(error) });
    if (this.problem.status === 401) page.set({ locked: true });
    else page.set({ stream: { name: this.problem.status ? 'failed' : 'cut', sinceMs: serverNow() } });
  }

  stop() {
    this.gone.abort();
    this.stream?.stop();
  }

  /** A sink that stands still says nothing; then the API is asked what it makes of that. @param {number} now */
  tick(now) {
    if (this.health && this.recorder.overdue(now)) {
      this.recorder.ask(this.gone.signal);
      this.stream?.askSoon();
    }
  }
}

// @ts-check
// Follows the home's own state: what GET health says, asked again whenever the sink's own log says something new.

import { ask, Problem, serverNow } from './api.js';
import { Live } from './live.js';
import { page } from './page.js';
import { plotted } from './plot.js';
import { ATTENTION, RecorderState, SINK } from './recorder.js';
import { messagesOf } from './said.js';
import { instant } from './time.js';
import { request } from './url.js';
import { Way } from './waterfall.js';

const AT_MOST_EVERY_MS = 2_000;
/** The hour moves by a pixel a minute; outages are asked for when one begins or ends. */
const REST_EVERY_MS = 60_000;
/** No topic is called that, so only the recorder's own outages are told. */
const NOBODY = '$hearthlog/nobody';
/** The hour of each stage, in the sink's heartbeats. @type {Record<string, string>} */
const COUNTED = {
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
    this.heardMs = this.askedMs = this.restMs = 0;
    this.way = new Way();
    this.recorder = new RecorderState();
    this.gone = new AbortController();
    this.live = new Live({
      address: (since) => request('/v1/live', { filter: [...this.filters, SINK, `${ATTENTION}#`], since }),
      hear: (data) => this.hear(data),
      tell: (state) => this.told(state),
    });
  }

  async start() {
    this.problem = null;
    try {
      await Promise.all([this.ask(), this.recorder.ask(this.gone.signal)]);
      page.set({ locked: false });
      this.live.start(this.health.position);
    } catch (error) {
      this.fail(error);
    }
    this.changed();
    if (this.health) this.askRest();
  }

  async ask() {
    this.askedMs = serverNow();
    this.health = await ask(REQUESTS.health, this.gone);
    this.heardMs = serverNow();
    this.changed();
  }

  /** What the first glance can do without; each of it may fail without taking the others along. */
  async askRest() {
    this.restMs = serverNow();
    const [outages, hour, watched, faults] = await Promise.allSettled(
      [REQUESTS.outages, REQUESTS.hour, REQUESTS.watched, REQUESTS.faults].map((address) => ask(address, this.gone)),
    );
    if (outages.status === 'fulfilled') this.outages = outages.value.outages;
    if (hour.status === 'fulfilled') this.hour = byStage(plotted(hour.value));
    if (watched.status === 'fulfilled') this.watchedMs = instant(watched.value.observations[0]?.logged_time);
    if (faults.status === 'fulfilled') this.faults = faults.value.faults;
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
    this.live.stop();
  }

  /** @param {any} data */
  hear(data) {
    for (const message of data.topic ? [data] : messagesOf(data.observations)) {
      if (message.topic === SINK) this.recorder.hear(message);
      if (message.topic === SINK || message.topic.startsWith(ATTENTION)) this.askSoon();
      else if (this.way.take(message, serverNow())) this.changed();
    }
  }

  /** Once, a moment later: what was said may not be in the answer yet, and more may be said. */
  askSoon() {
    if (this.waiting) return;
    const wait = Math.max(500, this.askedMs + AT_MOST_EVERY_MS - serverNow());
    this.waiting = setTimeout(async () => {
      this.waiting = undefined;
      const before = told(this.health);
      await this.ask().catch(() => {});
      if (told(this.health) !== before || serverNow() - this.restMs > REST_EVERY_MS) await this.askRest();
    }, wait);
  }

  /** @param {import('./live.js').LiveState} state */
  told(state) {
    const again = page.stream.name === 'cut' && state.name === 'open';
    page.set({ stream: state });
    if (state.name === 'open') this.recorder.ask(this.gone.signal);
    if (again) this.askSoon();
    if (state.name === 'resumed' || state.name === 'behind')
      setTimeout(() => page.stream === state && page.set({ stream: { name: 'open' } }), 3_000);
    this.changed();
  }

  /** A sink that stands still says nothing; then the API is asked what it makes of that. @param {number} now */
  tick(now) {
    if (this.health && this.recorder.overdue(now)) {
      this.recorder.ask(this.gone.signal);
      this.askSoon();
    }
  }
}

/** @param {{field: string, points: import('./spark.js').Point[]}[]} series */
function byStage(series) {
  return new Map(
    Object.entries(COUNTED).map(([stage, field]) => {
      const points = series.find((one) => one.field === field)?.points ?? [];
      return [stage, stage === 'broker' ? growth(points) : points];
    }),
  );
}

/** The outages of the last day, as far as they can change. @param {any} health */
function told(health) {
  return health.outages.map((/** @type {any} */ one) => `${one.from} ${one.standing}`).join();
}

/** A count only grows; how fast it did is what there is to see. It begins again with its process. @param {import('./spark.js').Point[]} points */
function growth(points) {
  return points.slice(1).map(({ t, high }, at) => {
    const per = Math.max(0, high - points[at].high) / Math.max(1, t - points[at].t);
    return { t, low: per, high: per };
  });
}

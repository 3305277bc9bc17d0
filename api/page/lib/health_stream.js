// @ts-check
// Keeps the home's own state up: it is asked again whenever the sink's own log says something new.

import { ask, serverNow } from './api.js';
import { COUNTED, REQUESTS } from './health.js';
import { Live } from './live.js';
import { page } from './page.js';
import { plotted } from './plot.js';
import { ATTENTION, SINK } from './recorder.js';
import { messagesOf } from './said.js';
import { instant } from './time.js';
import { request } from './url.js';
import { Way } from './waterfall.js';

const AT_MOST_EVERY_MS = 2_000;
/** The hour moves by a pixel a minute; outages are asked for when one begins or ends. */
const REST_EVERY_MS = 60_000;

export class HealthStream {
  /** @param {import('./health.js').Health} health that is kept up */
  constructor(health) {
    this.health = health;
    this.restMs = 0;
    this.way = new Way();
    this.live = new Live({
      address: (since) => request('/v1/live', { filter: [...this.health.filters, SINK, `${ATTENTION}#`], since }),
      hear: (data) => this.hear(data),
      tell: (state) => this.told(state),
    });
  }

  start() {
    this.live.start(this.health.health.position);
    this.askRest();
  }

  stop() {
    this.live.stop();
  }

  /** What the first glance can do without; each of it may fail without taking the others along. */
  async askRest() {
    this.restMs = serverNow();
    const [outages, hour, watched, faults] = await Promise.allSettled(
      [REQUESTS.outages, REQUESTS.hour, REQUESTS.watched, REQUESTS.faults].map((address) =>
        ask(address, this.health.gone),
      ),
    );
    if (outages.status === 'fulfilled') this.health.outages = outages.value.outages;
    if (hour.status === 'fulfilled') this.health.hour = byStage(plotted(hour.value));
    if (watched.status === 'fulfilled') this.health.watchedMs = instant(watched.value.observations[0]?.logged_time);
    if (faults.status === 'fulfilled') this.health.faults = faults.value.faults;
    this.health.changed();
  }

  /** @param {any} data */
  hear(data) {
    for (const message of data.topic ? [data] : messagesOf(data.observations)) {
      if (message.topic === SINK) this.health.recorder.hear(message);
      if (message.topic === SINK || message.topic.startsWith(ATTENTION)) this.askSoon();
      else if (this.way.take(message, serverNow())) this.health.changed();
    }
  }

  /** Once, a moment later: what was said may not be in the answer yet, and more may be said. */
  askSoon() {
    if (this.waiting) return;
    const wait = Math.max(500, this.health.askedMs + AT_MOST_EVERY_MS - serverNow());
    this.waiting = setTimeout(async () => {
      this.waiting = undefined;
      const before = told(this.health.health);
      await this.health.ask().catch(() => {});
      if (told(this.health.health) !== before || serverNow() - this.restMs > REST_EVERY_MS) await this.askRest();
    }, wait);
  }

  /** @param {import('./live.js').LiveState} state */
  told(state) {
    const again = page.stream.name === 'cut' && state.name === 'open';
    page.set({ stream: state });
    if (state.name === 'open') this.health.recorder.ask(this.health.gone.signal);
    if (again) this.askSoon();
    if (state.name === 'resumed' || state.name === 'behind')
      setTimeout(() => page.stream === state && page.set({ stream: { name: 'open' } }), 3_000);
    this.health.changed();
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

// @ts-check
// The last day of a selection: what people did and what models made of it, the recorder's own life, and what happened last night.

import { ask } from './api.js';
import { hear } from './hearing.js';
import { gapOf, lineOf } from './lines.js';
import { nightOf } from './night.js';
import { SINK } from './recorder.js';
import { instant } from './time.js';
import { request } from './url.js';

export const DAY_MS = 86_400_000;
const WIDTH = 288;
/** So many topics of labels and predictions have room. */
const TOPICS_MAX = 12;
/** A night that is on is told anew this often, while the page hears anything at all. */
const AGAIN_MS = 600_000;
/** No topic is called that, so only the recorder's own outages are told. */
const NOBODY = 'hearthlog/nobody';

export class Day {
  /** @param {import('./watch.js').Watch} watch whose home, end and changes are its own @param {string=} tz */
  constructor(watch, tz) {
    this.watch = watch;
    this.tz = tz;
    /** @type {Map<string, import('./lines.js').Line>} */ this.lines = new Map();
    /** @type {import('./lines.js').Gap[]|null} */ this.outages = null;
    /** @type {number|null} Since when the sink's own log tells of itself. */ this.watchedMs = null;
    /** @type {import('./night.js').Night|null} */ this.night = null;
    /** @type {import('./night.js').Happening[]|null} */ this.told = null;
    /** @type {import('./api.js').Problem|null} */ this.problem = null;
    this.grid = { start: 0, end: 0, step: 1 };
    this.askedMs = 0;
    /** The labelled topics that the activity was asked of. */ this.askedOf = '';
    /** Rises with every answer and every message that changes what is drawn. */ this.version = 0;
  }

  /** Topics on which people or models say what was. */
  get labelled() {
    const topics = [...this.watch.home.topics.values()];
    return topics.filter(({ role }) => role === 'label' || role === 'prediction').slice(0, TOPICS_MAX);
  }

  labels() {
    return this.labelled.map(({ topic }) => topic).join('\n');
  }

  get requests() {
    const { filters } = this.watch;
    const { start, end, on } = this.night ?? { start: 0, end: 0, on: false };
    const tz = this.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    return {
      activity: request('/v1/plot', {
        filter: this.labelled.map(({ topic }) => topic),
        start: '-24h',
        width: WIDTH,
        explain: true,
      }),
      outages: request('/v1/gaps', { filter: NOBODY, start: '-24h' }),
      watched: request('/v1/history', { filter: SINK, field: 'event', start: '-24h', by: 'logged', limit: 1 }),
      night: request('/v1/notable', {
        start: new Date(start).toISOString(),
        end: on ? 'now' : new Date(end).toISOString(),
        filter: filters,
        tz,
        limit: 40,
      }),
    };
  }

  /** Each part by itself, so that one that fails takes no other along. @param {number} now */
  async ask(now) {
    this.askedMs = now;
    await Promise.all([this.askActivity(), this.askRecorder(), this.askNight(now)]);
  }

  async askActivity() {
    this.askedOf = this.labels();
    if (!this.askedOf) return;
    const answer = await ask(this.requests.activity, this.watch.gone).catch(() => null);
    if (!answer) return;
    const start = instant(answer.start) ?? 0;
    const end = instant(answer.end) ?? 0;
    this.grid = { start, end, step: (end - start) / WIDTH };
    const lines = answer.series.map((/** @type {any} */ one) =>
      lineOf(one, { topic: this.watch.home.topics.get(one.topic), unit: null }),
    );
    this.lines = new Map(lines.map((/** @type {any} */ line) => [line.key, line]));
    this.changed();
  }

  /** Who may not read the sink's own log is told nothing of it. */
  async askRecorder() {
    const { gone } = this.watch;
    const [away, watched] = await Promise.all(
      [this.requests.outages, this.requests.watched].map((address) => ask(address, gone).catch(() => null)),
    );
    if (away) this.outages = away.outages.map(gapOf);
    this.watchedMs = instant(watched?.observations[0]?.logged_time);
    this.changed();
  }

  /** @param {number} now */
  async askNight(now) {
    this.night = nightOf(now, this.tz);
    try {
      const answer = await ask(this.requests.night, this.watch.gone);
      this.told = answer.notable;
      this.problem = null;
    } catch (error) {
      this.problem = /** @type {import('./api.js').Problem} */ (error);
    }
    this.changed();
  }

  /** @param {any} message of a label or a model */
  hear({ topic, observations, logged_time, device_time = null }) {
    const logged = instant(logged_time) ?? 0;
    for (const one of observations) {
      const line = this.lines.get(`${topic}#${one.field}`);
      if (!line) continue;
      const t = instant(one.device_time ?? device_time) ?? logged;
      hear(line, { t, logged, value: one.value, by: 'device' }, this.grid);
      this.version += 1;
    }
  }

  /** A night that is on, and one that has come to its end, are told anew from time to time. @param {number} now */
  tick(now) {
    if (this.labels() !== this.askedOf) this.askActivity();
    const { on, end } = this.night ?? { on: true, end: 0 };
    const over = !on && now - end > DAY_MS - 3 * 3_600_000;
    if ((on || over) && now - this.askedMs > AGAIN_MS) {
      this.askedMs = now;
      this.askNight(now);
    }
  }

  changed() {
    this.version += 1;
    this.watch.changed();
  }
}

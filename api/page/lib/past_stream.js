// @ts-check
// The one stream of History: what comes into the stretch, and whether all is recorded.

import { serverNow } from './api.js';
import { isConfig } from './filters.js';
import { hear } from './hearing.js';
import { Live } from './live.js';
import { page } from './page.js';
import { isAfter } from './position.js';
import { RecorderState, SINK } from './recorder.js';
import { instant } from './time.js';

/** What the sink says all the time. */
const QUIET = new Set(['heartbeat', 'topic']);
const NOTED_MS = 3_000;
/** Messages that are kept for an answer that is still on its way, and how long they are where none is asked for. */
const RECENT_MAX = 5_000;
const RECENT_MS = 5_000;

export class PastStream {
  /** @param {import('./past.js').Past} past that hears */
  constructor(past) {
    this.past = past;
    this.recorder = new RecorderState();
    /** @type {Live|null} */ this.live = null;
    /** @type {{position: string, message: any, ms: number}[]} Heard since the answer was asked for. */ this.recent =
      [];
    /** Up to here nothing is kept. */ this.dropped = '';
  }

  /** It goes on where it was, whatever is asked for meanwhile. @param {string} position */
  follow(position) {
    const since = this.live?.position ?? position;
    this.live?.stop();
    this.live = new Live({
      address: (from) => this.past.requests.live(from),
      hear: (data, at) => this.hear(data, at),
      tell: (state) => this.told(state),
    });
    this.live.start(isAfter(position, since) ? position : since);
  }

  stop() {
    this.live?.stop();
  }

  /** @param {any} message @param {string} position */
  hear(message, position) {
    if (message.topic !== SINK) return this.keep(message, position);
    this.recorder.hear(message);
    const event = message.observations.find((/** @type {any} */ one) => one.field === 'event')?.value;
    // The recorder's life has another turn, so silences have another cause.
    if (this.past.span?.living && event !== undefined && !QUIET.has(event)) this.past.again();
  }

  /** What is heard while an answer is on its way is heard again when it has come. @param {any} message @param {string} position */
  keep({ topic, observations, logged_time, device_time }, position) {
    const { past } = this;
    const message = { topic, observations, logged_time, device_time };
    this.recent.push({ position, message, ms: Date.now() });
    if (this.recent.length > 2 * RECENT_MAX) this.drop(this.recent.length - RECENT_MAX);
    past.heardCount += 1;
    this.take(message);
    past.version += 1;
    past.changed();
  }

  /** Where an answer stands before what is dropped here, it is asked for again. @param {number} count */
  drop(count) {
    this.dropped = this.recent[count - 1]?.position ?? this.dropped;
    this.recent.splice(0, count);
  }

  /** An answer has come: what was heard after it is added; where too little was kept for that, it is asked for again. @param {string} position of the answer */
  settle(position) {
    this.recent = this.recent.filter((one) => isAfter(one.position, position));
    for (const { message } of this.recent) this.take(message);
    if (isAfter(this.dropped, position)) this.past.again();
  }

  /** @param {any} message */
  take({ topic, observations, logged_time, device_time = null }) {
    const { past } = this;
    const logged = instant(logged_time) ?? serverNow();
    const by = past.span?.by ?? 'device';
    for (const one of observations) {
      const line = past.lines.get(`${topic}#${one.field}`);
      const t = by === 'device' ? (instant(one.device_time ?? device_time) ?? logged) : logged;
      if (line) hear(line, { t, logged, value: one.value, by }, past.grid);
      else if (one.field && !past.span?.fields.length && (past.filters.length || !isConfig(topic))) {
        past.newcomer = true;
        past.again();
      }
    }
  }

  /** @param {import('./live.js').LiveState} state */
  told(state) {
    page.set({ stream: state });
    if (state.name === 'open' || state.name === 'cut') this.recorder.ask(this.past.gone.signal);
    if (state.name === 'resumed' || state.name === 'behind')
      setTimeout(() => page.stream === state && page.set({ stream: { name: 'open' } }), NOTED_MS);
    this.past.changed();
  }

  /** @param {number} now */
  tick(now) {
    const { recent } = this;
    const fresh = recent.findIndex(({ ms }) => Date.now() - ms < RECENT_MS);
    if (!this.past.loading && fresh !== 0 && recent.length) this.drop(fresh < 0 ? recent.length : fresh);
    if (this.recorder.overdue(now)) this.recorder.ask(this.past.gone.signal);
  }
}

// @ts-check
// The one stream of History: what comes into the stretch, and whether all is recorded.

import { Live } from './live.js';
import { page } from './page.js';
import { isAfter } from './position.js';
import { RecorderState, SINK } from './recorder.js';

/** What the sink says all the time. */
const QUIET = new Set(['heartbeat', 'topic']);
const NOTED_MS = 3_000;

export class PastStream {
  /** @param {import('./past.js').Past} past that hears */
  constructor(past) {
    this.past = past;
    this.recorder = new RecorderState();
    /** @type {Live|null} */ this.live = null;
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
    if (message.topic !== SINK) return this.past.hear(message, position);
    this.recorder.hear(message);
    const event = message.observations.find((/** @type {any} */ one) => one.field === 'event')?.value;
    // The recorder's life has another turn, so silences have another cause.
    if (this.past.span?.living && event !== undefined && !QUIET.has(event)) this.past.again();
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
    if (this.recorder.overdue(now)) this.recorder.ask(this.past.gone.signal);
  }
}

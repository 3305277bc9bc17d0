// @ts-check
// The page's one event stream: opened from a position, let go while the tab is hidden, resumed without hole or double.

import { serverNow } from './api.js';
import { isAfter } from './position.js';
import { instantOf } from './time.js';

const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** Silence after which a stream counts as cut: the server comments every 15 s, and the sink's heartbeat comes every 10 s. */
const CAUGHT_UP_MS = 1_000;
/** More messages a second than a list can show: from here on only the newest value of each series is asked for. */
const FAST_PER_S = 200;

/**
 * @typedef {{name: 'connecting'|'open'|'cut'|'hidden'|'resumed'|'behind'|'newest_only', sinceMs?: number, attempts?: number, caughtUp?: number}} LiveState
 */

export class Live {
  /**
   * @param {{address: (position: string, newestOnly: boolean) => string,
   *   hear: (data: any, position: string) => void, tell: (state: LiveState) => void, newestOnly?: boolean}} options
   */
  constructor({ address, hear, tell, newestOnly = false }) {
    this.address = address;
    this.hear = hear;
    this.tell = tell;
    this.newestOnly = newestOnly;
    this.position = '';
    this.attempts = 0;
    this.cutSinceMs = 0;
    /** @type {EventSource|null} */ this.source = null;
    this.tooFast = false;
    this.timer = 0;
    this.second = { at: 0, count: 0 };
    this.onVisibility = () => (document.hidden ? this.letGo('hidden') : this.open());
    this.onPageHide = () => this.letGo('hidden');
  }

  /** @param {string} position what the page already shows */
  start(position) {
    this.position = position;
    document.addEventListener('visibilitychange', this.onVisibility);
    addEventListener('pagehide', this.onPageHide);
    addEventListener('pageshow', this.onVisibility);
    if (!document.hidden) this.open();
  }

  stop() {
    this.letGo(null);
    document.removeEventListener('visibilitychange', this.onVisibility);
    removeEventListener('pagehide', this.onPageHide);
    removeEventListener('pageshow', this.onVisibility);
  }

  open() {
    if (this.source) return;
    clearTimeout(this.timer);
    const source = new EventSource(this.address(this.position, this.newestOnly));
    this.source = source;
    if (!this.attempts) this.tell({ name: 'connecting' });
    source.onopen = () => this.opened();
    source.onerror = () => this.cut();
    source.onmessage = (event) => this.take(event);
    source.addEventListener('latest', (event) => this.take(/** @type {MessageEvent} */ (event)));
    source.addEventListener('restored', () => location.reload());
    source.addEventListener('behind', () =>
      this.tell({ name: 'behind', sinceMs: instantOf(this.position) ?? undefined }),
    );
  }

  opened() {
    const resumed = this.cutSinceMs > 0;
    this.attempts = 0;
    this.cutSinceMs = 0;
    this.tell({ name: this.tooFast ? 'newest_only' : 'open' });
    if (!resumed) return;
    this.catchingUp = { untilMs: serverNow(), count: 0 };
    setTimeout(() => this.caughtUp(), CAUGHT_UP_MS);
  }

  caughtUp() {
    const caughtUp = this.catchingUp?.count ?? 0;
    this.catchingUp = undefined;
    if (this.source) this.tell({ name: 'resumed', caughtUp });
  }

  cut() {
    this.letGo(null);
    if (document.hidden) return;
    this.cutSinceMs ||= serverNow();
    const wait = RETRY_MS[Math.min(this.attempts, RETRY_MS.length - 1)];
    this.attempts += 1;
    this.tell({ name: 'cut', sinceMs: this.cutSinceMs, attempts: this.attempts });
    this.timer = window.setTimeout(() => this.open(), wait * (0.8 + 0.4 * Math.random()));
  }

  /** @param {'hidden'|null} why */
  letGo(why) {
    clearTimeout(this.timer);
    const held = this.source !== null;
    this.source?.close();
    this.source = null;
    if (why && held) this.tell({ name: why });
  }

  /** @param {MessageEvent} event */
  take(event) {
    if (!isAfter(event.lastEventId, this.position)) return;
    this.position = event.lastEventId;
    if (this.catchingUp && (instantOf(this.position) ?? 0) <= this.catchingUp.untilMs) this.catchingUp.count += 1;
    this.hear(JSON.parse(event.data), this.position);
    this.watchPace();
  }

  /** A burst after a reconnect is no pace: only what is said now counts. */
  watchPace() {
    const now = serverNow();
    if (now - (instantOf(this.position) ?? now) > 2_000) return;
    if (now - this.second.at > 1_000) this.second = { at: now, count: 0 };
    this.second.count += 1;
    if (this.newestOnly || this.second.count < FAST_PER_S) return;
    this.newestOnly = this.tooFast = true;
    this.letGo(null);
    this.open();
  }
}

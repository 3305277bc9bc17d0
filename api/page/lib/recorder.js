// @ts-check
// Whether all is being recorded: asked once, then heard in the sink's own log, which comes along on the page's one stream.

import { ask, serverNow } from './api.js';
import { page } from './page.js';
import { instant } from './time.js';
import { request } from './url.js';

export const SINK = '$hearthlog/sink';
/** Under it the api retains what needs a person. */
export const ATTENTION = 'hearthlog/attention/';
/** The sink speaks every 10 s; when it has not for longer than that, the api is asked. */
const SILENT_MS = 15_000;

/** Events of the sink's log after which something is missing, and those after which nothing is. */
const LOST = new Set(['disconnected', 'session_lost', 'stopped', 'broker_not_saving']);
const FOUND = new Set(['subscribed', 'started', 'broker_saving']);
const WORDS = /** @type {const} */ ([
  ['no session at the broker', 'The broker is away'],
  ['not subscribed', 'The sink is not subscribed yet'],
  ['does not save', 'The broker cannot save'],
  ['sink was stopped', 'The sink has stopped'],
  ['has not said anything', 'The sink has not started yet'],
]);

/** @typedef {{ready: boolean, reason: string, since: number|null}} Recorder */

export class RecorderState {
  constructor() {
    this.heardMs = serverNow();
  }

  /** @param {number} now */
  overdue(now) {
    return now - this.heardMs > SILENT_MS;
  }

  /** @param {AbortSignal} signal */
  async ask(signal) {
    this.heardMs = serverNow();
    const said = await ask('/readyz', { signal, anyStatus: true }).catch(() => null);
    if (said === null) return;
    this.take(recorderOf(said));
    if (page.recorder && !page.recorder.ready && page.recorder.since === null) await this.askSince(signal);
  }

  /** Since when, is in the sink's own log. @param {AbortSignal} signal */
  async askSince(signal) {
    const address = request('/v1/history', { filter: SINK, field: 'event', by: 'logged', order: 'desc', limit: 500 });
    const answer = await ask(address, { signal }).catch(() => ({ observations: [] }));
    const since = lostSince(answer.observations);
    if (since !== null && page.recorder && !page.recorder.ready) page.set({ recorder: { ...page.recorder, since } });
  }

  /** @param {any} message */
  hear(message) {
    this.heardMs = serverNow();
    const heard = recorderHeard(message);
    if (heard) this.take(heard);
  }

  /** The same state again does not say since when; that stays as it was. @param {Recorder} found */
  take(found) {
    const before = page.recorder;
    const same = before?.ready === found.ready && before.reason === found.reason;
    page.set({ recorder: same && found.since === null ? { ...found, since: before.since } : found });
  }
}

/** What GET readyz says, in the page's words: its first fault. @param {string} text @returns {Recorder} */
export function recorderOf(text) {
  const fault = text
    .split('\n')[0]
    .replace(/^not ready: /, '')
    .trim();
  if (fault === 'ready') return { ready: true, reason: '', since: null };
  const known = WORDS.find(([part]) => fault.includes(part));
  const own = fault.split(':')[0];
  return { ready: false, reason: known ? known[1] : own[0]?.toUpperCase() + own.slice(1), since: null };
}

/** A record of the sink's own log, as it comes by on the stream; null when it says nothing about readiness. @param {any} message @returns {Recorder|null} */
export function recorderHeard(message) {
  const said = Object.fromEntries(message.observations.map((/** @type {any} */ one) => [one.field, one.value]));
  if (!('state.session' in said)) return null;
  const since = LOST.has(said.event) ? instant(message.logged_time) : null;
  const reason =
    said.event === 'stopped'
      ? 'The sink has stopped'
      : said['state.session'] !== true
        ? 'The broker is away'
        : said['state.subscribed'] !== true
          ? 'The sink is not subscribed yet'
          : said['state.saving'] === false
            ? 'The broker cannot save'
            : said['state.saving'] === null
              ? 'The broker has not saved yet'
              : '';
  return { ready: reason === '', reason, since };
}

/** When what is missing now went missing. @param {any[]} events newest first */
export function lostSince(events) {
  let since = null;
  for (const { value, logged_time } of events) {
    if (FOUND.has(value)) return since;
    if (LOST.has(value)) since = instant(logged_time);
  }
  return since;
}

// @ts-check
// Whether all is being recorded: asked once, then heard in the sink's own log, which comes along on the page's one stream.

import { ask, serverNow } from './api.js';
import { page } from './page.js';

export const SINK = '$hearthlog/sink';
/** The sink speaks every 10 s; when it has not for three times that, the api is asked. */
const SILENT_MS = 30_000;

/** @typedef {{ready: boolean, reason: string, since: number|null, at: number}} Recorder */

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
    if (said) page.set({ recorder: recorderOf(said) });
  }

  /** A heartbeat repeats the state without saying since when; that stays as it was. @param {any} message */
  hear(message) {
    this.heardMs = serverNow();
    const heard = recorderHeard(message);
    if (!heard) return;
    const before = page.recorder;
    const same = before && before.ready === heard.ready && before.reason === heard.reason;
    page.set({ recorder: same && heard.since === null ? { ...heard, since: before.since } : heard });
  }
}

/** What GET readyz says, in the page's words. @param {any} said @returns {Recorder} */
export function recorderOf(said) {
  const { session, subscribed, saving } = said.state ?? said;
  const when = Date.parse(said.since ?? '');
  const own =
    session === false
      ? 'The broker is away'
      : subscribed === false
        ? 'The sink is not subscribed yet'
        : saving === false
          ? 'The broker cannot save'
          : '';
  return {
    ready: said.ready === true,
    reason: said.ready ? '' : own || said.reason || 'Not everything is being recorded',
    since: Number.isNaN(when) ? null : when,
    at: Date.now(),
  };
}

/** A record of the sink's own log, as it comes by on the stream; null when it says nothing about readiness. @param {any} message @returns {Recorder|null} */
export function recorderHeard(message) {
  const said = Object.fromEntries(message.observations.map((/** @type {any} */ one) => [one.field, one.value]));
  if (!('state.session' in said)) return null;
  const [session, subscribed, saving] = ['session', 'subscribed', 'saving'].map((name) => said[`state.${name}`]);
  const ready = session === true && subscribed === true && saving !== false && said.event !== 'stopped';
  const begun = said.event === 'heartbeat' || said.event === 'topic' ? null : message.logged_time;
  const found = recorderOf({ ready, session, subscribed, saving, since: begun });
  return said.event === 'stopped' ? { ...found, reason: 'The sink has stopped' } : found;
}

// @ts-check
// What stands and needs a look, as the home itself says it: asked once, then whenever something heard may have changed it.

import { ask } from './api.js';
import { ATTENTION, SINK } from './recorder.js';

/** What the sink says all the time. */
const QUIET = new Set(['heartbeat', 'topic']);

export class Attention {
  /** @param {import('./watch.js').Watch} watch whose requests, end and changes are its own */
  constructor(watch) {
    this.watch = watch;
    /** @type {import('./facts.js').Fact[]} */ this.facts = [];
  }

  /** Who cannot ask keeps what is known. */
  async ask() {
    const answer = await ask(this.watch.requests.notable, this.watch.gone).catch(() => null);
    if (answer) this.facts = answer.notable;
    this.watch.changed();
  }

  /** Any message: those of the sink's own log and those under ATTENTION are reasons to ask; whether the recorder's life took a turn. @param {any} message */
  hear({ topic, observations }) {
    if (topic.startsWith(ATTENTION)) this.ask();
    if (topic !== SINK) return false;
    const event = observations.find((/** @type {any} */ one) => one.field === 'event')?.value;
    const turned = event !== undefined && !QUIET.has(event);
    if (turned) this.ask();
    return turned;
  }
}

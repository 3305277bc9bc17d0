// @ts-check
// The list "As it is said": one line a message, newest first, equal values of a series collapsed, held back while paused.

const LINES_MAX = 200;
const HELD_MAX = 2_000;

/**
 * @typedef {{key: string, topic: string, recno: number, logged_time: string, device_time: string|null, observations: any[],
 *   same: string, equal: number, at: number}} Line
 */

export class Said {
  constructor() {
    /** @type {Line[]} */ this.lines = [];
    /** @type {Line[]} */ this.held = [];
    this.paused = false;
    this.dropped = 0;
    /** Lines that came into the list so far. */ this.count = 0;
  }

  /** @param {Line} line */
  add(line) {
    if (!this.paused) return this.show(line);
    this.held.push(line);
    if (this.held.length > HELD_MAX) {
      this.held.shift();
      this.dropped += 1;
    }
  }

  /** The newest line of a topic that said the same moves up and counts; anything else is a line of its own. @param {Line} line */
  show(line) {
    this.count += 1;
    const at = this.lines.findIndex((one) => one.topic === line.topic);
    const before = at >= 0 ? this.lines[at] : null;
    if (before && before.same === line.same) {
      this.lines.splice(at, 1);
      line = { ...line, key: before.key, equal: before.equal + line.equal };
    }
    this.lines.unshift(line);
    if (this.lines.length > LINES_MAX) this.lines.length = LINES_MAX;
  }

  /** What was said before the first line, read back. @param {any[]} messages newest first */
  precede(messages) {
    const heard = this.lines.slice().reverse();
    this.lines = [];
    for (const message of messages.slice().reverse()) this.show(lineOf(message, 0));
    for (const line of heard) this.show(line);
  }

  pause() {
    this.paused = true;
  }

  /** What was said meanwhile comes in, in order; none of it was lost. */
  resume() {
    this.paused = false;
    this.dropped = 0;
    const held = this.held;
    this.held = [];
    for (const line of held) this.show(line);
  }
}

/** A message as a line. @param {any} message @param {number} at milliseconds when this page heard it, 0 when it was read back @returns {Line} */
export function lineOf(message, at) {
  const same = JSON.stringify(message.observations.map((/** @type {any} */ one) => [one.field, one.value]));
  return {
    key: `${message.topic} ${message.recno}`,
    topic: message.topic,
    recno: message.recno,
    logged_time: message.logged_time,
    device_time: message.device_time ?? null,
    observations: message.observations,
    same,
    equal: 1,
    at,
  };
}

/** Observations in order, newest first, put together into the messages that they came in. @param {any[]} observations */
export function messagesOf(observations) {
  /** @type {Map<string, any>} */
  const messages = new Map();
  for (const one of observations) {
    const key = `${one.topic} ${one.recno}`;
    const message = messages.get(key) ?? {
      topic: one.topic,
      recno: one.recno,
      logged_time: one.logged_time,
      device_time: one.device_time,
      observations: [],
    };
    if (one.field !== '' || one.value !== null) message.observations.push(one);
    messages.set(key, message);
  }
  return [...messages.values()];
}

/** Each field once: a batch says the same one many times. @param {any[]} observations */
export function fieldsOf(observations) {
  return [...new Map(observations.map((one) => [one.field, one])).values()];
}

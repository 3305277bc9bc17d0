// @ts-check
// Whether two ways of hearing bring the same records: each record of one is looked for among those of the other.

/** So long a record may be on its way on one of the two. */
const PATIENCE_MS = 5_000;
/** What was said while the subscription was being made may have come by one of the two. */
const BEGIN_MS = 1_000;
const WAITING_MAX = 2_000;
const SHOWN_MAX = 6;

/**
 * @typedef {'mqtt'|'stream'} By
 * @typedef {{topic: string, payload: string, by: By, ms: number, recno: number|null, both: boolean}} Heard
 */

export class Tally {
  /** @param {number} begunMs when the subscription stood */
  constructor(begunMs) {
    this.begunMs = begunMs;
    this.counts = { mqtt: 0, stream: 0 };
    this.same = this.retained = this.unsure = 0;
    /** @type {Heard[]} Heard by one of the two so far, oldest first. */ this.waiting = [];
    /** @type {Heard[]} The last ones, newest first. */ this.shown = [];
    /** Of those heard by one of the two only, what was no longer kept. */ this.dropped = { mqtt: 0, stream: 0 };
  }

  /** What the broker kept of an earlier time: the log has had it since then. */
  hearRetained() {
    this.retained += 1;
  }

  /**
   * @param {By} by @param {{topic: string, payload: string, recno?: number|null, qos?: number}} said
   * @param {number} ms when it was heard, or of the stream when it was logged
   */
  hear(by, { topic, payload, recno = null, qos = 1 }, ms) {
    if (by === 'stream' && ms < this.begunMs) return;
    this.counts[by] += 1;
    if (qos === 0) this.unsure += 1;
    const at = this.waiting.findIndex((one) => one.by !== by && one.topic === topic && one.payload === payload);
    if (at < 0) {
      this.keep({ topic, payload, by, ms, recno, both: false });
      return;
    }
    const [found] = this.waiting.splice(at, 1);
    found.both = true;
    found.recno ??= recno;
    this.same += 1;
  }

  /** @param {Heard} heard */
  keep(heard) {
    this.waiting.push(heard);
    this.shown = [heard, ...this.shown].slice(0, SHOWN_MAX);
    if (this.waiting.length > WAITING_MAX) this.dropped[/** @type {Heard} */ (this.waiting.shift()).by] += 1;
  }

  /** Records that came one way only, and those that may still come the other. @param {number} now */
  look(now) {
    const early = (/** @type {Heard} */ one) => one.by === 'stream' && one.ms < this.begunMs + BEGIN_MS;
    const before = this.waiting.filter((one) => early(one) && now - one.ms > PATIENCE_MS);
    if (before.length) {
      this.waiting = this.waiting.filter((one) => !before.includes(one));
      this.shown = this.shown.filter((one) => !before.includes(one));
      this.counts.stream -= before.length;
    }
    const late = this.waiting.filter((one) => now - one.ms > PATIENCE_MS);
    const only = (/** @type {By} */ by) => late.filter((one) => one.by === by);
    return { mqtt: only('mqtt'), stream: only('stream'), onTheWay: this.waiting.length - late.length };
  }

  /** The outcome in a sentence. @param {number} now */
  words(now) {
    const { mqtt, stream, onTheWay } = this.look(now);
    const [lostToMqtt, lostToStream] = [stream.length + this.dropped.stream, mqtt.length + this.dropped.mqtt];
    const way = onTheWay ? `, and ${onTheWay} on the way` : '';
    if (!lostToMqtt && !lostToStream)
      return this.same
        ? `Both heard the same ${this.same === 1 ? 'record' : `${this.same.toLocaleString('en')} records`}${way}.`
        : `Both listen. Nothing was said yet${way}.`;
    const parts = [
      lostToMqtt ? `${lostToMqtt.toLocaleString('en')} came only by the event stream (${topics(stream)})` : '',
      lostToStream ? `${lostToStream.toLocaleString('en')} came only by MQTT (${topics(mqtt)})` : '',
    ];
    return `They differ: ${parts.filter(Boolean).join('; ')}. ${this.same.toLocaleString('en')} came both ways${way}.`;
  }

  /** What is counted apart, and why. */
  notes() {
    const { retained, unsure } = this;
    return [
      retained
        ? `${retained.toLocaleString('en')} retained: said before, kept by the broker for who comes later, and not counted. In the log they stand where they were said.`
        : '',
      unsure
        ? `${unsure.toLocaleString('en')} came with QoS 0: sent once, acknowledged by nobody. Where broker or sink were away, such a message may be missing here or there.`
        : '',
    ].filter(Boolean);
  }
}

/** @param {Heard[]} heard */
function topics(heard) {
  const all = [...new Set(heard.map(({ topic }) => topic))];
  return all.slice(0, 2).join(', ') + (all.length > 2 ? ` and ${all.length - 2} more` : '');
}

// @ts-check
// What the page knows of a home: every series with its last value, grouped by room, kept by the messages as they come.

import { serverNow } from './api.js';
import { instant } from './time.js';
import { extend, turn } from './six_hours.js';
import { isConfig } from './filters.js';
import { layOut } from './layout.js';
import { factOf, named, state } from './words.js';

const WORDED_MAX = 30;
/** What Hearthlog itself says. */
export const OWN = 'hearthlog/';
/** Said this much earlier than logged, a value came in a batch (or from a clock that is behind). */
const BATCH_MS = 600_000;

/**
 * @typedef {{topic: string, field: string, kind: string|null, value: unknown, unit: string|null, logged_time: string, device_time: string|null, recno: number}} Observation
 * @typedef {{t: number, low: number, high: number}} Point
 * @typedef {{key: string, topic: string, field: string, fields: number, name: string, called: string, device: string, deviceClass: string|undefined, room: {key: string, title: string, hint: string},
 *   log: string, last: Observation|null, lastMs: number|null, usualMs: number|null, points: Point[], turns: import('./spark.js').Turn[], gaps: {from: number, to: number, cause: string}[],
 *   state: 'live'|'batch'|'late'|'silent'|'never', offline: boolean, recent: number[]}} Series
 * @typedef {{key: string, title: string, hint: string, rows: Series[]}} Room
 */

/** @param {string} topic @param {string} field */
export function keyOf(topic, field) {
  return `${topic}\n${field}`;
}

export class Home {
  /** @param {string[]=} filters what was asked for by name is never left out */
  constructor(filters = []) {
    /** @type {Map<string, Series>} */ this.series = new Map();
    /** @type {Map<string, any>} */ this.topics = new Map();
    /** @type {Map<string, Series[]>} */ this.byTopic = new Map();
    /** Rises when a series appears, so that rooms are only laid out anew when they must be. */ this.shape = 0;
    /** Whether people or models say what was. */ this.labelled = false;
    /** @type {Map<string, string>} Units, by series. */ this.units = new Map();
    /** Set-up messages are no values; they are shown to whoever asks for them by name. */ this.configs = filters.some(
      (text) => text.startsWith('homeassistant/'),
    );
    /** So is what the home itself has to say. */ this.own = filters.some((text) => text.startsWith(OWN));
    /** @type {Set<string>} */ this.hidden = new Set();
    /** @type {{shape: number, rooms: Room[]}} */ this.laid = { shape: -1, rooms: [] };
  }

  /** @param {any[]} topics rows of GET topics */
  know(topics) {
    for (const topic of topics) {
      if (this.hides(topic.topic)) {
        if (isConfig(topic.topic)) this.hidden.add(topic.topic);
        continue;
      }
      this.topics.set(topic.topic, topic);
      this.labelled ||= topic.role === 'label' || topic.role === 'prediction';
      for (const { field, unit } of topic.fields ?? []) {
        if (unit) this.units.set(keyOf(topic.topic, field), unit);
        this.meet(topic.topic, field);
      }
      if (!(topic.fields ?? []).length) this.meet(topic.topic, '');
    }
  }

  /** The usual intervals and logs of topics that were known by their messages only. @param {any[]} topics */
  learn(topics) {
    this.know(topics);
    for (const { topic } of topics) this.rename(topic);
    this.shape += 1;
    for (const one of this.series.values()) {
      const fact = this.topics.get(one.topic);
      one.usualMs = fact?.usual_interval_s ? fact.usual_interval_s * 1000 : null;
      one.log = fact?.log ?? one.log;
    }
  }

  /** The series of a topic and field, made when it is new. @param {string} topic @param {string} field @returns {Series} */
  meet(topic, field) {
    const key = keyOf(topic, field);
    const known = this.series.get(key);
    if (known) return known;
    const fact = this.topics.get(topic);
    const interval = fact?.usual_interval_s;
    /** @type {Series} */
    const made = {
      key,
      topic,
      field,
      fields: 1,
      ...{ name: '', called: '', device: '', deviceClass: undefined },
      room: { key: '', title: '', hint: '' },
      log: fact?.log ?? '',
      last: null,
      lastMs: instant(fact?.last_logged_time),
      usualMs: interval ? interval * 1000 : null,
      points: [],
      turns: [],
      gaps: [],
      state: 'never',
      offline: false,
      recent: [],
    };
    this.series.set(key, made);
    if (field !== '') this.series.delete(keyOf(topic, ''));
    const rows = (this.byTopic.get(topic) ?? []).filter((one) => field === '' || one.field !== '');
    this.byTopic.set(topic, [...rows, made]);
    this.rename(topic);
    this.shape += 1;
    return made;
  }

  /** How many fields a topic has decides what its rows are called, so they are named together. @param {string} topic */
  rename(topic) {
    const rows = this.byTopic.get(topic) ?? [];
    const fact = this.topics.get(topic);
    for (const one of rows) {
      one.fields = rows.length;
      const { name, room } = named(fact, topic, one.field, rows.length);
      const deviceClass = factOf(fact, one.field)?.device_class;
      const offline = fact?.availability === 'offline';
      Object.assign(one, { name, called: name, room, device: fact?.device ?? '', deviceClass, offline });
    }
  }

  /** Take one observation; an older one than the last shown is no news. @param {Observation} observation @returns {Series|null} */
  hear(observation) {
    const { topic, field, value } = observation;
    if (this.hides(topic) || (field === '' && this.topics.get(topic)?.fields?.length)) return null;
    const one = this.meet(topic, field);
    if (one.last && observation.recno < one.last.recno) return null;
    const at = instant(observation.logged_time) ?? serverNow();
    one.last = { ...observation, unit: observation.unit ?? this.units.get(one.key) ?? null };
    one.lastMs = at;
    one.recent = [...one.recent.slice(-19), at];
    if (typeof value === 'number' || typeof value === 'boolean')
      extend(one.points, instant(observation.device_time) ?? at, Number(value));
    else if (typeof value === 'string') turn(one.turns, instant(observation.device_time) ?? at, value);
    return one;
  }

  /** @param {string} topic */
  hides(topic) {
    return (!this.configs && isConfig(topic)) || (!this.own && topic.startsWith(OWN));
  }

  /** @param {any} plotted one series of GET plot */
  draw(plotted) {
    const one = this.series.get(keyOf(plotted.topic, plotted.field));
    if (!one) return;
    const newer = one.points.filter((point) => point.t > (plotted.points.at(-1)?.t ?? 0));
    one.points = [...plotted.points, ...newer];
    const heard = one.turns.filter(({ t }) => t > (plotted.turns.at(-1)?.t ?? 0));
    one.turns = [];
    for (const { t, text } of [...plotted.turns, ...heard]) turn(one.turns, t, text);
    one.gaps = plotted.gaps;
  }

  /** Silence is found by looking at the clock, not by being told. @param {number} now */
  look(now) {
    for (const one of this.series.values()) {
      const found = state(one.lastMs, one.usualMs, now);
      one.state = found === 'live' && saidEarlier(one.last) > BATCH_MS ? 'batch' : found;
    }
  }

  /** Rooms in the order of their names, rows in the order of theirs: nothing moves by itself. */
  rooms() {
    if (this.laid.shape !== this.shape) this.laid = { shape: this.shape, rooms: layOut([...this.series.values()]) };
    return this.laid.rooms;
  }

  /** Topics that say words, as many as have room in one question. */
  worded() {
    const found = [...this.series.values()].filter(({ last }) => typeof last?.value === 'string');
    return [...new Set(found.map(({ topic }) => topic))].slice(0, WORDED_MAX);
  }

  counts() {
    const found = { all: 0, live: 0, batch: 0, late: 0, silent: 0, never: 0 };
    for (const one of this.series.values()) {
      found.all += 1;
      found[one.state] += 1;
    }
    return found;
  }
}

/** @param {Observation|null} last */
function saidEarlier(last) {
  const device = instant(last?.device_time);
  return device === null ? 0 : (instant(last?.logged_time) ?? 0) - device;
}

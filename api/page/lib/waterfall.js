// @ts-check
// The way of messages to this page: what each clock said, and how long it usually takes.

import { instant } from './time.js';

const KEPT = 500;
/** Longer ago than this is no way to a page that looks now: it was caught up with. */
const FRESH_MS = 30_000;

/** @typedef {{topic: string, recno: number, deviceMs: number|null, loggedMs: number, heardMs: number, shownMs: number|null}} Passage */

export class Way {
  constructor() {
    /** @type {Passage|null} */ this.last = null;
    /** @type {number[]} From the log to this page, ms. */ this.taken = [];
  }

  /** Whether it is one to show. @param {any} message @param {number} now */
  take(message, now) {
    const loggedMs = instant(message.logged_time);
    if (loggedMs === null || message.topic.startsWith('$') || now - loggedMs > FRESH_MS) return false;
    const { topic, recno } = message;
    const passage = { topic, recno, deviceMs: instant(message.device_time), loggedMs, heardMs: now, shownMs: null };
    this.last = passage;
    this.taken = [...this.taken.slice(1 - KEPT), now - loggedMs];
    return true;
  }

  /** The frame that shows it has been drawn. @param {number} now */
  shown(now) {
    if (this.last && this.last.shownMs === null) this.last.shownMs = now;
  }
}

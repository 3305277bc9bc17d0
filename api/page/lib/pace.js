// @ts-check
// Messages a second, over the last ten.

const WINDOW_MS = 10_000;

export class Pace {
  constructor() {
    /** @type {{ms: number, count: number}[]} */ this.heard = [];
  }

  /** @param {number} ms @param {number} count messages that one event stands for */
  add(ms, count) {
    this.heard.push({ ms, count });
  }

  /** @param {number} now */
  perSecond(now) {
    this.heard = this.heard.filter((one) => one.ms > now - WINDOW_MS);
    return this.heard.reduce((sum, one) => sum + one.count, 0) / (WINDOW_MS / 1000);
  }
}

// @ts-check
// How often messages come: by the second over the last ten when they are many, else by the minute.

const MANY_MS = 10_000;
const FEW_MS = 60_000;

export class Pace {
  /** @param {number} now */
  constructor(now) {
    this.begun = now;
    /** @type {{ms: number, count: number}[]} */ this.heard = [];
  }

  /** @param {number} ms @param {number} count messages that one event stands for */
  add(ms, count) {
    this.heard.push({ ms, count });
  }

  /** In words; nothing before there is anything to go by. @param {number} now */
  words(now) {
    this.heard = this.heard.filter((one) => one.ms > now - FEW_MS);
    const many = this.since(now - MANY_MS) / (MANY_MS / 1000);
    if (now - this.begun < MANY_MS) return '';
    if (many >= 1) return `${many < 10 ? Math.round(many * 10) / 10 : Math.round(many)} msg/s`;
    return `${Math.round((this.since(now - FEW_MS) * FEW_MS) / Math.min(FEW_MS, now - this.begun))} msg/min`;
  }

  /** @param {number} ms */
  since(ms) {
    return this.heard.reduce((sum, one) => (one.ms > ms ? sum + one.count : sum), 0);
  }
}

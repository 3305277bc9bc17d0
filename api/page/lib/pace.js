// @ts-check
// How often messages come: by the second over the last ten when they are many, else by the minute.

const MANY_S = 10;
const FEW_S = 60;

export class Pace {
  /** @param {number} now */
  constructor(now) {
    this.begun = this.second = Math.floor(now / 1000);
    /** Of the last minute's seconds, each at its place: however many come, this does not grow. */
    this.counts = new Uint32Array(FEW_S);
  }

  /** @param {number} ms @param {number} count messages that one event stands for */
  add(ms, count) {
    this.turn(ms);
    this.counts[this.second % FEW_S] += count;
  }

  /** In words; nothing before there is anything to go by. @param {number} now */
  words(now) {
    this.turn(now);
    const lasted = this.second - this.begun;
    if (lasted < MANY_S) return '';
    const many = this.last(MANY_S) / MANY_S;
    if (many >= 1) return `${many < 10 ? Math.round(many * 10) / 10 : Math.round(many)} msg/s`;
    const few = Math.min(FEW_S - 1, lasted);
    return `${Math.round((this.last(few) * FEW_S) / few)} msg/min`;
  }

  /** Seconds that have begun since the last look were empty so far. @param {number} ms */
  turn(ms) {
    const second = Math.floor(ms / 1000);
    for (let one = Math.max(this.second + 1, second - FEW_S + 1); one <= second; one += 1) this.counts[one % FEW_S] = 0;
    this.second = Math.max(this.second, second);
  }

  /** Messages of the last so many whole seconds. @param {number} seconds */
  last(seconds) {
    let sum = 0;
    for (let one = this.second - seconds; one < this.second; one += 1) sum += this.counts[one % FEW_S];
    return sum;
  }
}

// @ts-check
// hearth-outages: fourteen days of the recorder's own life, a lane a stage, and the same as a table.

import { html, svg } from '../vendor/lit.js';
import { Part } from './part.js';
import { causes } from '../lib/causes.js';
import { duration, instant, since, whole } from '../lib/time.js';

const DAYS = 14;
const DAY_MS = 86_400_000;
const WIDTH = 600;
const LANE = 20;
const LANES = [
  ['broker', 'Broker'],
  ['sink', 'Sink'],
  ['store', 'Log'],
  ['unknown', 'Not known'],
];

class HearthOutages extends Part {
  static properties = {
    outages: { attribute: false },
    watched: { attribute: false },
    now: { attribute: false },
    tz: { attribute: false },
  };

  constructor() {
    super();
    /** @type {any[]|null} */ this.outages = null;
    /** @type {number|null} */ this.watched = null;
    /** @type {string|undefined} */ this.tz = undefined;
    this.now = 0;
  }

  render() {
    const { now } = this;
    const start = now - DAYS * DAY_MS;
    const seen = (this.outages ?? []).map((one) => ({
      ...one,
      from: instant(one.from) ?? start,
      to: one.standing ? now : (instant(one.to) ?? now),
    }));
    return html`<section class="card outages" aria-labelledby="days-title"><div class="bar"><h2 id="days-title">14 days</h2><p class="hint">${this.outages ? this.share(seen, start) : 'not known yet'}</p></div>
      <figure aria-label="When broker, sink and log were away, in 14 days" aria-details="days-table">
        <div class="lanes" aria-hidden="true">${LANES.map(([, name]) => html`<span>${name}</span>`)}</div>
        <svg viewBox="0 0 ${WIDTH} ${LANES.length * LANE}" preserveAspectRatio="none" aria-hidden="true">${LANES.map(([cause], at) => this.lane(cause, at, seen, start))}${days(start, now, this.tz).map(({ x }) => svg`<path class="day" d="M${x} 0V${LANES.length * LANE}"/>`)}</svg>
        <div class="dates" aria-hidden="true">${days(start, now, this.tz).map(({ x, name }) => html`<span .style=${`left:min(${(100 * x) / WIDTH}%, 100% - 44px)`}>${name}</span>`)}</div>
      </figure>
      <details id="days-table"><summary>As a table</summary>${seen.length ? this.table(seen) : html`<p class="hint">No outage.</p>`}</details></section>`;
  }

  /** @param {string} cause @param {number} at @param {any[]} seen @param {number} start */
  lane(cause, at, seen, start) {
    const x = (/** @type {number} */ t) => (WIDTH * (Math.max(t, start) - start)) / (this.now - start);
    const up = this.watched === null ? WIDTH : x(this.watched);
    return svg`<path class="none" d="M0 ${at * LANE + 10}H${up}"/><rect class="up" x=${up} y=${at * LANE + 4} width=${Math.max(cause === 'unknown' ? 0 : 2, WIDTH - up)} height="12"/>
      ${seen.filter((one) => one.cause === cause).map((one) => svg`<rect class="out ${cause}" x=${Math.min(x(one.from), WIDTH - 4)} y=${at * LANE + 3} width=${Math.max(4, x(one.to) - x(one.from))} height="14" fill="url(#gap-${cause})"><title>${one.sentence}</title></rect>`)}`;
  }

  /** Of the time that the sink's own log covers; before that nobody can say. @param {any[]} seen @param {number} start */
  share(seen, start) {
    if (this.watched === null) return 'The sink has not told of itself yet.';
    const from = Math.max(this.watched, start);
    const away =
      causes({ gaps: [...seen.map((one) => ({ ...one, cause: 'any' }))], start: from, end: this.now })[0]?.lasted ?? 0;
    const share = 100 * (1 - away / Math.max(1, this.now - from));
    const whole = away
      ? `${Math.min(99.99, share).toFixed(2)} % of the time everything ran`
      : 'Everything ran all the time';
    return from > start ? `${whole} since ${since(from, this.now, this.tz)}` : whole;
  }

  /** @param {any[]} seen */
  table(seen) {
    return html`<table><thead><tr><th scope="col">From</th><th scope="col">Lasted</th><th scope="col">What it was</th></tr></thead><tbody>${seen
      .toReversed()
      .map(
        (one) =>
          html`<tr><td><time datetime=${new Date(one.from).toISOString()}>${whole(one.from, this.tz)}</time></td><td>${duration(one.to - one.from)}</td><td>${one.sentence}</td></tr>`,
      )}</tbody></table>`;
  }
}

/** Midnights, a name for each second one. @param {number} start @param {number} now @param {string=} tz */
function days(start, now, tz) {
  const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: tz });
  const hours = new Intl.DateTimeFormat('en-GB', {
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
    timeZone: tz,
  });
  const parts = hours.format(now).split(':').map(Number);
  const midnight = now - (parts[0] * 60 + parts[1]) * 60_000;
  return Array.from({ length: DAYS }, (_, back) => midnight - (DAYS - 1 - back) * DAY_MS)
    .filter((t) => t > start)
    .map((t, at) => ({ x: (WIDTH * (t - start)) / (now - start), name: at % 2 ? '' : format.format(t + DAY_MS / 2) }));
}

customElements.define('hearth-outages', HearthOutages);

// @ts-check
// hearth-behind: how far behind each stage is, all on one logarithmic axis from 1 ms to 1 day.

import { html } from '../vendor/lit.js';
import { Part } from './part.js';
import { along, BEHIND, quantity } from '../lib/health_words.js';

const TICKS = /** @type {[number, string][]} */ ([
  [1, '1 ms'],
  [10, '10 ms'],
  [100, '0.1 s'],
  [1_000, '1 s'],
  [10_000, '10 s'],
  [60_000, '1 min'],
  [600_000, '10 min'],
  [3_600_000, '1 h'],
  [86_400_000, '1 day'],
]);
/** Of the axis: nearer than this, two names share one label. */
const APART = 0.15;

class HearthBehind extends Part {
  static properties = { behind: { attribute: false } };

  constructor() {
    super();
    /** @type {{stage: string, seconds: number|null}[]} */ this.behind = [];
  }

  render() {
    const known = this.behind.flatMap(({ stage, seconds }) =>
      seconds === null ? [] : [{ stage, ms: seconds * 1000, at: along(seconds * 1000) }],
    );
    known.sort((a, b) => a.ms - b.ms);
    return html`<section class="card behind" aria-labelledby="behind-title"><h2 id="behind-title">How far behind</h2>
      <div class="axis" aria-hidden="true">
        ${TICKS.map(([ms, name]) => html`<span class="tick" .style=${`left:${100 * along(ms)}%`}>${name}</span>`)}
        ${known.map(({ at }) => html`<span class="point" .style=${`left:${100 * at}%`}></span>`)}
        ${grouped(known).map(({ at, words }) => html`<span class="label ${at > 0.85 ? 'end' : at < 0.08 ? 'begin' : ''}" .style=${`left:${100 * at}%`}>${words}</span>`)}
      </div>
      <ul class="spans">${known.map(({ stage, ms }) => html`<li><span>${BEHIND[stage] ?? stage}</span> <b>${lag(ms)}</b></li>`)}</ul>
    </section>`;
  }
}

/** @param {{stage: string, ms: number, at: number}[]} known in order */
function grouped(known) {
  /** @type {{at: number, words: string}[]} */
  const groups = [];
  for (const { stage, ms, at } of known) {
    const words = `${BEHIND[stage] ?? stage} ${lag(ms)}`;
    const last = groups.at(-1);
    if (last && at - last.at < APART) last.words += ` · ${words}`;
    else groups.push({ at, words });
  }
  return groups;
}

/** @param {number} ms */
function lag(ms) {
  return ms < 1 ? 'under 1 ms' : quantity({ value: ms, unit: 'ms' })[0];
}

customElements.define('hearth-behind', HearthBehind);

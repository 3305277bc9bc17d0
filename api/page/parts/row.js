// @ts-check
// hearth-row: one series: its state, name, last six hours, value and age. A press opens the message behind it, on its picture its history.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { sign } from './sign.js';
import { age, duration, whole } from '../lib/time.js';
import { format } from '../lib/url.js';
import { brief, value } from '../lib/words.js';

const WORDS = { live: '', batch: 'caught up in a batch, ', late: 'late, ', silent: 'silent, ', never: 'never heard, ' };
/** A value that changed more often than text may change is shown with its rate instead of its age. */
const FAST_PER_S = 4;

class HearthRow extends Part {
  static properties = { series: { attribute: false }, now: { attribute: false }, tz: { attribute: false } };

  constructor() {
    super();
    this.series = /** @type {import('../lib/home.js').Series} */ (/** @type {unknown} */ (null));
    this.now = 0;
    /** @type {string|undefined} */ this.tz = undefined;
  }

  render() {
    const { series, now } = this;
    const { text, unit, exact } = series.last ? value(series.last) : { text: '–', unit: '', exact: 'no value' };
    // Words are given the room of the picture that they do not have.
    const plain = !series.points.length && typeof series.last?.value === 'string';
    const said = series.field ? `${series.topic} ${series.field}` : series.topic;
    return html`<button class="row ${series.state}" title=${said} ?disabled=${!series.last} @click=${this.open}>
      ${sign(series.state)}<span class="aside">${WORDS[series.state]}</span>
      <span class="name">${brief(series.name)}</span>
      ${plain ? nothing : html`<hearth-spark .series=${series} .now=${now}></hearth-spark>`}
      <span class="value ${plain ? 'text' : ''}" title=${exact}><b>${text}</b>${unit && unit.toLowerCase() !== series.name.toLowerCase() ? html`<i>${unit}</i>` : nothing}</span>
      ${this.age()}
    </button>${plain ? nothing : html`<a class="to-past" href=${format({ screen: 'history', filters: [series.topic], tz: this.tz, past: series.fields > 1 ? { field: [series.field] } : {} })} title="History" aria-label="History of ${series.room.title} ${series.name}"></a>`}`;
  }

  age() {
    const { lastMs, usualMs, recent } = this.series;
    if (lastMs === null) return html`<span class="age"></span>`;
    const rate = recent.filter((/** @type {number} */ at) => at > this.now - 1_000).length;
    const usual = usualMs ? `, usually every ${duration(usualMs)}` : '';
    return html`<time class="age" datetime=${new Date(lastMs).toISOString()} title="${whole(lastMs, this.tz)}${usual}">
      ${rate > FAST_PER_S ? `${rate}/s` : age(this.now - lastMs)}</time>`;
  }

  open() {
    const { topic, last } = this.series;
    if (!last) return;
    this.dispatchEvent(
      new CustomEvent('message', {
        bubbles: true,
        detail: { topic, recno: last.recno, logged_time: last.logged_time },
      }),
    );
  }
}

customElements.define('hearth-row', HearthRow);

// @ts-check
// hearth-row: one series: its state, name, last six hours, value and age. A press opens the message behind it, on its picture its history.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { sign } from './sign.js';
import { serverNow } from '../lib/api.js';
import { age, duration, whole } from '../lib/time.js';
import { format } from '../lib/url.js';
import { brief, value } from '../lib/words.js';

const WORDS = { live: '', batch: 'caught up in a batch, ', late: 'late, ', silent: 'silent, ', never: 'never heard, ' };
/** A value that changed more often than text may change is shown with its rate instead of its age. */
const FAST_PER_S = 4;

/** So many letters fit beside a picture. */
const SHORT = 9;
const ROUND_MS = 250;
const TURNS = 4;
/** @type {Set<HearthRow>} */
const rows = new Set();
let made = 0;

/** Rows in turn: the text of each changes at most four times a second, and no frame has to draw all that changed. */
export class Turns {
  /** @param {() => void} round called before each round of the rows */
  constructor(round) {
    this.round = round;
    this.due = this.count = 0;
    /** @type {ReturnType<typeof setInterval>|undefined} */ this.timer = undefined;
  }

  /** Look at every row once more. */
  start() {
    this.due = TURNS;
    this.timer ??= setInterval(() => this.turn(), ROUND_MS / TURNS);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  turn() {
    this.count += 1;
    this.due -= 1;
    if (!this.due) this.stop();
    const turn = this.count % TURNS;
    if (!turn) this.round();
    for (const row of rows) if (row.turn === turn) row.requestUpdate();
  }
}

class HearthRow extends Part {
  static properties = { series: { attribute: false }, tz: { attribute: false } };

  constructor() {
    super();
    this.series = /** @type {import('../lib/home.js').Series} */ (/** @type {unknown} */ (null));
    this.now = 0;
    this.drawn = '';
    this.turn = made++ % TURNS;
    /** @type {string|undefined} */ this.tz = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    rows.add(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    rows.delete(this);
  }

  /** Only where it would look another. @param {Map<string, unknown>} changed */
  shouldUpdate(changed) {
    this.now = serverNow();
    const { last, state, name, offline, points, turns, gaps } = this.series;
    const drawn = `${last?.recno} ${state} ${name} ${offline} ${points.length} ${turns.length} ${gaps.length} ${this.aged()} ${Math.floor(this.now / 60_000)}`;
    if (!changed.size && drawn === this.drawn) return false;
    this.drawn = drawn;
    return true;
  }

  render() {
    const { series, now } = this;
    const { text, unit, exact } = series.last
      ? value({ ...series.last, deviceClass: series.deviceClass })
      : { text: '–', unit: '', exact: 'no value' };
    // Words that need it are given the room of the picture.
    const plain = !series.points.length && typeof series.last?.value === 'string' && text.length > SHORT;
    const said = series.field ? `${series.topic} ${series.field}` : series.topic;
    return html`<button class="row ${series.state}" title=${said} ?disabled=${!series.last} @click=${this.open}>
      ${sign(series.state)}<span class="aside">${WORDS[series.state]}</span>
      <span class="name">${brief(series.name)}${series.offline ? html` <em class="off">offline</em>` : nothing}</span>
      ${plain ? nothing : html`<hearth-spark .series=${series} .now=${now}></hearth-spark>`}
      <span class="cell ${plain ? 'text' : ''}"><span class="value" title=${exact}><b>${text}</b>${unit && unit.toLowerCase() !== series.name.toLowerCase() ? html`<i>${unit}</i>` : nothing}</span></span>
      <span class="cell">${this.age()}</span>
    </button>${plain ? nothing : html`<a class="to-past" href=${format({ screen: 'history', filters: [series.topic], tz: this.tz, past: series.fields > 1 ? { field: [series.field] } : {} })} title="History" aria-label="History of ${series.room.title} ${series.name}"></a>`}`;
  }

  age() {
    const { lastMs, usualMs } = this.series;
    if (lastMs === null) return nothing;
    const usual = usualMs ? `, usually every ${duration(usualMs)}` : '';
    return html`<time class="age" datetime=${new Date(lastMs).toISOString()} title="${whole(lastMs, this.tz)}${usual}">${this.aged()}</time>`;
  }

  aged() {
    const { lastMs, recent } = this.series;
    if (lastMs === null) return '';
    const rate = recent.filter((/** @type {number} */ at) => at > this.now - 1_000).length;
    return rate > FAST_PER_S ? `${rate}/s` : age(this.now - lastMs);
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

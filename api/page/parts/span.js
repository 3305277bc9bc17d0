// @ts-check
// hearth-span: which stretch of time, by whose clock, as known when, and as what: the bar above History.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { pastIcon } from './past_icons.js';
import { icon } from './sign.js';
import { serverNow } from '../lib/api.js';
import { presetOf, PRESETS } from '../lib/presets.js';
import { iso, moved, spanWords } from '../lib/span.js';

const NAMES = { '1h': '1 h', '6h': '6 h', '1d': 'day', '1w': 'week', '30d': 'month' };
const VIEWS = /** @type {const} */ (['chart', 'messages', 'table']);

class HearthSpan extends Part {
  static properties = { span: { attribute: false }, stretch: { attribute: false }, tz: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../lib/span.js').Span} */ this.span = /** @type {any} */ (null);
    /** @type {{start: number, end: number, now: number}} */ this.stretch = { start: 0, end: 1, now: 1 };
    /** @type {string|undefined} */ this.tz = undefined;
  }

  render() {
    const { span, tz } = this;
    const { start, end } = this.stretch;
    return html`<div class="span" role="group" aria-label="What is shown">
      <div class="group">
        <button class="tool" aria-label="Earlier" title="Earlier (,)" @click=${() => this.step(-1)}>${pastIcon('left')}</button>
        <details class="pop"><summary title="Choose a beginning and an end"><span>${spanWords(start, end, tz)}</span>${tz ? html` <i>${tz.split('/').at(-1)}</i>` : nothing}</summary>
          <form class="card" @submit=${this.choose}><div class="narrow">${this.presets()}${this.clocks()}</div>
            <label>From <input type="datetime-local" name="start" step="1" required .value=${local(start)}></label>
            <label>To <input type="datetime-local" name="end" step="1" .value=${span.living ? '' : local(end)}></label>
            <p class="hint">Without an end it goes on with what comes. By this browser’s clock.</p>
            <button class="button" type="submit">Show</button></form></details>
        <button class="tool" aria-label="Later" title="Later (.)" ?disabled=${span.living} @click=${() => this.step(1)}>${pastIcon('right')}</button>
      </div>
      <div class="group wide">${this.presets()}${this.clocks()}</div>
      <div class="choose views" role="group" aria-label="Show as">${VIEWS.map((one) => html`<button aria-pressed=${span.show === one ? 'true' : 'false'} @click=${() => this.go({ view: one === 'chart' ? [] : [one] })}>${one[0].toUpperCase() + one.slice(1)}</button>`)}</div>
      <div class="group links">
        <button class="button" title="The requests behind this screen" @click=${() => this.say('recipe', '')}>${icon('code')}<span>API</span></button>
        <button class="button main" title="The same picture for ever (c)" @click=${() => this.say('link', false)}>${pastIcon('link')}<span>Copy link</span></button>
        <button class="button" title="A link that keeps to the present" aria-label="Copy living link" @click=${() => this.say('link', true)}>${pastIcon('live')}</button>
      </div></div>`;
  }

  presets() {
    const { span, tz } = this;
    return html`<div class="choose" role="group" aria-label="How long">${PRESETS.map((one) => html`<button type="button" aria-pressed=${span.startText === `-${one}` && span.living ? 'true' : 'false'} @click=${() => this.go(presetOf(one, serverNow(), tz))}>${NAMES[/** @type {'1h'} */ (one)] ?? one}</button>`)}</div>`;
  }

  /** By whose clock, and what was known. */
  clocks() {
    const { span } = this;
    return html`<label class="by"><span>by</span> <select aria-label="By which clock" @change=${(/** @type {any} */ event) => this.go({ by: event.target.value === 'device' ? [] : [event.target.value] })}>
        <option value="device" ?selected=${span.by === 'device'}>device clock</option><option value="logged" ?selected=${span.by === 'logged'}>time of logging</option></select></label>
      <button type="button" class="button known" aria-pressed=${span.at ? 'true' : 'false'} title="Take back what arrived later (a)" @click=${() => this.say('known', null)}>as known <b>${span.at ? 'then' : 'now'}</b></button>`;
  }

  /** @param {number} direction */
  step(direction) {
    const { start, end } = this.stretch;
    const by = (end - start) * direction;
    this.go(moved(start + by, Math.min(end + by, serverNow()), serverNow()));
  }

  /** @param {SubmitEvent} event */
  choose(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const found = new FormData(form);
    const [start, end] = ['start', 'end'].map((name) => Date.parse(String(found.get(name))));
    if (Number.isNaN(start)) return;
    this.go({ start: [iso(start)], end: Number.isNaN(end) ? [] : [iso(end)] });
  }

  /** @param {Record<string, string[]>} change */
  go(change) {
    const pop = /** @type {HTMLDetailsElement|null} */ (this.querySelector('details.pop'));
    if (pop) pop.open = false;
    this.say('past', change);
  }

  /** @param {string} name @param {unknown} detail */
  say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

/** As the browser's own field wants it. @param {number} ms */
function local(ms) {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

customElements.define('hearth-span', HearthSpan);

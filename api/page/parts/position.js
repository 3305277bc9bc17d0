// @ts-check
// hearth-position: a slider over positions. Moving it back takes away what had not arrived yet.

import { html } from '../vendor/lit.js';
import { Part } from './part.js';
import { clock, whole } from '../lib/time.js';

const STEPS = 1_000;

class HearthPosition extends Part {
  static properties = {
    stretch: { attribute: false },
    at: { attribute: false },
    latest: { attribute: false },
    tz: { attribute: false },
  };

  constructor() {
    super();
    /** @type {{start: number, end: number, now: number}} */ this.stretch = { start: 0, end: 1, now: 1 };
    /** @type {number|null} */ this.at = null;
    this.latest = 0;
    /** @type {string|undefined} */ this.tz = undefined;
  }

  /** From the beginning of the stretch to now: what arrived after its end may belong in it. */
  get bounds() {
    return { from: Math.min(this.stretch.start, this.at ?? this.latest), to: this.latest };
  }

  render() {
    const { from, to } = this.bounds;
    const place = Math.round((((this.at ?? to) - from) / Math.max(1, to - from)) * STEPS);
    return html`<div class="known-bar ${this.at ? 'set' : ''}" role="group" aria-label="As known">
      <label for="known">As known</label>
      <time>${clock(from, this.tz).slice(0, 5)}</time>
      <input id="known" type="range" min="0" max=${STEPS} .value=${String(place)} aria-valuetext=${this.at ? whole(this.at, this.tz) : 'now'} @change=${this.moved}>
      <time>now</time></div>`;
  }

  /** @param {Event} event */
  moved(event) {
    const place = Number(/** @type {HTMLInputElement} */ (event.target).value);
    const { from, to } = this.bounds;
    const ms = place >= STEPS ? null : Math.round(from + (place / STEPS) * (to - from));
    this.dispatchEvent(new CustomEvent('at', { bubbles: true, detail: ms }));
  }
}

customElements.define('hearth-position', HearthPosition);

// @ts-check
// hearth-axis: the one time axis under all plots, by whose clock it runs, and the instant under the cursor.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { clock, day, since } from '../lib/time.js';

const BUBBLE = 34;

class HearthAxis extends Part {
  static properties = { scene: { attribute: false }, by: { attribute: false } };

  constructor() {
    super();
    /** @type {import('./plots.js').Scene} */ this.scene = /** @type {any} */ (null);
    this.by = 'device';
  }

  /** @param {number} t */
  x(t) {
    const { start, end, gutter, right, width } = this.scene;
    return gutter + ((t - start) / (end - start)) * (width - gutter - right);
  }

  render() {
    const { ticks, gutter, width, right } = this.scene;
    return html`<div class="axis" title="By the ${this.by === 'device' ? 'device’s clock' : 'time of logging'}. Drag to move.">
      <span class="by">${this.by === 'device' ? 'device' : 'logged'}</span>
      <ol aria-hidden="true">${ticks.map(({ t, text, strong }) => {
        const x = this.x(t);
        return x < gutter || x > width - right - 12
          ? nothing
          : html`<li class=${strong ? 'strong' : ''} .style=${`left:${x}px`}>${text}</li>`;
      })}</ol><span class="bubble" aria-hidden="true" hidden></span></div>`;
  }

  /** @param {import('./plots.js').Scene} scene */
  slide(scene) {
    this.scene = scene;
  }

  /** @param {number|null} t */
  point(t) {
    const bubble = /** @type {HTMLElement|null} */ (this.querySelector('.bubble'));
    if (!bubble) return;
    bubble.hidden = t === null;
    if (t === null) return;
    bubble.textContent = words(t, this.scene.now, this.scene.tz);
    bubble.style.left = `${Math.min(Math.max(this.x(t), BUBBLE), this.scene.width - BUBBLE)}px`;
  }
}

/** The instant under the cursor, as its bubble says it. @param {number} ms @param {number} now @param {string=} tz */
function words(ms, now, tz) {
  return day(ms, tz) === day(now, tz) ? clock(ms, tz) : since(ms, now, tz).replace(/\d\d:\d\d$/, clock(ms, tz));
}

customElements.define('hearth-axis', HearthAxis);

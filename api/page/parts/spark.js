// @ts-check
// hearth-spark: six hours of a series in 72 by 20 pixels, with its gaps.

import { html, svg, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { bands, shape } from '../lib/spark.js';

const BOX = { width: 72, height: 20 };
const WINDOW_MS = 6 * 3_600_000;
const REST_MS = 15_000;

class HearthSpark extends Part {
  static properties = { series: { attribute: false }, now: { attribute: false } };

  constructor() {
    super();
    this.series = /** @type {import('../lib/home.js').Series} */ (/** @type {unknown} */ (null));
    this.now = 0;
    this.drawn = '';
    this.moment = Math.random() * REST_MS;
  }

  /**
   * The picture moves by one pixel in five minutes. A new stroke or a wider one is drawn at once, where the end of the line
   * stands within it now and then, each spark at its own moment.
   * @param {Map<string, unknown>} changed
   */
  shouldUpdate(changed) {
    const { key, points, turns, gaps } = this.series;
    const last = points.at(-1);
    const turn = Math.floor((this.now + this.moment) / REST_MS);
    const drawn = `${key} ${points.length} ${last?.low} ${last?.high} ${turns.length} ${turns.at(-1)?.t} ${gaps.length} ${turn}`;
    if (!changed.has('series') && drawn === this.drawn) return false;
    this.drawn = drawn;
    return true;
  }

  render() {
    const { points, turns, gaps, last } = this.series;
    if (!points.length && !turns.length && !gaps.length)
      return html`<svg class="spark" viewBox="0 0 72 20" aria-hidden="true"></svg>`;
    const steps = typeof last?.value === 'boolean';
    const box = { ...BOX, from: this.now - WINDOW_MS, to: this.now };
    const drawn = points.length ? shape(points, gaps, { ...box, steps, now: last?.value }) : bands(turns, gaps, box);
    return html`<svg class="spark" viewBox="0 0 72 20" aria-hidden="true">
      ${drawn.holes.map((hole) => svg`<rect class="hole" x=${hole.x} y="1" width=${hole.width} height="18" fill="url(#gap-${cause(hole.cause)})"/>`)}
      ${drawn.base ? svg`<path class="base" d=${drawn.base}/>` : nothing}
      ${drawn.others.map((mark) => svg`<rect class="mark other" x=${mark.x} y="4" width=${mark.width} height="12"/>`)}
      ${drawn.marks.map((mark) => svg`<rect class="mark" x=${mark.x} y="4" width=${mark.width} height="12"/>`)}
      ${drawn.line ? svg`<path class="line" d=${drawn.line}/>` : nothing}
      ${drawn.end ? svg`<circle class="end" cx=${drawn.end.x} cy=${drawn.end.y} r="1.6"/>` : nothing}
    </svg>`;
  }
}

/** @param {string} name */
function cause(name) {
  return ['device', 'broker', 'sink'].includes(name) ? name : 'unknown';
}

customElements.define('hearth-spark', HearthSpark);

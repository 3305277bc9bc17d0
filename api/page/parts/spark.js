// @ts-check
// hearth-spark: six hours of a series in 72 by 20 pixels, with its gaps.

import { html, svg, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { shape } from '../lib/spark.js';

const BOX = { width: 72, height: 20 };
const WINDOW_MS = 6 * 3_600_000;

class HearthSpark extends Part {
  static properties = { series: { attribute: false }, now: { attribute: false } };

  constructor() {
    super();
    this.series = /** @type {import('../lib/home.js').Series} */ (/** @type {unknown} */ (null));
    this.now = 0;
    this.drawn = '';
  }

  /** The picture moves by one pixel in five minutes; only a new point asks for another. @param {Map<string, unknown>} changed */
  shouldUpdate(changed) {
    const last = this.series.points.at(-1);
    const drawn = `${this.series.key} ${this.series.points.length} ${last?.t} ${this.series.gaps.length} ${Math.floor(this.now / 60_000)}`;
    if (changed.has('series') || drawn !== this.drawn) {
      this.drawn = drawn;
      return true;
    }
    return false;
  }

  render() {
    const { points, gaps, last } = this.series;
    if (!points.length && !gaps.length) return html`<svg class="spark" viewBox="0 0 72 20" aria-hidden="true"></svg>`;
    const steps = typeof last?.value === 'boolean';
    const drawn = shape(points, gaps, { ...BOX, from: this.now - WINDOW_MS, to: this.now, steps, now: last?.value });
    return html`<svg class="spark" viewBox="0 0 72 20" aria-hidden="true">
      ${drawn.holes.map((hole) => svg`<rect class="hole" x=${hole.x} y="1" width=${hole.width} height="18" fill="url(#gap-${cause(hole.cause)})"/>`)}
      ${drawn.base ? svg`<path class="base" d=${drawn.base}/>` : nothing}
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

/** The textures of whose silence it was, once a page. */
export const textures = html`<svg class="textures" width="0" height="0" aria-hidden="true"><defs>
  <pattern id="gap-device" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="t-device" d="M0 0V5"/></pattern>
  <pattern id="gap-broker" width="4" height="4" patternUnits="userSpaceOnUse"><path class="t-broker" d="M0 1H4"/></pattern>
  <pattern id="gap-sink" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="t-sink" d="M0 0V5M0 0H5"/></pattern>
  <pattern id="gap-unknown" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="t-unknown" width="4" height="4"/></pattern>
</defs></svg>`;

customElements.define('hearth-spark', HearthSpark);

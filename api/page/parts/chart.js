// @ts-check
// hearth-chart: the series of one unit over time. One uPlot, kept alive; it draws the axis, our pen draws the lines.

import { html, nothing } from '../vendor/lit.js';
import uPlot from '../vendor/uplot.js';
import { Part } from './part.js';
import { icon } from './sign.js';
import { over, under } from './panel_paint.js';
import { standAt } from '../lib/lines.js';
import { baseHeight } from '../lib/panels.js';
import { pieces, trace } from '../lib/trace.js';
import { number, together } from '../lib/words.js';

const LABELLED = 5;
const FAR = 1e15;

class HearthChart extends Part {
  static properties = { panel: { attribute: false }, scene: { attribute: false }, table: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../lib/panels.js').Panel} */ this.panel = { key: '', title: '', unit: '', drawn: [] };
    /** @type {import('./plots.js').Scene} */ this.scene = /** @type {any} */ (null);
    this.table = '';
    /** @type {any} */ this.u = null;
    this.made = '';
  }

  get drawn() {
    return this.panel.drawn.filter(({ line }) => !this.scene.hide.has(line.key));
  }

  get height() {
    return Math.round(baseHeight(this.panel) * this.scene.tall);
  }

  render() {
    const { title, unit, drawn } = this.panel;
    return html`<figure class="panel" tabindex="0" aria-label=${this.words()} aria-details=${this.table} data-panel=${title}>
      <figcaption>${title}${unit && unit.toLowerCase() !== title.toLowerCase() ? html`, <i>${unit}</i>` : nothing}
        <button class="tool api" aria-label="The request behind ${title}" title="The request" @click=${() => this.dispatchEvent(new CustomEvent('recipe', { bubbles: true, detail: title }))}>${icon('code')}</button></figcaption>
      <div class="plot"></div>
      <div class="points" aria-hidden="true">${drawn.map(({ colour }) => html`<span class="point c${colour}" hidden></span>`)}</div>
    </figure>`;
  }

  /** The chart in one sentence. */
  words() {
    const { title, unit } = this.panel;
    const drawn = this.drawn;
    const [low, high] = this.range();
    const silent = drawn.reduce((sum, { line }) => sum + line.gaps.length, 0);
    const range =
      low <= high
        ? `${together({ text: number(low), unit: '' })} to ${together({ text: number(high), unit })}`
        : 'no values';
    const silences = silent === 0 ? 'no silence' : silent === 1 ? 'one silence' : `${silent} silences`;
    return `${title}, ${this.scene.words}, ${range}, ${silences}`;
  }

  range() {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    const { start, end } = this.scene;
    for (const { line } of this.drawn)
      for (const [at, t] of line.x.entries())
        if (t <= end && line.lastX[at] >= start) {
          low = Math.min(low, line.min[at]);
          high = Math.max(high, line.max[at]);
        }
    return [low, high];
  }

  updated() {
    const { width, gutter } = this.scene;
    const key = JSON.stringify([gutter, this.panel.drawn.map(({ line, dash }) => [line.key, dash])]);
    if (key !== this.made) {
      this.u?.destroy();
      this.u = null;
      this.made = key;
    }
    const [low, high] = this.range();
    const data = [
      [this.scene.start, this.scene.end],
      ...this.panel.drawn.map(() => (low <= high ? [low, high] : [null, null])),
    ];
    if (!this.u) this.u = new uPlot(this.options(), data, /** @type {HTMLElement} */ (this.querySelector('.plot')));
    else {
      if (this.u.width !== width || this.u.height !== this.height) this.u.setSize({ width, height: this.height });
      this.u.setData(data);
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.u?.destroy();
    this.u = null;
    this.made = '';
  }

  options() {
    const { width, gutter } = this.scene;
    const paint = (/** @type {(scene: any) => void} */ how) => (/** @type {any} */ u) =>
      how({
        ...this.scene,
        u,
        drawn: this.drawn,
        label: this.panel.drawn.length >= LABELLED,
        titled: this.querySelector('figcaption')?.clientWidth ?? 0,
      });
    return {
      width,
      height: this.height,
      ms: 1,
      padding: [6, this.scene.right, 2, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [this.scene.start, this.scene.end] } },
      axes: [
        { show: false },
        {
          size: gutter,
          gap: 6,
          space: 26,
          font: `11px ${this.scene.colours.font}`,
          stroke: () => this.scene.colours.ink3,
          grid: { stroke: () => this.scene.colours.rule, width: 1 },
          ticks: { show: false },
          values: (/** @type {any} */ _, /** @type {number[]} */ splits) =>
            splits.map((one) => (Math.abs(one) < FAR ? number(one) : one.toExponential())),
        },
      ],
      series: [{}, ...this.panel.drawn.map((_, at) => this.series(at))],
      hooks: { drawClear: [paint(under)], draw: [paint(over)] },
    };
  }

  /** @param {number} at */
  series(at) {
    const { dash } = this.panel.drawn[at];
    return {
      stroke: () => this.scene.colours[`s${this.panel.drawn[at].colour}`],
      width: 1.4,
      ...(dash ? { dash: [5, 3] } : {}),
      points: { show: false },
      paths: (/** @type {any} */ u) => this.path(u, this.panel.drawn[at].line),
    };
  }

  /** @param {any} u @param {import('../lib/lines.js').Line} line */
  path(u, line) {
    if (this.scene.hide.has(line.key)) return null;
    const stroke = new Path2D();
    const clip = new Path2D();
    const { start, end, now } = this.scene;
    const x = (/** @type {number} */ t) => u.valToPos(t, 'x', true);
    const gaps = line.gaps.map((gap) => ({ ...gap, to: gap.standing ? Math.max(gap.to, now) : gap.to }));
    trace(
      { ...line, gaps },
      { move: (px, py) => stroke.moveTo(px, py), to: (px, py) => stroke.lineTo(px, py) },
      x,
      (v) => u.valToPos(v, 'y', true),
    );
    for (const { from, to } of pieces(gaps, start, end)) clip.rect(x(from), u.bbox.top, x(to) - x(from), u.bbox.height);
    return { stroke, fill: null, clip, band: null, gaps: null, flags: 1 };
  }

  /** Put the dots under the cursor: nowhere in a silence. @param {number|null} t */
  mark(t) {
    const dots = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('.point')]);
    for (const [at, { line }] of this.panel.drawn.entries()) {
      const stand = t === null || this.scene.hide.has(line.key) ? null : standAt(line, t, this.scene.step);
      const shown = this.u && stand && !stand.gap && typeof stand.value === 'number' && dots[at];
      if (dots[at]) dots[at].hidden = !shown;
      if (!shown || t === null) continue;
      // On the value itself, which was said at or before the cursor, not on the line between it and the next.
      const [x, y] = [
        this.u.valToPos(Math.max(stand.t, this.scene.start), 'x') + this.u.bbox.left / devicePixelRatio,
        this.u.valToPos(stand.value, 'y') + this.u.bbox.top / devicePixelRatio,
      ];
      dots[at].style.transform = `translate(${x}px, ${y}px)`;
    }
  }
}

customElements.define('hearth-chart', HearthChart);

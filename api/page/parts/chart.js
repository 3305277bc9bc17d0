// @ts-check
// hearth-chart: the series of one unit over time. One uPlot, kept alive; it draws the axis, our pen draws the lines.

import { html, nothing } from '../vendor/lit.js';
import uPlot from '../vendor/uplot.js';
import { drawn } from './in_turn.js';
import { Part } from './part.js';
import { icon } from './sign.js';
import { over, under } from './panel_paint.js';
import { pieces, standAt, trace } from '../lib/lines.js';
import { baseHeight } from '../lib/panels.js';
import { number } from '../lib/words.js';

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
    /** @type {import('./plots.js').Scene|undefined} */ this.moving = undefined;
    /** @type {any[]} */ this.data = [];
    this.low = this.high = 0;
  }

  /** What is drawn: the scene, or where a hand is moving it. @returns {import('./plots.js').Scene} */
  get seen() {
    return this.moving ?? this.scene;
  }

  get drawn() {
    return this.panel.drawn.filter(({ line }) => !this.seen.hide.has(line.key));
  }

  get height() {
    return Math.round(baseHeight(this.panel) * this.seen.tall);
  }

  render() {
    const { title, unit, drawn } = this.panel;
    return html`<figure class="panel" tabindex="0" aria-label=${this.scene.tell?.(this) ?? this.panel.title} aria-details=${this.table} data-panel=${title}>
      <figcaption>${title}${unit && unit.toLowerCase() !== title.toLowerCase() ? html`, <i>${unit}</i>` : nothing}
        <button class="tool api" aria-label="The request behind ${title}" title="The request" @click=${() => this.dispatchEvent(new CustomEvent('recipe', { bubbles: true, detail: title }))}>${icon('code')}</button></figcaption>
      <div class="plot"></div>
      <div class="points" aria-hidden="true">${drawn.map(({ colour }) => html`<span class="point c${colour}" hidden></span>`)}</div>
    </figure>`;
  }

  range() {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    const { start, end } = this.seen;
    for (const { line } of this.drawn)
      for (const [at, t] of line.x.entries())
        if (t <= end && line.lastX[at] >= start) {
          low = Math.min(low, line.min[at]);
          high = Math.max(high, line.max[at]);
        }
    return [low, high];
  }

  willUpdate() {
    this.moving = undefined;
    [this.low, this.high] = this.range();
  }

  /** Only the canvas, with the scale of values that it has. @param {import('./plots.js').Scene} scene */
  slide(scene) {
    scene.slide?.(this, scene);
  }

  updated() {
    const { width, gutter } = this.seen;
    const key = JSON.stringify([gutter, this.panel.drawn.map(({ line, dash }) => [line.key, dash])]);
    if (key !== this.made) {
      this.u?.destroy();
      this.u = null;
      this.made = key;
    }
    const { low, high } = this;
    this.data = [
      [this.seen.start, this.seen.end],
      ...this.panel.drawn.map(() => (low <= high ? [low, high] : [null, null])),
    ];
    if (!this.u)
      this.u = new uPlot(this.options(), this.data, /** @type {HTMLElement} */ (this.querySelector('.plot')));
    else if (this.u.width !== width || this.u.height !== this.height) this.u.setSize({ width, height: this.height });
    drawn(this, this.scene);
  }

  draw() {
    this.u?.setData(this.data);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.u?.destroy();
    this.u = null;
    this.made = '';
  }

  options() {
    const { width, gutter } = this.seen;
    const paint = (/** @type {(scene: any) => void} */ how) => (/** @type {any} */ u) =>
      how({
        ...this.seen,
        u,
        drawn: this.drawn,
        label: this.panel.drawn.length >= LABELLED,
        titled: this.querySelector('figcaption')?.clientWidth ?? 0,
      });
    return {
      width,
      height: this.height,
      ms: 1,
      padding: [6, this.seen.right, 2, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [this.seen.start, this.seen.end] } },
      axes: [
        { show: false },
        {
          size: gutter,
          gap: 6,
          space: 26,
          font: `11px ${this.seen.colours.font}`,
          stroke: () => this.seen.colours.ink3,
          grid: { stroke: () => this.seen.colours.rule, width: 1 },
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
      stroke: () => this.seen.colours[`s${this.panel.drawn[at].colour}`],
      width: 1.4,
      ...(dash ? { dash: [5, 3] } : {}),
      points: { show: false },
      paths: (/** @type {any} */ u) => this.path(u, this.panel.drawn[at].line),
    };
  }

  /** @param {any} u @param {import('../lib/lines.js').Line} line */
  path(u, line) {
    if (this.seen.hide.has(line.key)) return null;
    const stroke = new Path2D();
    const clip = new Path2D();
    const { start, end, now } = this.seen;
    const x = (/** @type {number} */ t) => u.valToPos(t, 'x', true);
    const gaps = line.gaps.map((gap) => ({ ...gap, to: gap.standing ? Math.max(gap.to, now) : gap.to }));
    trace(
      { ...line, gaps },
      { move: (px, py) => stroke.moveTo(px, py), to: (px, py) => stroke.lineTo(px, py) },
      x,
      (v) => u.valToPos(v, 'y', true),
    );
    // Without a gap the chart's own box is enough, and cheaper.
    const cut = gaps.some((gap) => gap.to > start && gap.from < end);
    for (const { from, to } of cut ? pieces(gaps, start, end) : [])
      clip.rect(x(from), u.bbox.top, x(to) - x(from), u.bbox.height);
    return { stroke, fill: null, clip: cut ? clip : null, band: null, gaps: null, flags: 1 };
  }

  /** Put the dots under the cursor: nowhere in a silence. @param {number|null} t */
  mark(t) {
    const dots = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('.point')]);
    for (const [at, { line }] of this.panel.drawn.entries()) {
      const stand = t === null || this.seen.hide.has(line.key) ? null : standAt(line, t, this.seen.step);
      const shown = this.u && stand && !stand.gap && typeof stand.value === 'number' && dots[at];
      if (dots[at]) dots[at].hidden = !shown;
      if (!shown || t === null) continue;
      // On the value itself, which was said at or before the cursor, not on the line between it and the next.
      const { start, end, gutter, width, right } = this.seen;
      const x = gutter + ((Math.max(stand.t, start) - start) / (end - start)) * (width - gutter - right);
      const y = this.u.valToPos(stand.value, 'y') + this.u.bbox.top / devicePixelRatio;
      dots[at].style.transform = `translate(${x}px, ${y}px)`;
    }
  }
}

customElements.define('hearth-chart', HearthChart);

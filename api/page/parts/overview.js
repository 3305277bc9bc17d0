// @ts-check
// hearth-overview: thirty days in one strip: how much was said, when the recorder was away, and the stretch that is shown, to drag.

import { html, svg, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { ask } from '../lib/api.js';
import { gapOf } from '../lib/lines.js';
import { ticks } from '../lib/ticks.js';

const HEIGHT = 36;
const DAYS_MS = 30 * 86_400_000;

class HearthOverview extends Part {
  static properties = { scene: { attribute: false }, requests: { attribute: false }, bars: { state: true } };

  constructor() {
    super();
    /** @type {import('./plots.js').Scene} */ this.scene = /** @type {any} */ (null);
    /** @type {ReturnType<typeof import('../lib/past_requests.js').pastRequests>} */ this.requests =
      /** @type {any} */ (null);
    /** @type {import('../lib/lines.js').Gap[]} */ this.outages = [];
    /** @type {{t: number, count: number}[]} */ this.bars = [];
    this.all = 0;
    this.end = 0;
    this.asked = '';
    /** @type {import('./plots.js').Scene|undefined} Where a hand is moving the stretch. */ this.moving = undefined;
  }

  get start() {
    return this.end - DAYS_MS;
  }

  /** The strip stays where it is while the stretch is in it. @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has('scene')) return;
    this.moving = undefined;
    const { start, end, now } = this.scene;
    if (!this.end || end > this.end + 3_600_000 || start < this.start)
      this.end = Math.max(Math.min(now, start + DAYS_MS), end);
    const address = this.requests.overview(this.end);
    if (address.replace(/(start|end)=[^&]*/g, '') + this.end !== this.asked) this.load(address);
  }

  /** @param {string} address */
  async load(address) {
    this.asked = address.replace(/(start|end)=[^&]*/g, '') + this.end;
    const [answer, away] = await Promise.all([
      ask(address).catch(() => ({ series: [] })),
      ask(this.requests.outages(this.end)).catch(() => ({ outages: [] })),
    ]);
    this.outages = away.outages.map(gapOf);
    /** @type {Map<number, number>} */
    const bars = new Map();
    const step = DAYS_MS / 180;
    this.all = 0;
    for (const { x, count } of answer.series)
      for (const [at, t] of x.entries()) {
        const bar = Math.floor((t - this.start) / step);
        bars.set(bar, (bars.get(bar) ?? 0) + count[at]);
        this.all += count[at];
      }
    this.bars = [...bars].map(([bar, count]) => ({ t: this.start + bar * step, count }));
  }

  /** @param {number} t */
  x(t) {
    const { width, gutter, right } = this.scene;
    return gutter + ((Math.min(Math.max(t, this.start), this.end) - this.start) / DAYS_MS) * (width - gutter - right);
  }

  render() {
    const { width, gutter, right, start, end, tz } = this.scene;
    const most = Math.max(...this.bars.map((one) => one.count), 1);
    const bar = Math.max(1, ((width - gutter - right) / 180) * 0.7);
    const brush = { x: this.x(start), width: Math.max(6, this.x(end) - this.x(start)) };
    return html`<figure class="overview" aria-label="Thirty days, ${this.all.toLocaleString('en')} values. The stretch that is shown can be dragged; the keys , and . move it too.">
      <p .style=${`margin:0 ${right}px 0 ${gutter}px`}><b>30 days</b> <span>${this.all ? `${this.all.toLocaleString('en')} values` : ''}</span></p>
      <svg width=${width} height=${HEIGHT} aria-hidden="true" @pointerdown=${this.grab} @pointermove=${this.drag} @pointerup=${this.drop}>
        <rect class="ground" x=${gutter} y="0" width=${Math.max(0, width - gutter - right)} height=${HEIGHT} rx="3"/>
        ${this.bars.map(({ t, count }) => svg`<rect class="bar" x=${this.x(t)} y=${HEIGHT - 2 - Math.sqrt(count / most) * (HEIGHT - 8)} width=${bar} height=${Math.sqrt(count / most) * (HEIGHT - 8)}/>`)}
        ${this.outages.map((one) => svg`<rect x=${this.x(one.from)} y="1" width=${Math.max(2, this.x(one.to) - this.x(one.from))} height=${HEIGHT - 2} fill="url(#gap-${one.cause})"/>`)}
        <rect class="brush" x=${brush.x} y="1" width=${brush.width} height=${HEIGHT - 2} rx="4"/>
      </svg>
      <ol class="axis" aria-hidden="true">${ticks(this.start, this.end, 6, tz).map(({ t, text }) => (this.x(t) > gutter + 10 && this.x(t) < width - 30 ? html`<li .style=${`left:${this.x(t)}px`}>${text}</li>` : nothing))}</ol>
    </figure>`;
  }

  /** Only the frame moves: its thirty days stay. @param {import('./plots.js').Scene} scene */
  slide(scene) {
    this.moving = scene;
    const brush = this.querySelector('.brush');
    brush?.setAttribute('x', String(this.x(scene.start)));
    brush?.setAttribute('width', String(Math.max(6, this.x(scene.end) - this.x(scene.start))));
  }

  /** @param {PointerEvent} event */
  at(event) {
    const { width, gutter, right } = this.scene;
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    return this.start + ((event.clientX - box.left - gutter) / (width - gutter - right)) * DAYS_MS;
  }

  /** @param {PointerEvent} event */
  grab(event) {
    /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
    const { start, end } = this.moving ?? this.scene;
    const t = this.at(event);
    // Taken by its middle where it was not hit.
    this.held = t >= start && t <= end ? t - start : (end - start) / 2;
    this.drag(event);
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (this.held === undefined) return;
    const { start, end, now } = this.moving ?? this.scene;
    const from = Math.min(this.at(event) - this.held, now - (end - start));
    this.dispatchEvent(new CustomEvent('stretch', { bubbles: true, detail: { start: from, end: from + end - start } }));
  }

  drop() {
    this.held = undefined;
  }
}

customElements.define('hearth-overview', HearthOverview);

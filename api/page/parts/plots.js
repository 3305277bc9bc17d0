// @ts-check
// hearth-plots: everything on one time axis, with one cursor through it: path, panels, events, axis, thirty days.

import { html, nothing, repeat } from '../vendor/lit.js';
import './chart.js';
import { NARROW, palette, sceneOf } from './paint.js';
import { Part } from './part.js';

/** @typedef {import('./paint.js').Scene} Scene */

class HearthPlots extends Part {
  static properties = {
    past: { attribute: false },
    laid: { attribute: false },
    stretch: { attribute: false },
    hide: { attribute: false },
    tz: { attribute: false },
    by: { attribute: false },
    version: { attribute: false },
    width: { state: true },
    chosen: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../lib/past.js').Past} */ this.past = /** @type {any} */ (null);
    /** @type {ReturnType<typeof import('../lib/panels.js').layOut>} */ this.laid = {
      panels: [],
      lanes: [],
      told: [],
      more: 0,
    };
    /** @type {{start: number, end: number, now: number}} */ this.stretch = { start: 0, end: 1, now: 1 };
    /** @type {Set<string>} */ this.hide = new Set();
    /** @type {string|undefined} */ this.tz = undefined;
    this.by = 'device';
    /** @type {number|null} */ this.cursor = null;
    this.version = 0;
    this.width = 0;
    /** @type {[number, number]|null} */ this.chosen = null;
    /** @type {{start: number, end: number, now: number}|undefined} */ this.sliding = undefined;
    /** @type {(() => void)|undefined} */ this.letGo = undefined;
    this.colours = palette();
    this.resized = new ResizeObserver(([entry]) => (this.width = Math.floor(entry.contentRect.width)));
    this.themed = new MutationObserver(() => this.repaint());
    this.preferred = matchMedia('(prefers-color-scheme: dark)');
    this.repaint = () => {
      this.colours = palette();
      this.requestUpdate();
    };
  }

  connectedCallback() {
    super.connectedCallback();
    this.resized.observe(this);
    this.themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.preferred.addEventListener('change', this.repaint);
    /** @type {((scene: any) => void)|undefined} */ this.write = undefined;
    /** @type {((chart: any) => string)|undefined} */ this.tell = undefined;
    /** @type {((chart: any, scene: any) => void)|undefined} */ this.slides = undefined;
    /** @type {import('./gestures.js').Hands} */
    this.hands = {
      time: (x) => this.time(x),
      cursor: (t) => this.say('cursor', t),
      select: (from, to) => (this.chosen = from === null ? null : [from, to]),
      stretch: (start, end) => this.say('stretch', { start, end }),
      span: () => this.shown,
    };
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.themed.disconnect();
    this.preferred.removeEventListener('change', this.repaint);
    this.letGo?.();
    this.letGo = undefined;
  }

  /** Hands and words come once there is a chart for them. @param {typeof import('./past_tools.js')} tools */
  equip({ gestures, slide, tell, ticks, write }) {
    if (this.write !== write) this.requestUpdate();
    Object.assign(this, { slides: slide, tell, ticks, write });
    if (this.hands) this.letGo ??= gestures(this, this.hands);
  }

  /** @param {string} name @param {unknown} detail */
  say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  get gutter() {
    return this.width < NARROW ? 44 : 66;
  }

  get right() {
    return this.width < NARROW ? 6 : 12;
  }

  /** How many pixels time has. */
  get pixels() {
    return Math.max(60, this.width - this.gutter - this.right);
  }

  /** What is on the screen: the stretch, or where a hand is moving it. */
  get shown() {
    return this.sliding ?? this.stretch;
  }

  /** @param {number} x */
  time(x) {
    const { start, end } = this.shown;
    return start + ((x - this.gutter) / this.pixels) * (end - start);
  }

  /** @param {number} t */
  x(t) {
    const { start, end } = this.shown;
    return this.gutter + ((t - start) / (end - start)) * this.pixels;
  }

  /** @returns {Scene} */
  get scene() {
    return sceneOf(this);
  }

  render() {
    if (this.width < 60) return nothing;
    const scene = this.scene;
    return html`
      <hearth-path class=${this.past.outages.some(({ from, to, standing }) => from < scene.end && (standing || to > scene.start)) ? 'away' : ''} .outages=${this.past.outages} .scene=${scene}></hearth-path>
      ${repeat(
        this.laid.panels,
        (panel) => panel.key,
        (panel, at) => html`<hearth-chart .panel=${panel} .scene=${scene} .table=${`table-${at}`}></hearth-chart>`,
      )}
      ${this.laid.lanes.length ? html`<hearth-lanes .lanes=${this.laid.lanes} .more=${this.laid.more} .scene=${scene} .table=${'table-events'}></hearth-lanes>` : nothing}
      ${this.laid.told.length ? html`<hearth-activity .told=${this.laid.told} .topics=${this.past.topics} .scene=${scene} .table=${'table-activity'}></hearth-activity>` : nothing}
      <hearth-axis .scene=${scene} .by=${this.by}></hearth-axis>
      <hearth-overview .scene=${scene} .requests=${this.past.requests}></hearth-overview>
      <div class="cursor" aria-hidden="true" hidden></div>
      ${this.chosen ? html`<div class="chosen" aria-hidden="true" .style=${box(this.chosen.map((t) => this.x(t)))}></div>` : nothing}`;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('stretch')) this.sliding = undefined;
  }

  updated() {
    this.point(this.cursor);
  }

  /** Another stretch, drawn at once: nothing is laid out anew, and nobody is told. @param {{start: number, end: number, now: number}} stretch */
  slide(stretch) {
    this.sliding = stretch;
    const scene = this.scene;
    for (const part of this.children) /** @type {any} */ (part).slide?.(scene);
    this.point(this.cursor);
  }

  /** Move the cursor without drawing anything anew. @param {number|null} t */
  point(t) {
    this.cursor = t;
    const { start, end } = this.shown;
    const shown = t !== null && t >= start && t <= end;
    const x = shown ? this.x(t) : 0;
    const line = /** @type {HTMLElement|null} */ (this.querySelector('.cursor'));
    if (!line) return;
    line.hidden = !shown;
    /** @type {any} */ (this.querySelector('hearth-axis')).point?.(shown ? t : null);
    for (const chart of this.querySelectorAll('hearth-chart')) /** @type {any} */ (chart).mark(shown ? t : null);
    if (!shown) return;
    line.style.transform = `translateX(${x}px)`;
  }
}

/** @param {number[]} edges */
function box(edges) {
  const [left, right] = edges.sort((a, b) => a - b);
  return `left:${left}px;width:${right - left}px`;
}

customElements.define('hearth-plots', HearthPlots);

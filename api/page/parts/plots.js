// @ts-check
// hearth-plots: everything on one time axis, with one cursor through it: path, panels, events, axis, thirty days.

import { html, nothing, repeat } from '../vendor/lit.js';
import './chart.js';
import { palette } from './paint.js';
import { Part } from './part.js';
import { baseHeight } from '../lib/panels.js';
import { spanWords } from '../lib/span.js';
import { ticks } from '../lib/ticks.js';

const NARROW = 520;
const TICK = 96;
const TALL_MAX = 2.4;
/** Header, bar, path, axis and thirty days. */
const AROUND = 270;

/**
 * @typedef {{start: number, end: number, now: number, width: number, gutter: number, right: number, step: number, tall: number, write?: (scene: any) => void, hide: Set<string>,
 *   colours: import('./paint.js').Palette, ticks: {t: number, text: string, strong: boolean}[], tz?: string, words: string}} Scene
 */

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
    /** @type {ReturnType<typeof import('../lib/panels.js').layOut>} */ this.laid = { panels: [], lanes: [], more: 0 };
    /** @type {{start: number, end: number, now: number}} */ this.stretch = { start: 0, end: 1, now: 1 };
    /** @type {Set<string>} */ this.hide = new Set();
    /** @type {string|undefined} */ this.tz = undefined;
    this.by = 'device';
    /** @type {number|null} */ this.cursor = null;
    this.version = 0;
    this.width = 0;
    /** @type {[number, number]|null} */ this.chosen = null;
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
    /** @type {import('./gestures.js').Hands} */
    this.hands = {
      time: (x) => this.time(x),
      cursor: (t) => this.say('cursor', t),
      select: (from, to) => (this.chosen = from === null ? null : [from, to]),
      stretch: (start, end) => this.say('stretch', { start, end }),
      span: () => this.stretch,
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
  equip({ gestures, write }) {
    if (this.write !== write) this.requestUpdate();
    this.write = write;
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

  /** @param {number} x */
  time(x) {
    const { start, end } = this.stretch;
    return start + ((x - this.gutter) / this.pixels) * (end - start);
  }

  /** @param {number} t */
  x(t) {
    const { start, end } = this.stretch;
    return this.gutter + ((t - start) / (end - start)) * this.pixels;
  }

  /** Few panels share the room that the screen has. */
  get tall() {
    if (this.width < NARROW) return 1;
    const taken = this.laid.panels.reduce((sum, panel) => sum + baseHeight(panel), 0);
    return Math.min(TALL_MAX, Math.max(1, (innerHeight - AROUND - 17 * this.laid.lanes.length) / Math.max(1, taken)));
  }

  /** @returns {Scene} */
  get scene() {
    const { start, end, now } = this.stretch;
    return {
      ...{
        start,
        end,
        now,
        width: this.width,
        gutter: this.gutter,
        right: this.right,
        hide: this.hide,
        colours: this.colours,
        tz: this.tz,
      },
      step: this.past.grid.step,
      tall: this.tall,
      write: this.write,
      ticks: ticks(start, end, Math.max(2, Math.floor(this.pixels / TICK)), this.tz),
      words: spanWords(start, end, this.tz),
    };
  }

  render() {
    if (this.width < 60) return nothing;
    const scene = this.scene;
    return html`
      <hearth-path .outages=${this.past.outages} .scene=${scene}></hearth-path>
      ${repeat(
        this.laid.panels,
        (panel) => panel.key,
        (panel, at) => html`<hearth-chart .panel=${panel} .scene=${scene} .table=${`table-${at}`}></hearth-chart>`,
      )}
      ${this.laid.lanes.length ? html`<hearth-lanes .lanes=${this.laid.lanes} .more=${this.laid.more} .scene=${scene} .table=${'table-events'}></hearth-lanes>` : nothing}
      <hearth-axis .scene=${scene} .by=${this.by}></hearth-axis>
      <hearth-overview .scene=${scene} .requests=${this.past.requests}></hearth-overview>
      <div class="cursor" aria-hidden="true" hidden></div>
      ${this.chosen ? html`<div class="chosen" aria-hidden="true" .style=${box(this.chosen.map((t) => this.x(t)))}></div>` : nothing}`;
  }

  updated() {
    this.point(this.cursor);
  }

  /** Move the cursor without drawing anything anew. @param {number|null} t */
  point(t) {
    this.cursor = t;
    const { start, end } = this.stretch;
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

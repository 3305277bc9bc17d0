// @ts-check
// hearth-lanes: states and texts over time, a lane each: when something was on, and what was said.

import { html, nothing } from '../vendor/lit.js';
import { drawn } from './in_turn.js';
import { Part } from './part.js';
import { blank, texture } from './paint.js';
import { fullName, standAt } from '../lib/lines.js';
import { hash } from '../lib/panels.js';
import { spells } from '../lib/spells.js';
import { counted, value } from '../lib/words.js';

const LANE = 17;
const TINTS = 8;

class HearthLanes extends Part {
  static properties = {
    lanes: { attribute: false },
    scene: { attribute: false },
    more: { attribute: false },
    table: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import('../lib/lines.js').Line[]} */ this.lanes = [];
    /** @type {import('./plots.js').Scene} */ this.scene = /** @type {any} */ (null);
    this.more = 0;
    this.table = '';
    /** @type {import('./plots.js').Scene|undefined} */ this.moving = undefined;
  }

  get shown() {
    return this.lanes.filter((line) => !this.scene.hide.has(line.key));
  }

  render() {
    const { gutter, right, width } = this.scene;
    const shown = this.shown;
    return html`<figure class="panel lanes" tabindex="0" aria-label=${this.words()} aria-details=${this.table}>
      <figcaption class="aside">Events</figcaption>
      <canvas .style=${`width:${width}px;height:${shown.length * LANE}px`}></canvas>
      <ol aria-hidden="true" .style=${`width:${gutter}px`}>${shown.map((line) => html`<li title=${fullName(line)}>${this.label(line)}</li>`)}</ol>
      ${this.more ? html`<p class="hint" .style=${`margin:0 ${right}px 0 ${gutter}px`}>${counted(this.more, 'more series', 'more series')} of texts and states; choose a filter to see them.</p>` : nothing}
    </figure>`;
  }

  /** The room alone, where that says which. @param {import('../lib/lines.js').Line} line */
  label(line) {
    return line.place && this.lanes.filter((one) => one.place === line.place).length === 1 ? line.place : line.name;
  }

  words() {
    const lines = this.shown.map((line) => {
      const { value: said } = standAt(line, this.scene.end);
      return `${fullName(line)} ${value({ value: said, kind: line.kind, field: line.field }).text}`;
    });
    return `Events, ${this.scene.words}. At the end: ${lines.join(', ')}`;
  }

  willUpdate() {
    this.moving = undefined;
  }

  /** What is drawn: the scene, or where a hand is moving it. */
  get seen() {
    return this.moving ?? this.scene;
  }

  /** @param {import('./plots.js').Scene} scene */
  slide(scene) {
    this.moving = scene;
    this.draw();
  }

  updated() {
    drawn(this, this.scene);
  }

  draw() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.querySelector('canvas'));
    const shown = this.shown;
    const pen = blank(canvas, this.seen.width, shown.length * LANE);
    pen.font = `11px ${this.seen.colours.font}`;
    pen.textBaseline = 'middle';
    pen.fillStyle = this.seen.colours.rule;
    for (const { t } of this.seen.ticks) pen.fillRect(Math.round(this.x(t)), 0, 1, canvas.height);
    for (const [at, line] of shown.entries()) this.lane(pen, line, at * LANE);
  }

  /** @param {number} t */
  x(t) {
    const { start, end, width, gutter, right } = this.seen;
    return gutter + ((Math.min(Math.max(t, start), end) - start) / (end - start)) * (width - gutter - right);
  }

  /** @param {CanvasRenderingContext2D} pen @param {import('../lib/lines.js').Line} line @param {number} y */
  lane(pen, line, y) {
    const { colours, start, end, now } = this.seen;
    const until = Math.min(end, now);
    pen.fillStyle = colours.edge;
    pen.fillRect(this.x(start), y + LANE / 2 - 0.5, this.x(until) - this.x(start), 1);
    for (const { from, to, text } of spells(line, until)) {
      if (to <= start || from >= end) continue;
      const x = this.x(from);
      const width = Math.max(this.x(to) - x, 1.5);
      pen.fillStyle = line.kind === 'text' ? colours[`t${hash(text) % TINTS}`] : colours.ink2;
      pen.beginPath();
      pen.roundRect(x, y + (line.kind === 'text' ? 1 : 4), width, line.kind === 'text' ? LANE - 2 : LANE - 8, 2);
      pen.fill();
      if (line.kind === 'text') this.write(pen, text, x, y, width);
    }
    for (const gap of line.gaps) {
      const x = this.x(gap.from);
      const to = this.x(gap.standing ? Math.max(gap.to, now) : gap.to);
      if (to <= x) continue;
      pen.fillStyle = texture(pen, gap.cause, colours, 1);
      pen.fillRect(x, y + 1, Math.max(to - x, 2), LANE - 2);
    }
  }

  /** The name in its band, where it fits. @param {CanvasRenderingContext2D} pen @param {string} text @param {number} x @param {number} y @param {number} width */
  write(pen, text, x, y, width) {
    if (pen.measureText(text).width + 8 > width) return;
    pen.fillStyle = '#1b1a17';
    pen.fillText(text, x + 4, y + LANE / 2 + 0.5);
  }
}

customElements.define('hearth-lanes', HearthLanes);

// @ts-check
// hearth-activity: what people say was, and under it what models make of it: as high as they are sure, outlined where they disagree.

import { html } from '../vendor/lit.js';
import { drawn } from './in_turn.js';
import { Part } from './part.js';
import { blank, texture } from './paint.js';
import { activities, agreement, apart, spellsOf, sureAt, sureness, sureText, together } from '../lib/activity.js';
import { tintOf } from '../lib/labels.js';
import { fullName, standAt } from '../lib/lines.js';
import { value } from '../lib/words.js';

const ROW = 19;
const APART = 3;
/** A fill that covers a name stands behind all of it. */
const COVERED = 0.8;

/** @typedef {{line: import('../lib/lines.js').Line, sure: import('../lib/lines.js').Line|null, label: string, of: import('../lib/activity.js').Activity}} Row */

class HearthActivity extends Part {
  static properties = {
    told: { attribute: false },
    topics: { attribute: false },
    scene: { attribute: false },
    table: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import('../lib/lines.js').Line[]} */ this.told = [];
    /** @type {Map<string, any>} */ this.topics = new Map();
    /** @type {import('./plots.js').Scene} */ this.scene = /** @type {any} */ (null);
    /** @type {import('./plots.js').Scene|undefined} */ this.moving = undefined;
    /** @type {Row[]} */ this.rows = [];
    this.table = '';
  }

  willUpdate() {
    this.moving = undefined;
    const all = activities(this.told, this.topics);
    const only = all.length === 1;
    this.rows = all.flatMap((of) => {
      const place = only ? '' : `${of.truth?.place || of.models[0]?.line.place || of.name} `;
      const several = of.models.length > 1;
      const models = of.models.map(({ line, sure, name }) => ({
        line,
        sure,
        label: `${place}${several ? name : 'model'}`,
        of,
      }));
      return [...(of.truth ? [{ line: of.truth, sure: null, label: `${place}true`, of }] : []), ...models];
    });
    this.rows = this.rows.filter(({ line }) => !this.scene.hide.has(line.key));
  }

  render() {
    const { gutter, width } = this.scene;
    return html`<figure class="panel lanes activity" tabindex="0" aria-label=${this.words()} aria-details=${this.table}>
      <figcaption class="aside">Activities</figcaption>
      <canvas .style=${`width:${width}px;height:${this.rows.length * (ROW + APART)}px`}></canvas>
      <ol aria-hidden="true" .style=${`width:${gutter}px`}>${this.rows.map(({ line, label }) => html`<li title=${fullName(line)}>${label}</li>`)}</ol>
    </figure>`;
  }

  words() {
    const until = Math.min(this.scene.end, this.scene.now);
    const told = this.rows.map(({ line, sure, label, of }) => {
      const said = value({ value: standAt(line, until).value, field: line.field }).text;
      const share = sure ? sureAt(sure, until) : null;
      const shared = of.truth && line !== of.truth ? agreement(this.both(of.truth, line)) : null;
      return `${of.name} ${label} ${said}${share === null ? '' : `, sure ${sureText(share)}`}${shared === null ? '' : `, they agree ${(100 * shared).toFixed(1)} % of the time`}`;
    });
    return `Activities, ${this.scene.words}. At the end: ${told.join('; ')}`;
  }

  /** @param {import('../lib/lines.js').Line} truth @param {import('../lib/lines.js').Line} line */
  both(truth, line) {
    const { start, end, now } = this.moving ?? this.scene;
    const until = Math.min(end, now);
    const within = (/** @type {import('../lib/activity.js').Spell[]} */ all) =>
      all.filter((one) => one.to > start).map((one) => ({ ...one, from: Math.max(one.from, start) }));
    return together(within(spellsOf(truth, until)), within(spellsOf(line, until)));
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
    const { width, colours, ticks } = this.moving ?? this.scene;
    const pen = blank(canvas, width, this.rows.length * (ROW + APART));
    pen.font = `11px ${colours.font}`;
    pen.textBaseline = 'middle';
    pen.fillStyle = colours.rule;
    for (const { t } of ticks) pen.fillRect(Math.round(this.x(t)), 0, 1, canvas.height);
    for (const [at, row] of this.rows.entries()) this.row(pen, row, at * (ROW + APART));
  }

  /** @param {number} t */
  x(t) {
    const { start, end, width, gutter, right } = this.moving ?? this.scene;
    return gutter + ((Math.min(Math.max(t, start), end) - start) / (end - start)) * (width - gutter - right);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Row} row @param {number} y */
  row(pen, { line, sure, of }, y) {
    const { colours, start, end, now } = this.moving ?? this.scene;
    const until = Math.min(end, now);
    for (const { from, to, text } of spellsOf(line, until)) {
      if (to <= start || from >= end) continue;
      const [x, right] = [this.x(from), this.x(to)];
      const width = Math.max(right - x - 1, 1.5);
      pen.save();
      pen.beginPath();
      pen.roundRect(x, y, width, ROW, 3);
      pen.clip();
      const tint = colours[`t${tintOf(of.classes, text)}`];
      pen.fillStyle = tint;
      const steps = sureness(sure, Math.max(from, start), Math.min(to, end));
      for (const step of steps)
        pen.fillRect(this.x(step.from), y + ROW * (1 - step.share), this.x(step.to) - this.x(step.from) + 1, ROW);
      this.write(pen, { text, x, y, width, tint, halo: steps.some(({ share }) => share < COVERED) });
      pen.restore();
    }
    for (const gap of line.gaps) {
      const [x, to] = [this.x(gap.from), this.x(gap.standing ? Math.max(gap.to, now) : gap.to)];
      if (to <= x) continue;
      pen.fillStyle = texture(pen, gap.cause, colours, 1);
      pen.fillRect(x, y, Math.max(to - x, 2), ROW);
    }
    if (of.truth && line !== of.truth) this.outline(pen, apart(this.both(of.truth, line)), y);
  }

  /** Ink on a tint in both themes; where the tint does not reach, the name brings some along. @param {CanvasRenderingContext2D} pen @param {{text: string, x: number, y: number, width: number, tint: string, halo: boolean}} name */
  write(pen, { text, x, y, width, tint, halo }) {
    if (pen.measureText(text).width + 8 > width) return;
    if (halo) {
      pen.strokeStyle = tint;
      pen.lineWidth = 4;
      pen.lineJoin = 'round';
      pen.strokeText(text, x + 4, y + ROW / 2 + 0.5);
    }
    pen.fillStyle = '#1b1a17';
    pen.fillText(text, x + 4, y + ROW / 2 + 0.5);
  }

  /** @param {CanvasRenderingContext2D} pen @param {{from: number, to: number}[]} spans @param {number} y */
  outline(pen, spans, y) {
    pen.strokeStyle = (this.moving ?? this.scene).colours.bad;
    pen.lineWidth = 1.5;
    for (const { from, to } of spans) {
      const x = this.x(from);
      const width = this.x(to) - x;
      if (width <= 0) continue;
      pen.beginPath();
      pen.roundRect(x + 0.75, y + 0.75, Math.max(width - 1.5, 1.5), ROW - 1.5, 3);
      pen.stroke();
    }
  }
}

customElements.define('hearth-activity', HearthActivity);

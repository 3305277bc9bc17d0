// @ts-check
// hearth-ribbon: the last day in a strip: what people did, what a model made of it, outlined where they differ, and the recorder's own life.

import { html, nothing, svg } from '../vendor/lit.js';
import { Part } from './part.js';
import { DAY_MS } from '../lib/day.js';
import { minute, people, recorded, rows, words } from '../lib/ribbon.js';
import { ticks } from '../lib/ticks.js';
import { format } from '../lib/url.js';

const TRUE = 18;
const MODEL = 10;
const APART = 3;
const RIGHT = 1;
const GUTTER = 74;
const NARROW = 560;
const LETTER = 6.3;
const ROWS_MAX = 200;
/** The way to the table stands at the right end of the axis. */
const TABLE = 92;

class HearthRibbon extends Part {
  static properties = {
    day: { attribute: false },
    version: { attribute: false },
    minute: { attribute: false },
    tz: { attribute: false },
    width: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../lib/day.js').Day|null} */ this.day = null;
    this.version = this.minute = 0;
    /** @type {string|undefined} */ this.tz = undefined;
    this.width = 0;
    this.sizes = new ResizeObserver(([entry]) => {
      this.width = Math.floor(entry.contentRect.width);
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
  }

  render() {
    const { day } = this;
    if (!day || !this.width) return nothing;
    const now = this.minute * 60_000;
    const span = { start: now - DAY_MS, now };
    const all = people(day.lines.values(), day.watch.home.topics, span);
    const recorder = recorded(day.outages, day.watchedMs, span);
    const gutter = this.width < NARROW ? 0 : GUTTER;
    const inner = this.width - 26 - gutter;
    const x = (/** @type {number} */ t) =>
      gutter + (Math.min(Math.max(t - span.start, 0), DAY_MS) / DAY_MS) * (inner - RIGHT);
    const { marks, height } = this.marks(all, recorder, span, x);
    const labels = day.labelled.map(({ topic }) => topic);
    const past = format({
      screen: 'history',
      filters: labels.length ? labels : day.watch.filters,
      tz: this.tz,
      past: { start: ['-24h'] },
    });
    return html`<figure class="card ribbon" aria-label=${words(all, recorder, span.start, this.tz)} aria-details="ribbon-table">
      <a href=${past} title="The day in History"><svg width=${gutter + inner} height=${height + 16} role="img" aria-label="The last day: open it in History">
        ${ticks(span.start, now, Math.max(2, inner / 110), this.tz).map(({ t, text }) => svg`<path class="tick" d="M${Math.round(x(t)) + 0.5} 0V${height}"/>${x(t) < gutter + inner - TABLE ? svg`<text class="hour" x=${x(t)} y=${height + 13} text-anchor=${x(t) - gutter < 18 ? 'start' : 'middle'}>${text}</text>` : nothing}`)}
        ${marks}<path class="now-line" d="M${gutter + inner - 1} 0V${height}"/></svg></a>
      <details><summary>As a table</summary>${this.table(all, recorder)}</details></figure>`;
  }

  /** @param {import('../lib/ribbon.js').Person[]} all @param {ReturnType<typeof recorded>} recorder @param {{start: number, now: number}} span @param {(t: number) => number} x */
  marks(all, recorder, span, x) {
    const gutter = x(span.start);
    /** @type {unknown[]} */
    const marks = [];
    let y = 0;
    const name = (/** @type {string} */ text, /** @type {number} */ high) =>
      gutter ? marks.push(svg`<text class="of" x="0" y=${y + high / 2 + 4}>${text}</text>`) : 0;
    for (const { name: who, truth, models, apart } of all) {
      const person = all.length > 1 ? who.split(' ')[0] : '';
      if (truth.length) {
        name(person || 'Activity', TRUE);
        marks.push(truth.map((band) => this.band(band, y, TRUE, x)));
        y += TRUE + APART;
      }
      for (const [at, { bands }] of models.entries()) {
        name(truth.length ? 'Predicted' : person || 'Model', MODEL);
        marks.push(bands.map((band) => this.band(band, y, MODEL, x)));
        if (!at)
          marks.push(
            apart.map(
              ({ from, to }) =>
                svg`<rect class="apart" x=${x(from) + 0.75} y=${y + 0.75} width=${Math.max(1.5, x(to) - x(from) - 1.5)} height=${MODEL - 1.5} rx="2"/>`,
            ),
          );
        y += MODEL + APART;
      }
    }
    name('Recorder', MODEL);
    marks.push(this.recorder(recorder, span, y, x));
    return { marks, height: y + MODEL + APART };
  }

  /** @param {import('../lib/ribbon.js').Band} band @param {number} y @param {number} high @param {(t: number) => number} x */
  band({ from, to, text, tint }, y, high, x) {
    const [left, width] = [x(from), Math.max(1, x(to) - x(from) - 1)];
    const fits = high === TRUE && text.length * LETTER + 10 < width;
    return svg`<g><title>${text}, ${minute(from, this.tz)} to ${minute(to, this.tz)}</title><rect class="b${tint}" x=${left} y=${y} width=${width} height=${high} rx="2"/>${
      fits ? svg`<text class="in" x=${left + 6} y=${y + high / 2 + 4}>${text}</text>` : nothing
    }</g>`;
  }

  /** @param {ReturnType<typeof recorded>} recorder @param {{start: number, now: number}} span @param {number} y @param {(t: number) => number} x */
  recorder({ known, from, away }, { start, now }, y, x) {
    if (!known) return nothing;
    let free = 0;
    const early = from - start > 120_000;
    return svg`<rect class="up" x=${x(from)} y=${y} width=${Math.max(1, x(now) - x(from))} height=${MODEL} rx="2"/>
      ${early && x(from) - x(start) > 150 ? svg`<text class="of" x=${x(start) + 4} y=${y + 9}>not watched before ${minute(from, this.tz)}</text>` : nothing}
      ${away.map((one) => {
        const [left, right] = [x(one.from), Math.max(x(one.from) + 3, x(one.to))];
        const fits = left >= free && right + 4 + one.text.length * LETTER < x(now);
        if (fits) free = right + 10 + one.text.length * LETTER;
        return svg`<g><title>${one.sentence}</title><rect class="hole" x=${left} y=${y} width=${right - left} height=${MODEL}/><rect x=${left} y=${y} width=${right - left} height=${MODEL} fill="url(#gap-${one.cause})"/>${
          fits ? svg`<text class="of" x=${right + 4} y=${y + 9}>${one.text}</text>` : nothing
        }</g>`;
      })}`;
  }

  /** @param {import('../lib/ribbon.js').Person[]} all @param {ReturnType<typeof recorded>} recorder */
  table(all, recorder) {
    const found = rows(all, recorder);
    return html`<div class="scroll" tabindex="0" role="region" aria-label="The last 24 hours as a table"><table id="ribbon-table"><caption class="aside">The last 24 hours</caption>
      <thead><tr><th scope="col">from</th><th scope="col">to</th><th scope="col">who</th><th scope="col">what</th></tr></thead>
      <tbody>${found.slice(-ROWS_MAX).map(({ from, to, who, what }) => html`<tr><td>${minute(from, this.tz)}</td><td>${minute(to, this.tz)}</td><td>${who}</td><td>${what}</td></tr>`)}
        ${found.length ? nothing : html`<tr><td colspan="4">Broker and sink were up the whole time.</td></tr>`}</tbody></table></div>`;
  }
}

customElements.define('hearth-ribbon', HearthRibbon);

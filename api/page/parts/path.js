// @ts-check
// hearth-path: the recorder's own life over time: when broker, sink or log server were away, and in a word why.

import { html, svg, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { gapLabel, whose } from '../lib/gap_words.js';
import { spanWords } from '../lib/span.js';

const HEIGHT = 11;

class HearthPath extends Part {
  static properties = { outages: { attribute: false }, scene: { attribute: false } };

  constructor() {
    super();
    /** @type {import('../lib/lines.js').Gap[]} */ this.outages = [];
    /** @type {import('./plots.js').Scene} */ this.scene = /** @type {any} */ (null);
  }

  /** @param {import('./plots.js').Scene} scene */
  slide(scene) {
    this.scene = scene;
  }

  render() {
    const { start, end, now, width, gutter, right, tz } = this.scene;
    const scale = (/** @type {number} */ t) =>
      gutter + ((Math.min(Math.max(t, start), end) - start) / (end - start)) * (width - gutter - right);
    const seen = this.outages
      .map((one) => ({ ...one, to: one.standing ? Math.max(one.to, now) : one.to }))
      .filter((one) => one.to > start && one.from < end);
    let free = 0;
    return html`<figure class="path ${seen.length ? '' : 'quiet'}" aria-label="The way of a message: broker, sink and log server">
      <span class="path-name" aria-hidden="true" .style=${`width:${gutter - 6}px`}>path</span>
      <svg width=${width} height=${HEIGHT} aria-hidden="true">
        <rect class="up" x=${gutter} y="0" width=${Math.max(0, scale(Math.min(now, end)) - gutter)} height=${HEIGHT} rx="2"/>
        ${seen.map((one) => svg`<rect x=${scale(one.from)} y="0" width=${Math.max(2, scale(one.to) - scale(one.from))} height=${HEIGHT} fill="url(#gap-${one.cause})"><title>${one.sentence}</title></rect>`)}
      </svg>
      <ul class=${seen.length ? '' : 'aside'}>${seen.length ? nothing : html`<li>Broker and sink were up the whole time.</li>`}${seen.map(
        (one) => {
          const x = Math.max(scale(one.from), gutter);
          const fits = x >= free && x < width - 120;
          if (fits) free = x + 140;
          return html`<li class=${fits ? '' : 'aside'} .style=${fits ? `left:${x}px` : ''} title=${one.sentence}>${gapLabel(one, now)}<span class="aside">, ${spanWords(one.from, one.to, tz)}. ${one.sentence} ${whose(one.cause)}</span></li>`;
        },
      )}</ul>
    </figure>`;
  }
}

customElements.define('hearth-path', HearthPath);

// @ts-check
// hearth-way: the path of a message, stage by stage: state, one main number, an hour of it, facts.

import { html, svg, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { outlined, sign } from './sign.js';
import { quantity, SIGNS, STAGES } from '../lib/health_words.js';
import { shape } from '../lib/spark.js';

const BOX = { width: 200, height: 26 };
const HOUR_MS = 3_600_000;
/** @type {Record<string, string>} */
const STATES = { well: 'well', watch: 'needs a look', down: 'down', unknown: 'not known' };
const ARROW = outlined(svg`<path d="M2.5 8h10M9 4.5L12.5 8 9 11.5"/>`);

class HearthWay extends Part {
  static properties = {
    path: { attribute: false },
    hour: { attribute: false },
    now: { attribute: false },
    cut: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import('../lib/health_words.js').Stage[]} */ this.path = [];
    /** @type {Map<string, import('../lib/spark.js').Point[]>} */ this.hour = new Map();
    this.now = 0;
    this.cut = false;
  }

  render() {
    return html`<ol class="card way">${this.path.map((stage, at) => this.stage(stage, at))}</ol>`;
  }

  /** What the API said before it went is no state of now. @param {import('../lib/health_words.js').Stage} said @param {number} at */
  stage(said, at) {
    const name = STAGES[said.stage] ?? said.stage;
    const state = !this.cut ? said.state : said.stage === 'read_model' ? 'down' : 'unknown';
    const sentence = !this.cut
      ? said.sentence
      : said.stage === 'read_model'
        ? 'The api does not answer.'
        : 'Nothing is known of it now.';
    const [text, unit] = said.main ? quantity(said.main) : ['', ''];
    return html`<li class="stage ${state}">
      ${at ? html`<span class="arrow" aria-hidden="true">${ARROW}</span>` : nothing}
      <h2>${sign(SIGNS[state] ?? 'never')} <span>${name}<span class="aside">: ${STATES[state]}</span></span></h2>
      ${said.main ? html`<p class="main"><b>${text}</b> ${unit} ${said.main.name}</p>` : html`<p class="main hint">no number yet</p>`}
      ${this.spark(this.hour.get(said.stage))}
      <ul class="facts">${state === 'well' ? nothing : html`<li class="said">${sentence}</li>`}${said.facts.map((fact) => html`<li>${fact}</li>`)}</ul>
    </li>`;
  }

  /** @param {import('../lib/spark.js').Point[]} points */
  spark(points = []) {
    if (!points.length) return html`<svg class="hour" viewBox="0 0 200 26" aria-hidden="true"></svg>`;
    const drawn = shape(points, [], {
      ...BOX,
      from: this.now - HOUR_MS,
      to: this.now,
      steps: false,
      now: undefined,
    });
    return html`<svg class="hour" viewBox="0 0 200 26" preserveAspectRatio="none" aria-hidden="true"><path class="floor" d="M0 25.5H200"/><path class="curve" d=${drawn.line}/></svg>`;
  }
}

customElements.define('hearth-way', HearthWay);

// @ts-check
// hearth-readout: what stood at the cursor, for every series: the last value at or before it, its age, or whose silence it was.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { causes } from '../lib/causes.js';
import { whose } from '../lib/gap_words.js';
import { fullName, standAt } from '../lib/lines.js';
import { age, duration, whole } from '../lib/time.js';
import { inner, value } from '../lib/words.js';

const NAMES = { device: 'Device', broker: 'Broker', sink: 'Sink', store: 'Log server', unknown: 'Not observed' };
/** Older than so many usual intervals, a value is shown with its age. */
const OLD = 2;

class HearthReadout extends Part {
  static properties = {
    past: { attribute: false },
    laid: { attribute: false },
    stretch: { attribute: false },
    hide: { attribute: false },
    cursor: { attribute: false },
    tz: { attribute: false },
    version: { attribute: false },
    open: { state: true },
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
    /** @type {number|null} */ this.cursor = null;
    /** @type {string|undefined} */ this.tz = undefined;
    this.version = 0;
    this.open = false;
    /** @type {((readout: any) => unknown)|undefined} */ this.told = undefined;
  }

  get t() {
    return this.cursor ?? Math.min(this.stretch.end, this.stretch.now);
  }

  render() {
    const { panels, lanes, told } = this.laid;
    return html`<section class="readout ${this.open ? 'open' : ''}" aria-labelledby="readout-title">
      <h2 id="readout-title"><button class="grip" aria-expanded=${this.open ? 'true' : 'false'} aria-label="Values at the cursor" @click=${() => (this.open = !this.open)}></button>
        ${this.cursor === null ? 'At the end' : 'At'} <time datetime=${new Date(this.t).toISOString()}>${whole(this.t, this.tz)}</time></h2>
      ${panels
        .filter(({ drawn }) => drawn.length > 1)
        .map(
          (panel) => html`<h3>${panel.title}${panel.unit ? html` <i>${panel.unit}</i>` : nothing}</h3>
        <ul>${panel.drawn.map(({ line, colour, dash }) => this.row(line, `c${colour}${dash ? ' dash' : ''}`, line.place || line.name))}</ul>`,
        )}
      ${this.singles(panels.filter(({ drawn }) => drawn.length === 1))}
      ${lanes.length ? html`<h3>Events</h3><ul>${lanes.map((line) => this.row(line, 'state', fullName(line)))}</ul>` : nothing}
      ${told.length ? this.labels() : nothing}
      ${told.length || lanes.length ? this.steps('turn', ['{', '}'], told.length ? 'label changes' : 'changes') : nothing}
      ${this.silences()}
    </section>`;
  }

  /** Only where there are any; until they are there, nothing is missing but they. */
  labels() {
    if (this.told) return this.told(this);
    import('./readout_labels.js')
      .then(({ labels }) => {
        this.told = labels;
        this.requestUpdate();
      })
      .catch(() => {});
    return nothing;
  }

  /** What has a panel of its own needs no heading too. @param {import('../lib/panels.js').Panel[]} panels */
  singles(panels) {
    if (!panels.length) return nothing;
    return html`<ul class="singles">${panels.map(({ title, drawn: [{ line, colour }] }) => this.row(line, `c${colour}`, title))}</ul>`;
  }

  /** @param {import('../lib/lines.js').Line} line @param {string} look @param {string} name @param {unknown} more what follows the value */
  row(line, look, name, more = nothing) {
    const hidden = this.hide.has(line.key);
    const same = this.laid.panels.some(
      ({ drawn }) =>
        drawn.filter((one) => one.line.place === line.place && drawn.some((other) => other.line === line)).length > 1,
    );
    const called = same && name === line.place ? `${line.place} ${inner(line.name)}` : name;
    return html`<li class=${hidden ? 'gone' : ''}><button class="swatch ${look}" aria-pressed=${hidden ? 'false' : 'true'} aria-label="Show ${fullName(line)}" title=${hidden ? 'Show' : 'Hide'} @click=${() => this.say('hide', line.key)}></button>
      <button class="stand" title="${line.topic} ${line.field}" @click=${() => this.say('record', { line, t: this.t })}><span class="name">${called}</span>${this.stand(line)}${more}</button></li>`;
  }

  /** @param {import('../lib/lines.js').Line} line */
  stand(line) {
    const { t, value: said, gap } = standAt(line, this.t, this.past.grid.step);
    if (gap) return html`<span class="value hole" title=${gap.sentence}><b>—</b> <i>${whose(gap.cause)}</i></span>`;
    if (said === undefined || this.t > this.stretch.now)
      return html`<span class="value hole"><b>—</b> <i>${this.t > this.stretch.now ? 'still to come' : 'nothing before'}</i></span>`;
    const { text, unit, exact } = value({ value: said, kind: line.kind, unit: line.unit, field: line.field });
    const old = this.t - t;
    const aged = line.usualMs !== null && old > OLD * line.usualMs && old > 1_000;
    return html`<span class="value" title="${exact}, said ${whole(t, this.tz)}"><b>${text}</b>${unit ? html`<i>${unit}</i>` : nothing}${aged ? html` <em class="old">${age(old)} old</em>` : nothing}</span>`;
  }

  silences() {
    const { start, end } = this.stretch;
    const gaps = [...this.past.lines.values()].filter((line) => !this.hide.has(line.key)).flatMap((line) => line.gaps);
    const outages = this.past.outages.filter((one) => !gaps.some((gap) => gap.id === one.id));
    const found = causes({ gaps: [...gaps, ...outages], start, end: Math.min(end, this.stretch.now) });
    return html`<h3>Whose silence</h3>
      ${
        found.length
          ? html`<ul class="whose">${found.map(({ cause, lasted }) => html`<li><svg width="18" height="11" aria-hidden="true"><rect width="18" height="11" fill="url(#gap-${cause})"/></svg>${NAMES[/** @type {'device'} */ (cause)] ?? cause} <i>${duration(lasted)}</i></li>`)}</ul>
        ${this.steps('silence', ['[', ']'], 'silences')}`
          : html`<p class="hint">None: everybody spoke as usual, and all was recorded.</p>`
      }`;
  }

  /** What the keys do, for hands. @param {string} name @param {[string, string]} keys @param {string} what */
  steps(name, [before, after], what) {
    return html`<p class="steps" role="group" aria-label=${what}>${what === 'silences' ? nothing : html`<span class="hint">${what}</span> `}<button class="link" title="Previous (${before})" @click=${() => this.say(name, -1)}>previous</button> · <button class="link" title="Next (${after})" @click=${() => this.say(name, 1)}>next</button></p>`;
  }

  /** @param {string} name @param {unknown} detail */
  say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

customElements.define('hearth-readout', HearthReadout);

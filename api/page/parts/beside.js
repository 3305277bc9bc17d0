// @ts-check
// hearth-beside: what can be said of the moment at the cursor, and the selection as query, stream and subscription.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { styled } from './styled.js';
import { ask } from '../lib/api.js';
import { lines } from '../lib/connect.js';
import { copy } from '../lib/copy.js';
import { moment } from '../lib/moment.js';
import { threeWays } from '../lib/three_ways.js';
import { since, whole } from '../lib/time.js';

class HearthBeside extends Part {
  static properties = {
    past: { attribute: false },
    hide: { attribute: false },
    stretch: { attribute: false },
    cursor: { attribute: false },
    filters: { attribute: false },
    tz: { attribute: false },
    version: { attribute: false },
    styled: { state: true },
  };

  constructor() {
    super();
    /** @type {import('../lib/past.js').Past} */ this.past = /** @type {any} */ (null);
    /** @type {Set<string>} */ this.hide = new Set();
    this.stretch = { start: 0, end: 1, now: 1 };
    /** @type {number|null} */ this.cursor = null;
    /** @type {string[]} */ this.filters = [];
    /** @type {string|undefined} */ this.tz = undefined;
    this.version = 0;
    this.styled = false;
    /** @type {(t: number) => void} */ this.go = () => {};
  }

  connectedCallback() {
    super.connectedCallback();
    styled('beside').then(
      () => (this.styled = true),
      () => {},
    );
  }

  render() {
    return this.styled ? html`${this.moment()}${this.ways()}` : nothing;
  }

  moment() {
    const { past, stretch, hide, tz } = this;
    const t = this.cursor ?? Math.min(stretch.end, stretch.now);
    const shown = [...past.lines.values()].filter((line) => !hide.has(line.key));
    const found = moment(shown, past.outages, { t, step: past.grid.step, stretch });
    const { since: standing, extremes, next } = found;
    const at = (/** @type {number} */ ms) =>
      html`<time datetime=${new Date(ms).toISOString()} title=${whole(ms, tz)}>${since(ms, t, tz)}</time>`;
    return html`<section class="moment" aria-labelledby="moment-title"><h2 id="moment-title">At this moment</h2>
      <ul>${standing.map(({ name, text, from }) => html`<li>${name} <b>${text}</b> since ${at(from)}</li>`)}
      ${extremes.map(({ name, text, most, extreme }) => html`<li>${name} <b>${text}</b>, ${text === extreme ? 'its' : 'near its'} ${most ? 'highest' : 'lowest'} here${text === extreme ? nothing : html`, ${extreme}`}</li>`)}
      ${standing.length || extremes.length ? nothing : html`<li class="hint">Nothing was on, and nothing near its highest or lowest.</li>`}
      ${next ? html`<li>Next: <button class="link" @click=${() => this.go(next.t)}>${at(next.t)} ${next.text} →</button></li>` : nothing}</ul></section>`;
  }

  ways() {
    const { past, filters } = this;
    if (!past.span) return nothing;
    const all = threeWays({ messages: past.requests.messages, filter: past.filter }, filters);
    return html`<section class="ways" aria-labelledby="ways-title"><h2 id="ways-title">One filter, three ways</h2>
      <dl>${all.map(
        ({ name, verb, what, address }) => html`<div><dt>${name}</dt>
        <dd class="mono">${address ? html`<a href=${address} target="_blank" rel="noopener" title=${address}>${said(verb, what)}</a>` : html`<span>${said(verb, what)}</span>`}</dd>
        <dd><button class="link" aria-label="Copy ${address ? `the address of ${verb}` : 'the line that subscribes'}" title="Copy" @click=${() => this.copy(address)}>copy</button></dd></div>`,
      )}</dl></section>`;
  }

  /** An address as it is, or the line that Connect shows, with the broker where it is. @param {string} address */
  async copy(address) {
    if (address) return copy(new URL(address, location.href).href);
    const store = await ask('/v1/store').catch(() => null);
    copy(lines(store, this.filters, location).find(({ name }) => name === 'mosquitto_sub')?.text ?? '');
  }
}

/** One filter follows its verb, several stand below it; a long one breaks at its levels. @param {string} verb @param {string[]} what */
function said(verb, what) {
  const levels = (/** @type {string} */ one) => one.split('/').map((level, at) => (at ? html`/<wbr>${level}` : level));
  if (what.length < 2) return html`${verb}${what.map((one) => html` ${levels(one)}`)}`;
  return html`${verb}${what.map((one) => html`<br>${levels(one)}`)}`;
}

customElements.define('hearth-beside', HearthBeside);

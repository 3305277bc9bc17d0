// @ts-check
// hearth-trying: "Try it here": the selection by MQTT and by the event stream, side by side.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { serverNow } from '../lib/api.js';
import { legible } from '../lib/payload.js';
import { fromBase64 } from '../lib/bytes.js';
import { Trying } from '../lib/trying.js';
import { counted } from '../lib/words.js';
import { styled } from './styled.js';

const PAINT_MS = 250;
const LOOK_MS = 1_000;
const TEXT_MAX = 60;

class HearthTrying extends Part {
  static properties = { filters: { attribute: false } };

  constructor() {
    super();
    /** @type {string[]} */ this.filters = [];
    /** @type {Trying|null} */ this.trying = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */ this.painting = undefined;
    styled('connect').catch(() => {});
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.get('filters') && String(changed.get('filters')) !== String(this.filters)) this.stop();
  }

  render() {
    const { trying } = this;
    return html`<section class="try" aria-labelledby="try-title"><h3 id="try-title">Try it here</h3>
      ${trying ? this.running(trying) : this.form()}</section>`;
  }

  form() {
    return html`<p class="hint">Hears this selection over MQTT and as the event stream of this page, and compares. The secret goes to this home and is not kept.</p>
      <form @submit=${this.start}><label>Account <input name="account" autocomplete="username" value="admin" required></label>
        <label>Secret <input name="secret" type="password" autocomplete="current-password" required></label>
        <button class="button" type="submit">Listen</button></form>`;
  }

  /** @param {Trying} trying */
  running({ state, tally, narrowed }) {
    const now = serverNow();
    const bad = state.name === 'wrong' || state.name === 'gone';
    return html`<p class=${bad ? 'wrong' : 'outcome'} role=${bad ? 'alert' : 'status'}>${bad || !tally || state.name === 'asking' ? state.text : tally.words(now)}</p>
      ${narrowed ? html`<p class="note">${narrowed}</p>` : nothing}
      ${
        tally
          ? html`<dl class="ways"><div><dt>MQTT</dt><dd>${counted(tally.counts.mqtt, 'message')}</dd></div><div><dt>event stream</dt><dd>${counted(tally.counts.stream, 'record')}</dd></div></dl>
        <ol class="heard">${tally.shown.map((one) => this.heard(one))}</ol>
        ${tally.notes().map((note) => html`<p class="hint">${note}</p>`)}`
          : nothing
      }
      <p class="actions"><button class="button" @click=${this.stop}>${state.name === 'wrong' ? 'Try again' : 'Stop'}</button></p>`;
  }

  /** @param {import('../lib/tally.js').Heard} one */
  heard({ topic, payload, both, by, recno }) {
    const bytes = fromBase64(payload) ?? new Uint8Array();
    const text = legible(bytes) ?? counted(bytes.length, 'byte');
    const which = both ? 'both ways' : by === 'mqtt' ? 'MQTT only' : 'stream only';
    return html`<li><span class="mono">${topic}</span> <b>${text.slice(0, TEXT_MAX)}</b> <i>${recno === null ? '' : `#${recno.toLocaleString('en')} `}${which}</i></li>`;
  }

  /** @param {SubmitEvent} event */
  start(event) {
    event.preventDefault();
    const said = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const [account, secret] = ['account', 'secret'].map((name) => String(said.get(name)).trim());
    this.trying = new Trying({ filters: this.filters, account, secret, now: serverNow, changed: () => this.paint() });
    this.trying.start();
    // What came one way only is told once it is late.
    this.tick = setInterval(() => this.paint(), LOOK_MS);
    this.requestUpdate();
  }

  stop() {
    this.trying?.stop();
    this.trying = null;
    clearInterval(this.tick);
    this.requestUpdate();
  }

  paint() {
    this.painting ??= setTimeout(() => {
      this.painting = undefined;
      this.requestUpdate();
    }, PAINT_MS);
  }
}

customElements.define('hearth-trying', HearthTrying);

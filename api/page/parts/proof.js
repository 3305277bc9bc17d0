// @ts-check
// hearth-proof: one record proven in this browser, a line a check, and the proof to take along.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { checks, notProven } from './checks.js';
import { styled } from './styled.js';
import { ask } from '../lib/api.js';
import { copy } from '../lib/copy.js';
import { keepName, keptName } from '../lib/kept_name.js';
import { dataAddress, nameFrom, prove, short } from '../lib/proving.js';
import { request } from '../lib/url.js';

const ASK_AGAIN_MS = 2_000;
/** A cross stays for as long as the page does, whatever is asked after it. @type {Map<string, {text: string, proven: import('../lib/proving.js').Proven}>} */
const crosses = new Map();

class HearthProof extends Part {
  static properties = {
    log: { attribute: false },
    shown: { attribute: false },
    text: { state: true },
    proven: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.log = '';
    /** @type {import('../lib/proving.js').Shown|null} */ this.shown = null;
    this.text = '';
    /** @type {import('../lib/proving.js').Proven|null} */ this.proven = null;
    this.problem = '';
    this.busy = false;
    this.name = keptName();
    this.checkedKey = '';
    this.onKey = (/** @type {Event} */ event) => {
      if (/** @type {CustomEvent} */ (event).detail.key !== 'v') return;
      event.preventDefault();
      this.check();
    };
  }

  get key() {
    return `${this.log}:${this.shown?.recno}`;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('hearth-key', this.onKey);
    styled('proof').catch(() => {});
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('hearth-key', this.onKey);
    clearTimeout(this.timer);
  }

  willUpdate() {
    if (this.key === this.checkedKey) return;
    clearTimeout(this.timer);
    this.checkedKey = /** @type {string} */ (this.key);
    this.problem = '';
    const cross = crosses.get(this.key);
    this.text = cross?.text ?? '';
    this.proven = cross?.proven ?? null;
  }

  /** The proof is asked for once; another name is tried on the same one. @param {boolean} anew */
  async check(anew = false) {
    const { key, log, shown } = this;
    if (!shown || this.busy) return;
    this.busy = true;
    this.problem = '';
    clearTimeout(this.timer);
    try {
      const address = request(`/v1/logs/${log}/proof`, { recno: shown.recno });
      const text = this.text && !anew ? this.text : JSON.stringify(await ask(address));
      const proven = await prove(text, this.name || log, shown);
      if (this.key === key) this.take(text, proven);
    } catch (error) {
      const { title, detail, message } = /** @type {any} */ (error);
      if (this.key === key) this.problem = [title ?? message, detail].filter(Boolean).join('. ');
    }
    this.busy = false;
  }

  /** @param {string} text @param {import('../lib/proving.js').Proven} proven */
  take(text, proven) {
    this.text = text;
    this.proven = proven;
    if (proven.verdict.checks.some((one) => one.state === 'bad')) crosses.set(this.key, { text, proven });
    else if (!proven.proof.covered) this.timer = setTimeout(() => this.check(true), ASK_AGAIN_MS);
  }

  render() {
    const { proven } = this;
    const wrong = proven?.verdict.checks.some((one) => one.state === 'bad');
    return html`<div class="proof">
      ${
        proven
          ? this.verdict(proven, Boolean(wrong))
          : html`<p class="hint">Hash, chain and signature of this record, checked by your browser and not by the server.</p>
        <p class="actions"><button class="button" ?disabled=${this.busy} title="Verify (v)" @click=${() => this.check()}>Verify</button></p>`
      }
      ${this.problem ? html`<p class="wrong" role="alert">${this.problem}</p>` : nothing}
      ${proven ? this.rest(proven, Boolean(wrong)) : nothing}
    </div>`;
  }

  /** @param {import('../lib/proving.js').Proven} proven @param {boolean} wrong */
  verdict({ verdict, ms, how, proof }, wrong) {
    const title = verdict.proven
      ? `Proven in this browser in ${Math.max(1, Math.round(ms))} ms`
      : wrong
        ? 'Not proven'
        : 'Not proven yet';
    const cross = verdict.checks.find((one) => one.state === 'bad');
    const note = cross ? short(cross.text) : proof.covered ? how : 'No signature covers it yet; asking again…';
    return html`<div role=${wrong ? 'alert' : 'status'} class="verdict ${wrong ? 'bad' : verdict.proven ? 'good' : 'open'}"><b>${title}</b><span>${note}</span></div>${checks(verdict.checks)}`;
  }

  /** @param {import('../lib/proving.js').Proven} proven @param {boolean} wrong */
  rest({ verdict }, wrong) {
    const file = `proof-${this.log.slice(0, 8)}-${this.shown?.recno}.json`;
    return html`<form class="known" @submit=${this.tryName}><label for="known-name">The catalogue’s name, if you know it from elsewhere</label>
        <input id="known-name" name="name" autocomplete="off" spellcheck="false" placeholder="43 characters" .value=${this.name}>
        <button class="button" type="submit" ?disabled=${this.busy}>Check from it</button></form>
      ${this.name ? nothing : html`<p class="hint">Now the log’s name is trusted as this server gave it.</p>`}
      <p class="actions"><a href=${dataAddress(this.text, 'application/json')} download=${file}>${wrong ? 'Download the evidence' : 'Download proof'}</a>
        <button class="link" @click=${() => copy(this.text)}>Copy proof</button></p>
      ${notProven(verdict.notProven)}
      <p class="hint">A page proves little against the server that it came from. Keep <a href="/verify" download="hearthlog-verify.html">the verifier as a file</a> (<a href="/verify" target="_blank" rel="noopener">open it</a>), or use <code>python -m gdp verify</code>.</p>`;
  }

  /** @param {SubmitEvent} event */
  tryName(event) {
    event.preventDefault();
    this.name = nameFrom(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('name') ?? ''));
    keepName(this.name);
    this.check();
  }
}

customElements.define('hearth-proof', HearthProof);

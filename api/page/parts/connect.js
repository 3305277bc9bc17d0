// @ts-check
// hearth-connect: how programs hear the same selection over MQTT.

import { ask } from '../lib/api.js';
import { lines } from '../lib/connect.js';
import { copy } from '../lib/copy.js';
import { page } from '../lib/page.js';
import { html, nothing } from '../vendor/lit.js';
import { PagePart } from './part.js';
import { icon } from './sign.js';

class HearthConnect extends PagePart {
  static properties = { chosen: { state: true }, tried: { state: true } };

  constructor() {
    super();
    this.chosen = 'mosquitto_sub';
    this.tried = false;
    /** @type {any} */ this.store = null;
  }

  render() {
    const all = lines(this.store, page.view.filters, location);
    const shown = all.find(({ name }) => name === this.chosen) ?? all[0];
    return html`<dialog class="keys connect" aria-labelledby="connect-title" @close=${() => (this.tried = false)}>
      <div class="bar"><h2 id="connect-title">Connect over MQTT</h2><button class="tool" aria-label="Close" @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      <div class="code"><p class="hint">What is selected here, as it is said. Account and secret are those of this home; <code>hearthlog account add</code> makes others.</p>
      <div class="choose" role="group" aria-label="Program">${all.map(({ name }) => html`<button aria-pressed=${name === shown.name ? 'true' : 'false'} @click=${() => (this.chosen = name)}>${name}</button>`)}</div>
      <pre tabindex="0" aria-label="Ready to paste"><code>${shown.text}</code></pre>
      <p class="actions"><button class="link" @click=${() => copy(shown.text)}>Copy</button>${this.tried ? nothing : html`<button class="button" @click=${this.tryIt}>Try it here</button>`}</p></div>
      ${this.tried ? html`<hearth-trying .filters=${page.view.filters}></hearth-trying>` : nothing}</dialog>`;
  }

  /** The client of MQTT is large, so it comes when it is wanted. */
  async tryIt() {
    try {
      await import('./trying.js');
      this.tried = true;
    } catch {
      page.say('Hearthlog does not answer, so this cannot be loaded.');
    }
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  /** Where the broker is, only who may know it is told; the lines are right without it on a usual port. */
  async show() {
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    this.store = await ask('/v1/store').catch(() => null);
    this.requestUpdate();
  }
}

customElements.define('hearth-connect', HearthConnect);

/** Opens it, once a page. */
export function connect() {
  const there = document.querySelector('hearth-connect') ?? document.createElement('hearth-connect');
  if (!there.isConnected) document.body.append(there);
  /** @type {HearthConnect} */ (there).show();
}

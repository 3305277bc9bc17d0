// @ts-check
// hearth-code: the requests that a panel made, as URL, curl, Python and JavaScript.

import { html } from '../vendor/lit.js';
import { Part } from './part.js';
import { copy } from '../lib/copy.js';
import { LANGUAGES, recipe } from '../lib/recipe.js';

class HearthCode extends Part {
  static properties = { requests: { attribute: false }, language: { state: true }, chosen: { state: true } };

  constructor() {
    super();
    /** @type {{name: string, address: string}[]} */ this.requests = [];
    /** @type {typeof LANGUAGES[number]} */ this.language = 'URL';
    this.chosen = 0;
  }

  render() {
    const asked = this.requests[Math.min(this.chosen, this.requests.length - 1)];
    if (!asked) return html``;
    const text = recipe(new URL(asked.address, location.href).href, this.language);
    return html`<div class="code">
      ${
        this.requests.length > 1
          ? html`<div class="choose" role="group" aria-label="Request">${this.requests.map(
              (one, at) => html`<button
        aria-pressed=${at === this.chosen ? 'true' : 'false'} @click=${() => (this.chosen = at)}>${one.name}</button>`,
            )}</div>`
          : ''
      }
      <div class="choose" role="group" aria-label="Language">${LANGUAGES.map(
        (one) => html`<button
        aria-pressed=${one === this.language ? 'true' : 'false'} @click=${() => (this.language = one)}>${one}</button>`,
      )}</div>
      <pre tabindex="0" aria-label="The request"><code>${text}</code></pre>
      <p class="actions"><button class="link" @click=${() => copy(text)}>Copy</button> <a href=${asked.address} target="_blank" rel="noopener">Open the answer</a></p>
    </div>`;
  }
}

customElements.define('hearth-code', HearthCode);

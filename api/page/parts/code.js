// @ts-check
// hearth-code: the requests that a panel made, as URL, curl, Python and JavaScript.

import { html } from '../vendor/lit.js';
import { Part } from './part.js';
import { page } from '../lib/page.js';
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

/** The clipboard is closed to pages on plain HTTP other than localhost; then the text is there to be selected. @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    page.say('Copied.');
  } catch {
    page.say('This browser lets no page on plain HTTP copy; select the text instead.');
  }
}

customElements.define('hearth-code', HearthCode);

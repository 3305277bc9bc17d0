// @ts-check
// hearth-keys: every key this page listens to, and the list of them.

import { html } from '../vendor/lit.js';
import { Part } from './part.js';
import { icon } from './sign.js';
import { copy } from '../lib/copy.js';
import { page } from '../lib/page.js';
import { format } from '../lib/url.js';

const KEYS = [
  ['/', 'Go to the filter box'],
  ['Enter', 'Open the message behind a value'],
  ['v', 'Verify the open message'],
  ['c', 'Copy the link to this view'],
  ['g n', 'Now'],
  ['g h', 'History'],
  ['g d', 'Datasets'],
  ['g e', 'Health'],
  ['Esc', 'Close'],
  ['?', 'This list'],
];
/** @type {Record<string, string[][]>} */
const OF_SCREEN = {
  now: [
    ['↑ ↓', 'Row by row'],
    ['l', 'Pause or resume “As it is said”'],
  ],
  history: [
    ['← →', 'Move the cursor; with Shift ten times as far'],
    ['+ -', 'Zoom'],
    [', .', 'Earlier, later'],
    ['[ ]', 'Previous, next silence'],
    ['{ }', 'Previous, next change of a label, or else of a state'],
    ['l', 'Live: end now, without a cursor'],
    ['a', 'As known'],
    ['t', 'Table or chart'],
    ['m', 'Messages or chart'],
  ],
};
const LED = { n: 'now', h: 'history', d: 'datasets', e: 'health' };

class HearthKeys extends Part {
  connectedCallback() {
    super.connectedCallback();
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.key(event);
    this.onAsk = () => this.show();
    document.addEventListener('keydown', this.onKey);
    addEventListener('hearth-keys', this.onAsk);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.onKey) document.removeEventListener('keydown', this.onKey);
    if (this.onAsk) removeEventListener('hearth-keys', this.onAsk);
  }

  render() {
    return html`<dialog class="keys" aria-labelledby="keys-title">
      <div class="bar"><h2 id="keys-title">Keyboard</h2><button class="tool" aria-label="Close" @click=${() => this.dialog.close()}>${icon('close')}</button></div>
      <dl>${[...KEYS, ...(OF_SCREEN[page.view.screen] ?? [])].map(([key, does]) => html`<div><dt>${key.split(' ').map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${does}</dd></div>`)}</dl>
    </dialog>`;
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector('dialog'));
  }

  show() {
    this.requestUpdate();
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** Off while typing; a key that is meant for the browser stays the browser's. @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches('input, textarea, select') || this.dialog.open)
      return;
    const led = this.led;
    this.led = event.key === 'g';
    const screen = led && LED[/** @type {'n'} */ (event.key)];
    if (screen) page.go({ screen, proof: null, cursor: null, past: {} });
    // A screen has keys of its own, and may take one that others share.
    else if (!document.dispatchEvent(new CustomEvent('hearth-key', { detail: event, cancelable: true })))
      return event.preventDefault();
    else if (event.key === '/') focusFilter();
    else if (event.key === '?') this.show();
    else if (event.key === 'c') copy(new URL(format(page.view), location.href).href);
    else if (event.key === 'l') document.dispatchEvent(new Event('hearth-pause'));
    else if (event.key === 'Escape') document.dispatchEvent(new Event('hearth-close'));
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
      return this.step(event, target, event.key === 'ArrowDown' ? 1 : -1);
    else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event @param {Element} target @param {number} by */
  step(event, target, by) {
    const rows = [...document.querySelectorAll('button.row:not(:disabled), button.line')];
    const at = rows.indexOf(target);
    if (at < 0) return;
    event.preventDefault();
    /** @type {HTMLElement|undefined} */ (rows[at + by])?.focus();
  }
}

function focusFilter() {
  document.getElementById('filter')?.focus();
}

customElements.define('hearth-keys', HearthKeys);

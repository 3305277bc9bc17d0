// @ts-check
// hearth-books: every message that the broker delivered is somewhere, and the difference is printed even when it is 0.

import { html, nothing, svg } from '../vendor/lit.js';
import { Part } from './part.js';
import { outlined } from './sign.js';
import { SHAPES } from '../lib/check_words.js';

const ROWS =
  /** @type {[string, string, boolean][]} name in the API, in words, whether it is worth a line when it is 0 */ ([
    ['stored', 'On disk and chained', true],
    ['in_flight', 'In flight, not yet answered', true],
    ['duplicates', 'Delivered twice, kept once', false],
    ['repeated', 'Retained, known already', false],
    ['unwanted', 'Outside the log filter', false],
    ['refused', 'Refused, with a reason', true],
  ]);

class HearthBooks extends Part {
  static properties = { health: { attribute: false } };

  constructor() {
    super();
    /** @type {any} */ this.health = null;
  }

  render() {
    const { books, uncounted, path } = this.health;
    const notUnderstood = path.at(-1)?.facts.find((/** @type {string} */ fact) => fact.includes('no decoder'));
    return html`<section class="card books" aria-labelledby="books-title">
      <div class="bar"><h2 id="books-title">The books${books && books.difference === 0 ? ' balance' : ''}</h2>${books ? mark(books.difference) : ''}</div>
      ${books ? table(books) : html`<p class="hint">The sink has not told its counts yet.</p>`}
      <p class="hint">${notUnderstood ?? ''} ${uncounted}</p>
      ${uncounted.includes('QoS 0') ? nothing : html`<p class="hint">What is said with QoS 0 while the sink is away, nobody can count.</p>`}</section>`;
  }
}

/** @param {number} difference */
function mark(difference) {
  const good = difference === 0;
  return html`<span class=${good ? 'balanced' : 'wrong'}>${outlined(svg`<path d=${good ? SHAPES.good : SHAPES.bad}/>`)} ${Math.abs(difference).toLocaleString('en')} ${difference < 0 ? 'too many' : 'missing'}</span>`;
}

/** @param {any} books */
function table(books) {
  const said = ROWS.filter(([name, , always]) => always || books[name]);
  return html`<table><caption class="aside">Messages since the sink started</caption><tbody>
    <tr><th scope="row">Delivered by the broker</th><td><b>${count(books.delivered)}</b></td></tr>
    ${said.map(([name, words]) => html`<tr><th scope="row">${words}</th><td>${count(books[name])}</td></tr>`)}
    <tr class="sum"><th scope="row">Difference</th><td>${count(books.difference)}</td></tr></tbody></table>
    <p class="hint">Messages since the sink started.</p>`;
}

/** @param {number} number */
function count(number) {
  return number.toLocaleString('en');
}

customElements.define('hearth-books', HearthBooks);

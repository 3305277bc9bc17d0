// @ts-check
// hearth-faults: what each fault means, in the words of the API's own table.

import { html } from '../vendor/lit.js';
import { Part } from './part.js';
import { sign } from './sign.js';
import { WEIGHTS } from '../lib/health_words.js';

const KINDS = [
  ['device', 'A device'],
  ['broker', 'The broker'],
  ['sink', 'The sink'],
  ['store', 'The log'],
  ['home', 'The home'],
  ['unknown', 'Nobody knows'],
];

class HearthFaults extends Part {
  static properties = { faults: { attribute: false }, worst: { attribute: false }, chosen: { state: true } };

  constructor() {
    super();
    /** @type {any[]} */ this.faults = [];
    /** Whose fault stands; what a person chose comes before it. */ this.worst = '';
    this.chosen = '';
  }

  get kind() {
    return this.chosen || (KINDS.some(([kind]) => kind === this.worst) ? this.worst : 'device');
  }

  render() {
    const kinds = KINDS.filter(([kind]) => this.faults.some((one) => one.kind === kind));
    return html`<section class="card faults" aria-labelledby="faults-title"><h2 id="faults-title">What each fault means</h2>
      <div class="choose" role="group" aria-label="Whose fault">${kinds.map(([kind, name]) => html`<button aria-pressed=${kind === this.kind ? 'true' : 'false'} @click=${() => (this.chosen = kind)}>${name}</button>`)}</div>
      <table><thead><tr><th scope="col">You read</th><th scope="col">It is known from</th><th scope="col">What to do</th></tr></thead>
        <tbody>${this.faults
          .filter((one) => one.kind === this.kind)
          .map(
            (one) =>
              html`<tr id=${`fault-${one.id}`}><th scope="row"><div>${sign(WEIGHTS[one.severity] ?? 'late')}<span>${facts(one.sentence)}</span></div></th><td data-name="It is known from">${facts(one.evidence)}</td><td data-name="What to do">${facts(one.remedy)}</td></tr>`,
          )}</tbody></table></section>`;
  }
}

/** Names in braces stand for facts. @param {string} text */
function facts(text) {
  return text.split(/\{(\w+)\}/).map((part, at) => (at % 2 ? html`<i>${part.replaceAll('_', ' ')}</i>` : part));
}

customElements.define('hearth-faults', HearthFaults);

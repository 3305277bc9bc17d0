// @ts-check
// What Now shows instead of values while there is no answer: what is waited for, or why there is none.

import { html, nothing } from '../vendor/lit.js';

/** @param {import('../lib/api.js').Problem} problem @param {() => void} retry @param {number} waitS seconds until a retry is welcome */
export function failed(problem, retry, waitS) {
  return html`<section class="card plain" role="alert" aria-labelledby="failed-title">
    <h2 id="failed-title">${problem.title}</h2>
    ${problem.detail ? html`<p>${problem.detail}</p>` : nothing}
    <p class="actions"><button class="button" ?disabled=${waitS > 0} @click=${retry}>${waitS > 0 ? `Retry in ${waitS} s` : 'Retry'}</button></p>
  </section>`;
}

/** Said only when it takes long enough to wonder. @param {string[]} awaited @param {() => void} cancel */
export function waiting(awaited, cancel) {
  return html`<section class="card plain" role="status"><h2>Still reading</h2><p>Waiting for ${awaited.join(' and ')}.</p>
    <p class="actions"><button class="button" @click=${cancel}>Cancel</button></p></section>`;
}

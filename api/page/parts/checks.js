// @ts-check
// The lines of a verdict: a tick, a cross or a ring each, and what no proof says.

import { html, svg } from '../vendor/lit.js';
import { outlined } from './sign.js';
import { SHAPES, WORDS } from '../lib/check_words.js';
import { short } from '../lib/proving.js';

/** @param {import('../lib/checks.js').Check[]} found */
export function checks(found) {
  return html`<ul class="checks">${found.map(
    (one) =>
      html`<li class=${one.state}>${outlined(svg`<path d=${SHAPES[one.state]}/>`)}<span title=${one.text}><b class="aside">${WORDS[one.state]}:</b> ${short(one.text)}</span></li>`,
  )}</ul>`;
}

/** @param {string[]} sentences */
export function notProven(sentences) {
  return html`<details class="open-ends"><summary>What this does not prove</summary><ul>${sentences.map((one) => html`<li>${one}</li>`)}</ul></details>`;
}

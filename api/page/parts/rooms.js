// @ts-check
// Every series by room.

import { html, nothing, repeat } from '../vendor/lit.js';
import './row.js';
import { page } from '../lib/page.js';
import { counted } from '../lib/words.js';

/** @param {import('../lib/home.js').Home} home @param {string=} tz */
export function rooms(home, tz) {
  return html`<div class="rooms">${repeat(
    home.rooms(),
    (room) => room.key,
    (room) => html`<section class="card room" aria-label=${room.title}>
      <h2>${room.title}${room.hint ? html` <i>${room.hint}</i>` : nothing}</h2>
      <ul>${repeat(
        room.rows,
        (one) => one.key,
        (one) => html`<li><hearth-row .series=${one} .tz=${tz}></hearth-row></li>`,
      )}</ul></section>`,
  )}</div>
    ${home.hidden.size ? leftOut(home.hidden.size) : nothing}`;
}

/** @param {number} count */
function leftOut(count) {
  return html`<p class="hint">${counted(count, 'set-up message')} of devices (homeassistant/…/config) left out.
    <button class="link" @click=${() => page.go({ filters: ['homeassistant/#'] })}>Show only these</button></p>`;
}

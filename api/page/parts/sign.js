// @ts-check
// The signs: small shapes that carry a state before any colour does.

import { html, svg } from '../vendor/lit.js';

const SHAPES = {
  live: svg`<circle cx="4.5" cy="4.5" r="2" fill="currentColor"/>`,
  late: svg`<circle cx="4.5" cy="4.5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.4"/><path d="M4.5 .9a3.6 3.6 0 0 1 0 7.2z" fill="currentColor"/>`,
  silent: svg`<rect x="1" y="1" width="7" height="7" fill="none" stroke="currentColor" stroke-width="1.6"/>`,
  batch: svg`<path d="M4.5 .7L8.3 4.5 4.5 8.3 .7 4.5z" fill="none" stroke="currentColor" stroke-width="1.4"/>`,
  never: svg`<circle cx="4.5" cy="4.5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.2" stroke-dasharray="1.8 1.6"/>`,
};

/** @param {'live'|'batch'|'late'|'silent'|'never'} state */
export function sign(state) {
  return html`<svg class="sign ${state}" viewBox="0 0 9 9" width="9" height="9" aria-hidden="true">${SHAPES[state] ?? SHAPES.never}</svg>`;
}

const ICONS = {
  moon: svg`<path d="M13 9.6A5.6 5.6 0 1 1 6.4 3a4.6 4.6 0 0 0 6.6 6.6z"/>`,
  keys: svg`<path d="M5.6 6.2a2.4 2.4 0 1 1 3.3 2.2c-.6.3-.9.7-.9 1.4v.4M8 12.6v.1"/>`,
  close: svg`<path d="M4 4l8 8M12 4l-8 8"/>`,
  code: svg`<path d="M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5"/>`,
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  return outlined(ICONS[name]);
}

/** @param {unknown} shape in a box of 16 by 16 */
export function outlined(shape) {
  return html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">${shape}</svg>`;
}

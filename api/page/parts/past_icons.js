// @ts-check
// The icons that only History has.

import { svg } from '../vendor/lit.js';
import { outlined } from './sign.js';

const ICONS = {
  left: svg`<path d="M10 3L5 8l5 5"/>`,
  right: svg`<path d="M6 3l5 5-5 5"/>`,
  link: svg`<path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.8-.8"/>`,
  live: svg`<path d="M4.5 11.5a5 5 0 0 1 0-7M11.5 4.5a5 5 0 0 1 0 7M8 8v.1"/>`,
};

/** @param {keyof typeof ICONS} name */
export function pastIcon(name) {
  return outlined(ICONS[name]);
}

// @ts-check
// What all plots draw by: the stretch and where it lies on the screen, colours, ticks.

import { baseHeight } from '../lib/panels.js';
import { spanWords } from '../lib/span.js';
import { ticks } from '../lib/ticks.js';

/** Narrower than this, margins are those of a phone. */
export const NARROW = 520;
const TICK = 96;
const TALL_MAX = 2.4;
const LANE = 17;
const BAND = 22;
/** Header, bar, path, axis and thirty days. */
const AROUND = 270;

/**
 * @typedef {{start: number, end: number, now: number, width: number, gutter: number, right: number, step: number, tall: number, write?: (scene: any) => void, tell?: (chart: any) => string, slide?: (chart: any, scene: any) => void, hide: Set<string>,
 *   colours: import('./paint.js').Palette, ticks: {t: number, text: string, strong: boolean}[], tz?: string, words: string}} Scene
 */

/** @param {any} plots the element that they are in @returns {Scene} */
export function sceneOf(plots) {
  const { start, end, now } = plots.shown;
  const { width, gutter, right, hide, colours, tz, tell, write, slides: slide, pixels } = plots;
  return {
    ...{ start, end, now, width, gutter, right, hide, colours, tz, tell, write, slide },
    step: plots.past.grid.step,
    tall: tall(plots),
    ticks: ticks(start, end, Math.max(2, Math.floor(pixels / TICK)), tz),
    words: spanWords(start, end, tz),
  };
}

/** Few panels share the room that the screen has. @param {any} plots */
function tall({ width, laid }) {
  if (width < NARROW) return 1;
  const taken = laid.panels.reduce((/** @type {number} */ sum, /** @type {any} */ panel) => sum + baseHeight(panel), 0);
  const below = LANE * laid.lanes.length + BAND * laid.told.length;
  return Math.min(TALL_MAX, Math.max(1, (innerHeight - AROUND - below) / Math.max(1, taken)));
}

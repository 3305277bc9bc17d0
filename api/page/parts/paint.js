// @ts-check
// What plots are painted by: where their stretch lies on the screen, the theme's colours, the textures of whose silence it was.

import { baseHeight } from '../lib/panels.js';
import { spanWords } from '../lib/span.js';

const COLOURS = [
  'ink',
  'ink2',
  'ink3',
  'rule',
  'edge',
  'surface',
  'late',
  'bad',
  'tint',
  'gap-device',
  'gap-broker',
  'gap-sink',
  'gap-store',
  'gap-unknown',
  's0',
  's1',
  's2',
  's3',
  's4',
  's5',
  't0',
  't1',
  't2',
  't3',
  't4',
  't5',
  't6',
  't7',
];
const TILE = 8;

/** @typedef {Record<string, string> & {font: string}} Palette */

/** The colours as the browser resolves them for the present theme. @returns {Palette} */
export function palette() {
  const probe = document.createElement('i');
  document.body.append(probe);
  const found = Object.fromEntries(
    COLOURS.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  const font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return /** @type {Palette} */ ({ ...found, font });
}

/** @type {Record<string, (pen: CanvasRenderingContext2D) => void>} */
const STROKES = {
  device: (pen) => {
    for (const at of [-8, 0, 8]) line(pen, at, 8, at + 8, 0);
  },
  broker: (pen) => {
    line(pen, 0, 2, 8, 2);
    line(pen, 0, 6, 8, 6);
  },
  sink: (pen) => {
    for (const at of [-8, 0, 8]) {
      line(pen, at, 8, at + 8, 0);
      line(pen, at, 0, at + 8, 8);
    }
  },
  store: (pen) => {
    pen.fillRect(1, 1, 2, 2);
    pen.fillRect(5, 5, 2, 2);
  },
};

/** @type {Map<string, CanvasPattern>} A texture is made once for a theme and a screen. */
const made = new Map();

/** A texture that can fill, the same size on every screen. @param {CanvasRenderingContext2D} target @param {string} cause @param {Palette} colours @param {number} ratio */
export function texture(target, cause, colours, ratio) {
  const name = cause in STROKES ? cause : 'unknown';
  const key = `${name} ${colours[`gap-${name}`]} ${colours.surface} ${ratio}`;
  const known = made.get(key);
  if (known) return known;
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.round(TILE * ratio);
  const pen = /** @type {CanvasRenderingContext2D} */ (tile.getContext('2d'));
  pen.scale(tile.width / TILE, tile.width / TILE);
  pen.fillStyle = colours.surface;
  pen.fillRect(0, 0, TILE, TILE);
  pen.strokeStyle = pen.fillStyle = colours[`gap-${name}`];
  pen.lineWidth = name === 'broker' ? 1.2 : 0.9;
  if (name === 'unknown') pen.fillRect(0, 0, TILE, TILE);
  else STROKES[name](pen);
  const pattern = /** @type {CanvasPattern} */ (target.createPattern(tile, 'repeat'));
  made.set(key, pattern);
  return pattern;
}

/** @param {CanvasRenderingContext2D} pen @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function line(pen, x0, y0, x1, y1) {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

/** A canvas of so many CSS pixels, empty; one that is of that size keeps its memory. @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
export function blank(canvas, width, height) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const [across, down] = [width, height].map((one) => Math.round(one * devicePixelRatio));
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  pen.clearRect(0, 0, width + 1, height + 1);
  return pen;
}

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
 *   colours: Palette, ticks: {t: number, text: string, strong: boolean}[], tz?: string, words: string}} Scene
 */

/** @param {any} plots the element that they are in @returns {Scene} */
export function sceneOf(plots) {
  const { start, end, now } = plots.shown;
  const { width, gutter, right, hide, colours, tz, tell, ticks, write, slides: slide, pixels } = plots;
  return {
    ...{ start, end, now, width, gutter, right, hide, colours, tz, tell, write, slide },
    step: plots.past.grid.step,
    tall: tall(plots),
    ticks: ticks?.(start, end, Math.max(2, Math.floor(pixels / TICK)), tz) ?? [],
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

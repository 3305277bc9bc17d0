// @ts-check
// What is written into a panel: whose silence it was, what arrived later, and names at the ends of lines.

import { across, holes, levelAt, merged } from './panel_paint.js';
import { gapLabel, lateLabel } from '../lib/gap_words.js';
import { counted, number, together } from '../lib/words.js';

const LABEL_MIN = 40;

/** @typedef {import('./panel_paint.js').Scene} Scene */

/** @param {Scene} scene */
export function write(scene) {
  if (scene.label) names(scene);
  labels(scene);
}

/** @param {Scene} scene */
function labels(scene) {
  const { u, colours, drawn, now, tz } = scene;
  const { top, left, width } = u.bbox;
  /** @type {{x: number, y: number, to: number}[]} */
  const taken = [];
  const say = (
    /** @type {string} */ text,
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {string} */ colour,
  ) => {
    const pen = u.ctx;
    const to = x + pen.measureText(text).width;
    if (
      to > left + width ||
      taken.some((one) => x < one.to && to > one.x && Math.abs(y - one.y) < 12 * devicePixelRatio)
    )
      return;
    taken.push({ x, y, to });
    pen.fillStyle = colours.surface;
    pen.globalAlpha = 0.8;
    pen.fillRect(
      x - 2 * devicePixelRatio,
      y - 7 * devicePixelRatio,
      to - x + 4 * devicePixelRatio,
      14 * devicePixelRatio,
    );
    pen.globalAlpha = 1;
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  };
  for (const hole of holes(scene)) {
    const x = across(scene, hole.from) + 4 * devicePixelRatio;
    if (across(scene, hole.to) - x < LABEL_MIN * devicePixelRatio) continue;
    const y = hole.whole ? top + u.bbox.height / 2 : hole.y0 - 8 * devicePixelRatio;
    const name = drawn.length > 1 && !hole.whole ? `${hole.line.place || hole.line.name} ` : '';
    say(`${name}${gapLabel(hole.gap, now)}`, x, y, colours.ink2);
    // Without a time of its own, what waited stands where it was logged.
    if (hole.gap.waited)
      say(
        `${counted(hole.gap.waited, 'message')} waited, logged here`,
        across(scene, hole.to) + 4 * devicePixelRatio,
        top + u.bbox.height - 8 * devicePixelRatio,
        colours.late,
      );
  }
  for (const late of merged(drawn.flatMap(({ line }) => line.late))) {
    // The panel's own name stands first in that line.
    const x = Math.max(across(scene, late.from) + 6 * devicePixelRatio, left + (scene.titled + 14) * devicePixelRatio);
    if (across(scene, late.to) - x > LABEL_MIN * devicePixelRatio)
      say(lateLabel(late, now, tz), x, top + 6 * devicePixelRatio, colours.late);
  }
}

/** Names at the right end, moved apart where they would cover each other. @param {Scene} scene */
function names(scene) {
  const { u, drawn, colours, end } = scene;
  const pen = u.ctx;
  const { left, top, width, height } = u.bbox;
  const ends = drawn
    .map(({ line, colour }) => ({ text: line.place || line.name, colour, y: levelAt(scene, line, end) }))
    .filter((one) => one.y !== null)
    .sort((a, b) => Number(a.y) - Number(b.y));
  let lowest = top;
  pen.textAlign = 'right';
  for (const [at, { text, colour, y }] of ends.entries()) {
    const room = top + height - (ends.length - at) * 11 * devicePixelRatio;
    const place = Math.max(Math.min(Number(y), room), lowest + 6 * devicePixelRatio);
    pen.lineWidth = 3 * devicePixelRatio;
    pen.strokeStyle = colours.surface;
    pen.strokeText(text, left + width - 4 * devicePixelRatio, place);
    pen.fillStyle = colours[`s${colour}`];
    pen.fillText(text, left + width - 4 * devicePixelRatio, place);
    lowest = place + 6 * devicePixelRatio;
  }
  pen.textAlign = 'left';
}

/** A chart in one sentence. @param {any} chart */
export function tell({ panel: { title, unit }, drawn, scene, low, high }) {
  const silent = drawn.reduce((/** @type {number} */ sum, /** @type {any} */ { line }) => sum + line.gaps.length, 0);
  const range =
    low <= high
      ? `${together({ text: number(low), unit: '' })} to ${together({ text: number(high), unit })}`
      : 'no values';
  const silences = silent === 0 ? 'no silence' : silent === 1 ? 'one silence' : `${silent} silences`;
  const late = drawn.flatMap((/** @type {any} */ { line }) => line.late);
  const later = late.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.count, 0);
  return `${title}, ${scene.words}, ${range}, ${later ? `${counted(later, 'value')} arrived later, ` : ''}${silences}`;
}

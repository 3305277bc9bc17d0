// @ts-check
// What lies under and over the lines of a panel: grid, late tints, gaps by cause, the last value said, names at the ends.

import { texture } from './paint.js';
import { across, holes, levelAt, merged } from './panel_marks.js';
import { standAt } from '../lib/lines.js';
import { pieces } from '../lib/trace.js';
import { counted } from '../lib/words.js';
import { gapLabel, lateLabel } from '../lib/gap_words.js';

const LABEL_MIN = 40;

/** @typedef {import('./panel_marks.js').Scene} Scene */

/** Everything under the lines. @param {Scene} scene */
export function under(scene) {
  const { u, colours, ticks } = scene;
  const { top, height } = u.bbox;
  const pen = u.ctx;
  pen.save();
  pen.fillStyle = colours.rule;
  for (const { t } of ticks) pen.fillRect(Math.round(across(scene, t)), top, devicePixelRatio, height);
  tints(scene);
  for (const { from, to, cause, y0, y1 } of holes(scene)) {
    const x = across(scene, from);
    const width = Math.max(across(scene, to) - x, 2 * devicePixelRatio);
    pen.fillStyle = texture(pen, cause, colours, devicePixelRatio);
    pen.fillRect(x, y0, width, y1 - y0);
  }
  pen.restore();
}

/** What arrived in a later batch lies on a tint, with a dashed line where it arrived. @param {Scene} scene */
function tints(scene) {
  const { u, colours, drawn, end } = scene;
  const { top, height } = u.bbox;
  const pen = u.ctx;
  for (const { from, to, arrivedFirst } of merged(drawn.flatMap(({ line }) => line.late))) {
    const [x0, x1] = [across(scene, from), across(scene, to)];
    pen.fillStyle = colours.tint;
    pen.fillRect(x0, top, Math.max(x1 - x0, 1), height);
    if (arrivedFirst > end) continue;
    pen.strokeStyle = colours.late;
    pen.lineWidth = devicePixelRatio;
    pen.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    pen.beginPath();
    pen.moveTo(across(scene, arrivedFirst), top);
    pen.lineTo(across(scene, arrivedFirst), top + height);
    pen.stroke();
    pen.setLineDash([]);
  }
}

/** Everything over the lines. @param {Scene} scene */
export function over(scene) {
  const { u, colours, drawn } = scene;
  const pen = u.ctx;
  pen.save();
  pen.beginPath();
  pen.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  pen.clip();
  pen.font = `${11 * devicePixelRatio}px ${colours.font}`;
  pen.textBaseline = 'middle';
  pen.textAlign = 'left';
  for (const { line, colour } of drawn) ends(scene, line, colours[`s${colour}`]);
  if (scene.label) names(scene);
  labels(scene);
  pen.restore();
}

/** The last value said before a silence is a dot, just outside of it. @param {Scene} scene @param {import('../lib/lines.js').Line} line @param {string} colour */
function ends(scene, line, colour) {
  const { u, start, end } = scene;
  for (const { from, to } of pieces(line.gaps, start, end)) {
    const { t, value } = standAt({ ...line, gaps: [] }, to);
    if (to >= end || t < from || typeof value !== 'number') continue;
    const pen = u.ctx;
    pen.save();
    pen.beginPath();
    pen.rect(across(scene, from), u.bbox.top, across(scene, to) - across(scene, from), u.bbox.height);
    pen.clip();
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(across(scene, to) - 2.5 * devicePixelRatio, u.valToPos(value, 'y', true), 2 * devicePixelRatio, 0, 7);
    pen.fill();
    pen.restore();
  }
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

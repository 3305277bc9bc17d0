// @ts-check
// What lies under and over the lines of a panel: grid, late tints, gaps by cause, the last value said.

import { texture } from './paint.js';
import { across, holes, merged } from './panel_marks.js';
import { standAt } from '../lib/lines.js';
import { pieces } from '../lib/trace.js';

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
  scene.write?.(scene);
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

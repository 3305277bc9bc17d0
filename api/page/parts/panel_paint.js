// @ts-check
// What lies under and over the lines of a panel, and where: grid, late tints, gaps by cause, the last value said.

import { texture } from './paint.js';
import { pieces, standAt } from '../lib/lines.js';

const BAND = 11;

/**
 * @typedef {import('../lib/panels.js').Drawn} Drawn
 * @typedef {{u: any, drawn: Drawn[], colours: import('./paint.js').Palette, start: number, end: number, now: number, tz?: string, ticks: {t: number}[], label: boolean, write?: (scene: Scene) => void, titled: number}} Scene
 */

/** @param {Scene} scene @param {number} t */
export function across({ u, start, end }, t) {
  return u.valToPos(Math.min(Math.max(t, start), end), 'x', true);
}

/** @param {Scene} scene @param {import('../lib/lines.js').Line} line @param {number} t */
export function levelAt({ u }, line, t) {
  const { value } = standAt({ ...line, gaps: [] }, t);
  return typeof value === 'number' ? u.valToPos(value, 'y', true) : null;
}

/** A cause that hit every line shades the panel, any other only its own line's band. @param {Scene} scene */
export function holes(scene) {
  const { u, drawn, start, end, now } = scene;
  const { top, height } = u.bbox;
  const found = [];
  for (const { line } of drawn) {
    for (const gap of line.gaps) {
      const to = gap.standing ? Math.max(gap.to, now) : gap.to;
      if (to <= start || gap.from >= end) continue;
      const everyone = drawn.every(({ line: other }) =>
        other.gaps.some((one) => one.id === gap.id && one.from <= gap.to && one.to >= gap.from),
      );
      const level = everyone ? null : levelAt(scene, line, gap.from);
      const [y0, y1] =
        level === null
          ? [top, top + height]
          : [Math.max(top, level - BAND * devicePixelRatio), Math.min(top + height, level + BAND * devicePixelRatio)];
      found.push({ from: gap.from, to, cause: gap.cause, y0, y1, gap, line, whole: level === null });
    }
  }
  return found;
}

/** Spans of several lines that arrived together are one. @param {import('../lib/lines.js').Late[]} spans */
export function merged(spans) {
  /** @type {import('../lib/lines.js').Late[]} */
  const found = [];
  for (const span of spans) {
    const same = found.find(
      (one) => Math.abs(one.arrivedFirst - span.arrivedFirst) < 600_000 && one.from <= span.to && span.from <= one.to,
    );
    if (!same) found.push({ ...span });
    else
      Object.assign(same, {
        from: Math.min(same.from, span.from),
        to: Math.max(same.to, span.to),
        count: same.count + span.count,
        arrivedLast: Math.max(same.arrivedLast, span.arrivedLast),
      });
  }
  return found;
}

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

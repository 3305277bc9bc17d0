// @ts-check
// Where silences and late arrivals of a panel lie, in the canvas's pixels.

import { standAt } from '../lib/lines.js';

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

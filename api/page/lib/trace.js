// @ts-check
// The shape of a line: strokes in pixels that keep every peak and never cross a gap.

/**
 * @typedef {import('./lines.js').Line} Line
 * @typedef {{from: number, to: number}} Piece
 */

/** Stretches in which a line may be drawn: the window without its gaps. @param {{from: number, to: number, standing?: boolean}[]} gaps @param {number} start @param {number} end @returns {Piece[]} */
export function pieces(gaps, start, end) {
  const sorted = gaps.filter((gap) => gap.to > start && gap.from < end).sort((a, b) => a.from - b.from);
  const found = [];
  let from = start;
  for (const gap of sorted) {
    if (gap.from > from) found.push({ from, to: gap.from });
    from = Math.max(from, gap.to);
  }
  if (from < end) found.push({ from, to: end });
  return found;
}

/**
 * Draws a line bucket by bucket: a stroke between its least and its greatest, entered at the nearer end, left at its last value.
 * @param {Line} line @param {{move: (x: number, y: number) => void, to: (x: number, y: number) => void}} pen
 * @param {(t: number) => number} x @param {(v: number) => number} y
 */
export function trace(line, pen, x, y) {
  const { gaps } = line;
  let previous = Number.NEGATIVE_INFINITY;
  let level = 0;
  for (const [at, t] of line.x.entries()) {
    const px = x(t);
    const [low, high, last] = [y(line.min[at]), y(line.max[at]), y(line.last[at])];
    const apart = at === 0 || gaps.some((gap) => gap.to > gap.from && gap.from >= previous && gap.to <= t);
    const ends = Math.abs(high - level) < Math.abs(low - level) ? [high, low] : [low, high];
    if (apart) pen.move(px, ends[0]);
    else {
      // Without a rhythm a value is said when it changes, so until then the one before it stood.
      if (line.usualMs === null) pen.to(px, level);
      pen.to(px, ends[0]);
    }
    if (Math.abs(ends[1] - ends[0]) > 0.5) pen.to(px, ends[1]);
    // A bucket that spans time ends where its last value was said.
    const out = x(line.lastX[at]);
    if (out > px || last !== ends[1]) pen.to(Math.max(out, px), last);
    // One value alone is a dot.
    if (apart && line.count[at] === 1) pen.to(px + 0.01, ends[0]);
    level = last;
    previous = line.lastX[at];
  }
}

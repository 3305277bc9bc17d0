// @ts-check
// A sparkline's shape: points and gaps to the path that is drawn. Nothing is drawn where nobody spoke.

/**
 * @typedef {{t: number, low: number, high: number}} Point
 * @typedef {{t: number, text: string}} Turn
 * @typedef {{line: string, base: string, others: {x: number, width: number}[], marks: {x: number, width: number}[], holes: {x: number, width: number, cause: string}[], end: {x: number, y: number}|null}} Shape
 */

/** @param {Point[]} points @param {{from: number, to: number, cause: string}[]} gaps @param {{from: number, to: number, width: number, height: number, steps: boolean, now: unknown}} box @returns {Shape} */
export function shape(points, gaps, { from, to, width, height, steps, now }) {
  const x = across(from, to, width);
  const inside = points.filter((point) => point.t >= from);
  const holes = silences(gaps, from, x);
  const runs = cut(inside, gaps);
  if (steps) return { line: '', others: [], ...blocks(runs, x, height), holes, end: null };
  const low = Math.min(...inside.map((point) => point.low));
  const high = Math.max(...inside.map((point) => point.high));
  const y = (/** @type {number} */ v) =>
    round(high === low ? height / 2 : 2 + (1 - (v - low) / (high - low)) * (height - 4));
  const last = inside.at(-1);
  const end = last
    ? { x: x(last.t), y: y(typeof now === 'number' ? Math.min(high, Math.max(low, now)) : last.high) }
    : null;
  return {
    // The line ends where the last value is, wherever in its bucket that lies.
    line: runs.map((piece) => path(piece, x, y)).join('') + (last && end && last.low < last.high ? `V${end.y}` : ''),
    base: '',
    others: [],
    marks: [],
    holes,
    end,
  };
}

/**
 * Words: a bar for as long as one stood, those of the present word stronger. Nothing is held over a silence.
 * @param {Turn[]} turns @param {{from: number, to: number, cause: string}[]} gaps @param {{from: number, to: number, width: number}} box @returns {Shape}
 */
export function bands(turns, gaps, { from, to, width }) {
  const x = across(from, to, width);
  /** @type {Shape} */
  const found = { line: '', base: '', others: [], marks: [], holes: silences(gaps, from, x), end: null };
  for (const [at, { t, text }] of turns.entries()) {
    const until = turns[at + 1]?.t ?? to;
    const into = text === turns[turns.length - 1].text ? found.marks : found.others;
    for (const piece of pieces(gaps, Math.max(t, from), until))
      into.push({ x: x(piece.from), width: round(Math.max(0.8, x(piece.to) - x(piece.from) - 0.7)) });
  }
  return found;
}

/** @param {{from: number, to: number}[]} gaps @param {number} from @param {number} to */
function pieces(gaps, from, to) {
  const found = [];
  for (const gap of gaps) {
    if (gap.to <= from || gap.from >= to) continue;
    if (gap.from > from) found.push({ from, to: gap.from });
    from = gap.to;
  }
  if (from < to) found.push({ from, to });
  return found;
}

/** @param {number} from @param {number} to @param {number} width */
function across(from, to, width) {
  return (/** @type {number} */ t) => round(Math.min(width - 2, Math.max(0, ((t - from) / (to - from)) * (width - 2))));
}

/** @param {{from: number, to: number, cause: string}[]} gaps @param {number} from @param {(t: number) => number} x */
function silences(gaps, from, x) {
  return gaps
    .filter((gap) => gap.to > from)
    .map((gap) => ({ x: x(gap.from), width: Math.max(2, x(gap.to) - x(gap.from)), cause: gap.cause }));
}

/** Points in runs that no gap interrupts. @param {Point[]} points @param {{from: number, to: number}[]} gaps */
export function cut(points, gaps) {
  /** @type {Point[][]} */
  const pieces = [];
  let previous = -Infinity;
  for (const point of points) {
    const broken = gaps.some((gap) => gap.from >= previous - 1 && gap.to <= point.t + 1 && gap.to > previous);
    if (!pieces.length || broken) pieces.push([]);
    pieces[pieces.length - 1].push(point);
    previous = point.t;
  }
  return pieces;
}

/** Every peak is kept: a bucket is a stroke between its lowest and its highest, entered at the nearer end. @param {Point[]} piece @param {(t: number) => number} x @param {(v: number) => number} y */
export function path(piece, x, y) {
  let at = y(piece[0].low);
  const strokes = piece.map((point) => {
    const ends = [y(point.low), y(point.high)];
    if (Math.abs(ends[1] - at) < Math.abs(ends[0] - at)) ends.reverse();
    at = ends[1];
    return Math.abs(ends[0] - ends[1]) < 0.5 ? `${x(point.t)} ${at}` : `${x(point.t)} ${ends[0]}V${at}`;
  });
  return strokes.length === 1 ? `M${strokes[0]}h.01` : `M${strokes.join('L')}`;
}

/** On and off: a bar while it was on, a thin line while it was known to be off. @param {Point[][]} runs @param {(t: number) => number} x @param {number} height */
export function blocks(runs, x, height) {
  /** @type {{x: number, width: number}[]} */
  const marks = [];
  let base = '';
  for (const piece of runs) {
    base += `M${x(piece[0].t)} ${height / 2}H${x(piece[piece.length - 1].t) + 0.5}`;
    for (const [at, point] of piece.entries()) {
      const next = piece[at + 1];
      if (point.high > 0)
        marks.push({
          x: x(point.t),
          width: round(Math.max(1.5, point.low > 0 && next ? x(next.t) - x(point.t) : 1.5)),
        });
    }
  }
  return { base, marks };
}

/** @param {number} v */
function round(v) {
  return Math.round(v * 10) / 10;
}

// @ts-check
// How long each cause kept a selection silent.

/** How long each cause lasted in a stretch, longest first. @param {{gaps: import('./lines.js').Gap[], start: number, end: number}} stretch */
export function causes({ gaps, start, end }) {
  /** @type {Map<string, {from: number, to: number}[]>} */
  const found = new Map();
  for (const gap of gaps) {
    const span = { from: Math.max(gap.from, start), to: Math.min(gap.standing ? end : gap.to, end) };
    if (span.to > span.from) found.set(gap.cause, [...(found.get(gap.cause) ?? []), span]);
  }
  return [...found].map(([cause, spans]) => ({ cause, lasted: covered(spans) })).sort((a, b) => b.lasted - a.lasted);
}

/** The time that spans cover together. @param {{from: number, to: number}[]} spans */
function covered(spans) {
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.sort((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return total;
}

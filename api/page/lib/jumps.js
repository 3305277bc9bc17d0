// @ts-check
// The instants that one may want to jump to.

/** @typedef {import('./lines.js').Line} Line @typedef {import('./lines.js').Gap} Gap */

/** Where silences begin, ascending, each once. @param {Line[]} lines @param {Gap[]} outages */
export function silences(lines, outages) {
  const every = [...outages, ...lines.flatMap((line) => line.gaps)].map((gap) => gap.from);
  return [...new Set(every)].sort((a, b) => a - b);
}

/** Where a label changed, true or predicted; where there is none, where a state or a text did. @param {Line[]} lines */
export function changes(lines) {
  const told = lines.filter(({ role, kind }) => (role === 'label' || role === 'prediction') && kind !== 'number');
  const every = (told.length ? told : lines).flatMap((line) => {
    if (line.kind === 'text') return line.texts.x;
    return line.kind === 'boolean' ? line.x.filter((_, at) => line.last[at] !== line.last[at - 1]) : [];
  });
  return [...new Set(every)].sort((a, b) => a - b);
}

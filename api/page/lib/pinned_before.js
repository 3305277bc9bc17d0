// @ts-check
// Which pinned datasets stand beside one that is made: those with the same columns first, then the newest.

import { instant } from './time.js';

export const SHOWN_MOST = 5;

/**
 * @param {any[]} rows of GET datasets, newest first @param {string[]} columns of the one that is made
 * @returns {{id: string, about: string, pinnedMs: number|null, size: number, same: boolean}[]}
 */
export function pinnedBefore(rows, columns) {
  const wanted = JSON.stringify([...columns].sort());
  const found = rows.map(({ id, pin, rows: size, columns: its, logged }) => ({
    id,
    about: (pin.parameters.filter ?? pin.parameters.left ?? []).join(', ') || 'everything',
    pinnedMs: instant(logged?.time),
    size,
    same: JSON.stringify(namesOf(its)) === wanted,
  }));
  return found.sort((a, b) => Number(b.same) - Number(a.same)).slice(0, SHOWN_MOST);
}

/** @param {{name: string}[]} columns */
function namesOf(columns) {
  return columns
    .map(({ name }) => name)
    .filter((name) => name !== 'time')
    .sort();
}

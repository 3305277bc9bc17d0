// @ts-check
// Positions: where in the logs an answer stands, as `<store>.<ns>` for one store, comma-joined for several.

/** @param {string} text @returns {Map<string, bigint>} */
function parts(text) {
  const found = new Map();
  for (const part of text.split(',')) {
    const cut = part.lastIndexOf('.');
    if (cut > 0 && /^\d+$/.test(part.slice(cut + 1))) found.set(part.slice(0, cut), BigInt(part.slice(cut + 1)));
  }
  return found;
}

/** Whether `later` holds something that `earlier` does not. @param {string} later @param {string} earlier */
export function isAfter(later, earlier) {
  const before = parts(earlier);
  for (const [store, ns] of parts(later)) if (ns > (before.get(store) ?? 0n)) return true;
  return false;
}

/** The nanosecond after an RFC 3339 time: the end of a window that holds just one record. @param {string} time */
export function justAfter(time) {
  const found = /^(.*T[\d:]+)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time);
  if (!found) return time;
  const ns = BigInt((found[2] ?? '').padEnd(9, '0')) + 1n;
  if (ns < 1_000_000_000n) return `${found[1]}.${String(ns).padStart(9, '0')}${found[3]}`;
  const next = new Date(Date.parse(`${found[1]}${found[3]}`) + 1000).toISOString();
  return next.replace('.000Z', '.000000000Z');
}

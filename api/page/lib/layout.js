// @ts-check
// Rooms in the order of their names, rows in the order of theirs: nothing moves by itself.

/** @typedef {import('./home.js').Series} Series @typedef {import('./home.js').Room} Room */

/** @param {Series[]} all @returns {Room[]} */
export function layOut(all) {
  /** @type {Map<string, Room>} */
  const rooms = new Map();
  for (const one of all) {
    const found = rooms.get(one.room.key) ?? { ...one.room, rows: [] };
    found.rows.push(one);
    rooms.set(one.room.key, found);
  }
  join(rooms);
  const laid = [...rooms.values()].sort((a, b) => byName(a.title, b.title) || byName(a.key, b.key));
  const titles = laid.map((one) => one.title);
  for (const one of laid) {
    tellApart(one.rows);
    one.rows.sort((a, b) => byName(a.name, b.name) || byName(a.key, b.key));
    if (titles.filter((title) => title === one.title).length < 2) one.hint = '';
  }
  return laid;
}

/** A room that topics have as a level and an area that configs name alike are one. @param {Map<string, Room>} rooms */
function join(rooms) {
  for (const area of [...rooms.values()].filter(({ key }) => key.startsWith('area '))) {
    const same = [...rooms.values()].filter(({ key, title }) => key !== area.key && title === area.title);
    if (same.length !== 1) continue;
    area.rows.push(...same[0].rows);
    rooms.delete(same[0].key);
  }
}

/** Two of one name in a room are told apart by their devices. @param {Series[]} rows */
function tellApart(rows) {
  const names = rows.map(({ called }) => called);
  for (const one of rows) {
    const alike = names.filter((name) => name === one.called).length > 1;
    one.name = alike && one.device ? `${one.device} · ${one.called.toLowerCase()}` : one.called;
  }
}

const PLAIN = /^[ -~]*$/;
/** @type {Intl.Collator|undefined} */
let collator;

/** The order of names: Room 2 before Room 10. Only letters beyond ASCII need the browser's own order, which is slow to wake. @param {string} a @param {string} b */
export function byName(a, b) {
  if (!PLAIN.test(a) || !PLAIN.test(b)) {
    collator ??= new Intl.Collator('en', { numeric: true });
    return collator.compare(a, b);
  }
  const [x, y] = [a, b].map((text) => text.toLowerCase().match(/\d+|\D+/g) ?? []);
  for (const [at, part] of x.entries()) {
    const other = y[at] ?? '';
    if (part === other) continue;
    return Number(part) - Number(other) || (part < other ? -1 : 1);
  }
  return x.length - y.length;
}

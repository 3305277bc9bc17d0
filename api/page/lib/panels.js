// @ts-check
// Which series share a panel, and which colour each has there.

import { unfold } from './words.js';

const COLOURS = 6;
/** From here on the lines of a panel are told apart by dashes and labels too; beyond MANY they get panels of their own. */
const SEVERAL = 5;
const MANY = 8;
const LANES_MAX = 40;
const order = new Intl.Collator('en', { numeric: true });

/**
 * @typedef {import('./lines.js').Line} Line
 * @typedef {{line: Line, colour: number, dash: boolean}} Drawn
 * @typedef {{key: string, title: string, unit: string, drawn: Drawn[]}} Panel
 */

/** @param {Line[]} lines @returns {{panels: Panel[], lanes: Line[], told: Line[], more: number}} */
export function layOut(lines) {
  /** @type {Map<string, Line[]>} */
  const units = new Map();
  const lanes = [];
  const told = lines.filter(isTold);
  const topics = new Set(told.map((line) => line.topic));
  for (const line of lines) {
    if (line.sure && topics.has(line.topic)) told.push(line);
    if (told.includes(line)) continue;
    if (line.kind === 'number') {
      const key = line.unit ?? `\n${quantity(line)}`;
      units.set(key, [...(units.get(key) ?? []), line]);
    } else if (line.kind === 'boolean' || line.kind === 'text') lanes.push(line);
  }
  const panels = [...units].flatMap(([unit, found]) => split(unit.startsWith('\n') ? '' : unit, found));
  panels.sort((a, b) => order.compare(rank(a), rank(b)));
  lanes.sort((a, b) => (a.kind === b.kind ? order.compare(a.key, b.key) : a.kind === 'boolean' ? -1 : 1));
  return { panels, told, lanes: lanes.slice(0, LANES_MAX), more: Math.max(0, lanes.length - LANES_MAX) };
}

/** What people say was, and what models make of it, in words; how sure they are goes along. @param {Line} line */
function isTold({ role, kind }) {
  return (role === 'label' || role === 'prediction') && (kind === 'text' || kind === 'boolean');
}

/** Every answer has lines of its own; a panel keeps its place and shows the new ones. @param {{panels: Panel[], lanes: Line[], told: Line[]}} laid @param {Map<string, Line>} lines */
export function relink(laid, lines) {
  for (const { drawn } of laid.panels) for (const one of drawn) one.line = lines.get(one.line.key) ?? one.line;
  for (const of of /** @type {const} */ (['lanes', 'told']))
    laid[of] = laid[of].map((line) => lines.get(line.key) ?? line);
}

/** Pixels that a panel takes where room is scarce: more lines, more room. @param {Panel} panel */
export function baseHeight({ drawn }) {
  return drawn.length > 4 ? 164 : drawn.length > 1 ? 132 : 104;
}

/** Temperatures first, as in every weather report; what has no unit last. @param {Panel} panel */
function rank({ unit, title }) {
  const known = ['°C', '°F', '%', 'ppm', 'W', 'bpm'].indexOf(unit);
  return `${known < 0 ? (unit ? 7 : 8) : known} ${unit} ${title}`;
}

/** The lines of a unit as one panel, or, when they are many, as one for each quantity. @param {string} unit @param {Line[]} lines @returns {Panel[]} */
function split(unit, lines) {
  lines.sort((a, b) => order.compare(a.key, b.key));
  if (lines.length <= MANY) return [panelOf(unit, titleOf(lines), lines)];
  /** @type {Map<string, Line[]>} */
  const groups = new Map();
  for (const line of lines) groups.set(quantity(line), [...(groups.get(quantity(line)) ?? []), line]);
  return [...groups.values()].flatMap((group) => {
    const parts = Math.ceil(group.length / MANY);
    const size = Math.ceil(group.length / parts);
    return Array.from({ length: parts }, (_, at) => {
      const part = group.slice(at * size, (at + 1) * size);
      return panelOf(unit, parts > 1 ? `${titleOf(part)} ${at + 1} of ${parts}` : titleOf(part), part);
    });
  });
}

/** @param {string} unit @param {string} title @param {Line[]} lines */
function panelOf(unit, title, lines) {
  return { key: `${unit} ${title} ${lines[0].key}`, title, unit, drawn: coloured(lines) };
}

/** @param {Line[]} lines */
function titleOf(lines) {
  if (lines.length === 1) return `${lines[0].place} ${lines[0].name.toLowerCase()}`.trim();
  const names = [...new Set(lines.map(quantity))];
  if (names.length === 1) return names[0];
  // Thermostat temperature, outdoor temperature: temperature.
  const last = [...new Set(names.map((name) => name.split(' ').at(-1) ?? ''))];
  if (last.length === 1) return unfold(last[0]);
  const said = names.length > 2 ? QUANTITIES.get(lines[0].unit ?? '') : undefined;
  return said ?? names.slice(0, 3).join(', ') + (names.length > 3 ? ' …' : '');
}

/** What many of one unit are of together. */
const QUANTITIES = new Map([
  ['°C', 'Temperature'],
  ['°F', 'Temperature'],
  ['hPa', 'Pressure'],
  ['kWh', 'Energy'],
  ['lx', 'Brightness'],
  ['W', 'Power'],
]);

/** What is measured, wherever it is. @param {Line} line */
function quantity(line) {
  const level =
    line.field === 'value' || line.field === '' ? line.topic.split('/').at(-1) : line.field.split('.').at(-1);
  return unfold(level ?? '').replace(/ (left|right|\d+)$/i, '');
}

/** A colour by name, so that it survives a reload, and no two of a panel alike while there are enough. @param {Line[]} lines @returns {Drawn[]} */
function coloured(lines) {
  /** @type {Drawn[]} */
  const drawn = [];
  for (const [at, line] of lines.entries()) {
    const dash = at >= SEVERAL - 1;
    const taken = new Set(drawn.filter((one) => at < COLOURS || one.dash === dash).map((one) => one.colour));
    let colour = hash(line.key) % COLOURS;
    while (taken.has(colour)) colour = (colour + 1) % COLOURS;
    drawn.push({ line, colour, dash });
  }
  return drawn;
}

/** @param {string} text */
export function hash(text) {
  let found = 0;
  for (const letter of text) found = (found * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return found;
}

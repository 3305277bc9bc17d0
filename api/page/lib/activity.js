// @ts-check
// What people say was, beside what models make of it: which series belong together, where they agree, and how sure a model is.

import { isAbout, saysOf } from './labels.js';
import { after, fullName, pieces, standAt } from './lines.js';
import { spells } from './spells.js';
import { value } from './words.js';

/**
 * @typedef {import('./lines.js').Line} Line
 * @typedef {{from: number, to: number, text: string}} Spell
 * @typedef {{line: Line, sure: Line|null, name: string}} Model
 * @typedef {{key: string, name: string, truth: Line|null, models: Model[], rest: Line[], classes: string[]}} Activity
 */

/**
 * Labels with the models' words for them; a model without a label stands alone. In the order of their names.
 * @param {Line[]} told @param {Map<string, any>} topics @returns {Activity[]}
 */
export function activities(told, topics) {
  const words = told.filter((line) => !line.sure);
  const truths = words.filter((line) => line.role === 'label');
  /** @type {Activity[]} */
  const found = truths.map((truth) => ({
    key: truth.key,
    name: fullName(truth),
    truth,
    models: [],
    rest: [],
    classes: [],
  }));
  for (const topic of new Set(words.filter((line) => line.role === 'prediction').map((line) => line.topic))) {
    const lines = words.filter((line) => line.topic === topic);
    const of = found.find(({ truth }) => truth && isAbout(topic, truth.topic));
    const line = spoken(lines, of?.truth?.field);
    const sure = told.find((one) => one.sure && one.topic === topic) ?? null;
    const name = saysOf(topic);
    const model = { line, sure, name };
    const rest = lines.filter((one) => one !== line);
    if (of) {
      of.models.push(model);
      of.rest.push(...rest);
    } else found.push({ key: line.key, name: fullName(line), truth: null, models: [model], rest, classes: [] });
  }
  for (const one of found) one.classes = classes(one, topics);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A model's word among all that it says: the field that the label has, `value`, or the first. @param {Line[]} lines @param {string=} field */
function spoken(lines, field) {
  return lines.find((line) => line.field === field) ?? lines.find((line) => line.field === 'value') ?? lines[0];
}

/** All classes, by name: that fixes their colours. @param {Activity} activity @param {Map<string, any>} topics */
function classes({ truth, models }, topics) {
  const lines = [...(truth ? [truth] : []), ...models.map(({ line }) => line)];
  const said = lines.flatMap((line) =>
    line.kind === 'text'
      ? [...line.texts.text, ...(typeof line.before?.value === 'string' ? [line.before.value] : [])]
      : [wordOf(line, false), wordOf(line, true)],
  );
  // Those of the whole record, so that a class keeps its colour from one stretch to the next.
  const ever = (truth && topics.get(truth.topic)?.classes) ?? [];
  return [...new Set([...ever, ...said])].sort((a, b) => (a < b ? -1 : 1));
}

/** What was said from when to when, silences left out. @param {Line} line @param {number} until @returns {Spell[]} */
export function spellsOf(line, until) {
  if (line.kind === 'text') return spells(line, until);
  const changes = line.x.map((t, at) => ({ t, text: wordOf(line, line.last[at] > 0) }));
  if (typeof line.before?.value === 'boolean')
    changes.unshift({ t: line.before.t, text: wordOf(line, line.before.value) });
  const turns = changes.filter((one, at) => one.text !== changes[at - 1]?.text);
  return turns.flatMap(({ t, text }, at) =>
    pieces(line.gaps, t, Math.min(turns[at + 1]?.t ?? until, until)).map((piece) => ({ ...piece, text })),
  );
}

/** @param {Line} line @param {boolean} said */
function wordOf(line, said) {
  return value({ value: said, field: line.field }).text;
}

/** Where two speak at the same time. @param {Spell[]} one @param {Spell[]} other @returns {{from: number, to: number, same: boolean}[]} */
export function together(one, other) {
  const found = [];
  let at = 0;
  for (const { from, to, text } of one) {
    while (at < other.length && other[at].to <= from) at += 1;
    for (let place = at; place < other.length && other[place].from < to; place += 1) {
      const both = { from: Math.max(from, other[place].from), to: Math.min(to, other[place].to) };
      if (both.to > both.from) found.push({ ...both, same: text === other[place].text });
    }
  }
  return found;
}

/** Where they disagree, neighbours as one. @param {{from: number, to: number, same: boolean}[]} both @returns {{from: number, to: number}[]} */
export function apart(both) {
  /** @type {{from: number, to: number}[]} */
  const found = [];
  for (const { from, to, same } of both) {
    if (same) continue;
    const last = found.at(-1);
    if (last && last.to >= from) last.to = to;
    else found.push({ from, to });
  }
  return found;
}

/** The share of the time that both speak in which they say the same, and null where they never both do. @param {{from: number, to: number, same: boolean}[]} both */
export function agreement(both) {
  let [same, all] = [0, 0];
  for (const one of both) {
    all += one.to - one.from;
    if (one.same) same += one.to - one.from;
  }
  return all ? same / all : null;
}

/** How sure a model is over a stretch, step by step, from 0 to 1. @param {Line|null} sure @param {number} from @param {number} to @returns {{from: number, to: number, share: number}[]} */
export function sureness(sure, from, to) {
  if (!sure) return [{ from, to, share: 1 }];
  const stands = [from, ...sure.x.slice(after(sure.x, from), after(sure.x, to - 1))];
  return stands.map((t, at) => ({ from: t, to: stands[at + 1] ?? to, share: sureAt(sure, t) ?? 1 }));
}

/** How sure a model is at an instant, from 0 to 1; many say it in percent. @param {Line} sure @param {number} t */
export function sureAt(sure, t) {
  const { value: said } = standAt({ ...sure, gaps: [] }, t);
  if (typeof said !== 'number') return null;
  return Math.min(1, Math.max(0, said > 1 ? said / 100 : said));
}

/** .83, as it is written beside a model's word. @param {number} share */
export function sureText(share) {
  return share >= 0.995 ? '1.0' : share.toFixed(2).slice(1);
}

// @ts-check
// The ribbon: the last day as bands, in words, and as rows of a table.

import { activities, agreement, apart, spellsOf, together } from './activity.js';
import { whose } from './gap_words.js';
import { tintOf } from './labels.js';
import { clock, duration } from './time.js';

const PEOPLE_MAX = 3;

/**
 * @typedef {{from: number, to: number, text: string, tint: number}} Band
 * @typedef {{name: string, truth: Band[], models: {name: string, bands: Band[]}[], apart: {from: number, to: number}[], agree: number|null}} Person
 * @typedef {{from: number, to: number, who: string, what: string}} Row
 */

/** What each person did, and what models made of it. @param {Iterable<import('./lines.js').Line>} lines @param {Map<string, any>} topics @param {{start: number, now: number}} day @returns {Person[]} */
export function people(lines, topics, { start, now }) {
  const told = [...lines].filter(({ kind, sure }) => kind === 'text' || sure);
  return activities(told, topics)
    .slice(0, PEOPLE_MAX)
    .map(({ name, truth, models, classes }) => {
      const bands = (/** @type {import('./lines.js').Line} */ line) =>
        spellsOf(line, now)
          .filter(({ to }) => to > start)
          .map(({ from, to, text }) => ({ from: Math.max(from, start), to, text, tint: tintOf(classes, text) }));
      const said = truth ? bands(truth) : [];
      const foretold = models.map((model) => ({ name: model.name, bands: bands(model.line) }));
      const both = truth && foretold.length ? together(said, foretold[0].bands) : [];
      return { name, truth: said, models: foretold, apart: apart(both), agree: agreement(both) };
    });
}

/** The recorder's own life: outages, and the time before it watched itself. @param {import('./lines.js').Gap[]|null} outages @param {number|null} watchedMs @param {{start: number, now: number}} day */
export function recorded(outages, watchedMs, { start, now }) {
  const away = (outages ?? [])
    .map((one) => ({ ...one, to: one.standing ? Math.max(one.to, now) : one.to }))
    .filter(({ from, to }) => to > start && from < now)
    .map((one) => ({
      ...one,
      from: Math.max(one.from, start),
      text: `${whose(one.cause)} ${duration(one.to - one.from)}`,
    }));
  return { known: outages !== null, from: watchedMs ? Math.max(watchedMs, start) : start, away };
}

/** @param {Person[]} all @param {ReturnType<typeof recorded>} recorder @param {number} start @param {string=} tz */
export function words(all, recorder, start, tz) {
  const persons = all.map(({ name, truth, models, agree }) => {
    const last = (truth.length ? truth : (models[0]?.bands ?? [])).at(-1);
    const long = [...(truth.length ? truth : (models[0]?.bands ?? []))].sort(
      (a, b) => b.to - b.from - (a.to - a.from),
    )[0];
    const by = truth.length ? '' : ', as a model sees it';
    const agreed = agree === null ? '' : ` Model and label agree ${Math.round(agree * 100)} % of the time.`;
    if (!last) return `${name}: nothing was said.`;
    return `${name}: ${long.text} longest, from ${minute(long.from, tz)} to ${minute(long.to, tz)}; last ${last.text}${by}.${agreed}`;
  });
  return ['The last 24 hours.', ...persons, recorderWords(recorder, start, tz)].join(' ');
}

/** @param {ReturnType<typeof recorded>} recorder @param {number} start @param {string=} tz */
export function recorderWords({ known, from, away }, start, tz) {
  if (!known) return 'How the recorder was is not known here.';
  const since = from - start > 120_000 ? `The recorder has watched itself since ${minute(from, tz)}. ` : '';
  if (!away.length) return `${since}Broker and sink were up the whole time.`;
  return `${since}${away.map(({ from: begun, text }) => `${minute(begun, tz)} ${text}`).join(', ')}.`;
}

/** What is drawn, in order of time. @param {Person[]} all @param {ReturnType<typeof recorded>} recorder @returns {Row[]} */
export function rows(all, recorder) {
  const found = all.flatMap(({ name, truth, models }) => [
    ...truth.map(({ from, to, text }) => ({ from, to, who: name, what: text })),
    ...models.flatMap((model) =>
      model.bands.map(({ from, to, text }) => ({ from, to, who: `${name}, model`, what: text })),
    ),
  ]);
  const away = recorder.away.map(({ from, to, sentence }) => ({ from, to, who: 'Recorder', what: sentence }));
  return [...found, ...away].sort((a, b) => a.from - b.from);
}

/** 16:52. @param {number} ms @param {string=} tz */
export function minute(ms, tz) {
  return clock(ms, tz).slice(0, 5);
}

// @ts-check
// The sentences of Now: only what the page has a fact for.

import { duration, since } from './time.js';
import { counted, inner } from './words.js';

const CARDS_MAX = 4;

/**
 * @typedef {{all: number, live: number, batch: number, late: number, silent: number, never: number}} Counts
 */

/** The headline. @param {{recorder: import('./recorder.js').Recorder|null, cutSince: number|null, counts: Counts, now: number, tz?: string}} facts */
export function headline({ recorder, cutSince, counts, now, tz }) {
  if (cutSince !== null) return `No answer since ${since(cutSince, now, tz)}. What you see is from then.`;
  if (recorder && !recorder.ready)
    return recorder.since ? `${recorder.reason} since ${since(recorder.since, now, tz)}.` : `${stop(recorder.reason)}`;
  const opening = recorder ? 'Recording well.' : 'The values are here; whether all is recorded is not known.';
  if (counts.all === 0) return recorder ? 'Recording, and nothing to show yet.' : 'Nothing to show yet.';
  if (counts.silent === 0) return opening;
  return `${opening} ${counts.silent === 1 ? 'One series needs' : `${counts.silent.toLocaleString('en')} series need`} a look.`;
}

/** The line beside the headline. @param {Counts} counts */
export function summary(counts) {
  if (counts.all === 0) return '';
  if (counts.live === counts.all)
    return counts.all === 1
      ? 'One series, speaking as usual'
      : `${counts.all.toLocaleString('en')} series, all speaking as usual`;
  if (counts.batch === counts.all) return `${counted(counts.all, 'series', 'series')}, caught up in a batch`;
  const rest = [
    counts.batch ? `${counts.batch} caught up in a batch` : '',
    counts.late ? `${counts.late} late` : '',
    counts.silent ? `${counts.silent} silent` : '',
    counts.never ? `${counts.never} never heard` : '',
  ].filter(Boolean);
  return `${counts.live.toLocaleString('en')} of ${counted(counts.all, 'series', 'series')} speak as usual · ${rest.join(' · ')}`;
}

/** What needs a look, worst first. @param {import('./home.js').Home} home @param {import('./recorder.js').Recorder|null} recorder @param {number} now @param {string=} tz */
export function attention(home, recorder, now, tz) {
  const silent = [...home.series.values()].filter(
    (one) => one.state === 'silent' && one.lastMs !== null && one.usualMs,
  );
  const topics = new Map(silent.map((one) => [one.topic, one]));
  const worst = [...topics.values()].sort(
    (a, b) => (now - Number(b.lastMs)) / Number(b.usualMs) - (now - Number(a.lastMs)) / Number(a.usualMs),
  );
  return {
    cards: worst.slice(0, CARDS_MAX).map((one) => silence(one, recorder, now, tz)),
    more: Math.max(0, worst.length - CARDS_MAX),
  };
}

/** @param {import('./home.js').Series} one @param {import('./recorder.js').Recorder|null} recorder @param {number} now @param {string=} tz */
function silence(one, recorder, now, tz) {
  const name = one.fields > 1 ? one.room.title : `${one.room.title} ${inner(one.name)}`;
  const path = recorder?.ready
    ? 'Broker and sink are up now.'
    : 'The way to the log is disturbed, so it may not be the device.';
  return {
    id: one.key,
    topic: one.topic,
    title: `${name} has been silent for ${duration(now - Number(one.lastMs))}`,
    text: `It usually speaks every ${duration(Number(one.usualMs))}; last heard at ${since(Number(one.lastMs), now, tz)}. ${path}`,
  };
}

/** @param {string} sentence */
function stop(sentence) {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

// @ts-check
// The sentences of Now: only what the page has a fact for.

import { since } from './time.js';
import { counted, grouped } from './words.js';

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
  return `${opening} ${counts.silent === 1 ? 'One series needs' : `${grouped(counts.silent)} series need`} a look.`;
}

/** The line beside the headline. @param {Counts} counts */
export function summary(counts) {
  if (counts.all === 0) return '';
  if (counts.live === counts.all)
    return counts.all === 1 ? 'One series, speaking as usual' : `${grouped(counts.all)} series, all speaking as usual`;
  if (counts.batch === counts.all) return `${counted(counts.all, 'series', 'series')}, caught up in a batch`;
  const rest = [
    counts.batch ? `${counts.batch} caught up in a batch` : '',
    counts.late ? `${counts.late} late` : '',
    counts.silent ? `${counts.silent} silent` : '',
    counts.never ? `${counts.never} never heard` : '',
  ].filter(Boolean);
  return `${grouped(counts.live)} of ${counted(counts.all, 'series', 'series')} speak as usual · ${rest.join(' · ')}`;
}

/**
 * @typedef {{id: string, subject: string, severity: string, sentence: string, remedy: string, link: string}} Fact one of GET notable
 */

/** What needs a look, worst first, as the home itself says it. @param {Fact[]} notable @param {import('./home.js').Home} home */
export function attention(notable, home) {
  const here = notable.filter((one) => one.severity !== 'info' && (!one.subject || home.topics.has(one.subject)));
  return {
    cards: here.slice(0, CARDS_MAX).map(card),
    more: Math.max(0, here.length - CARDS_MAX),
  };
}

/** The first sentence is the title. @param {Fact} fact */
function card({ id, subject, sentence, remedy, link }) {
  const end = sentence.search(/(?<=[.:]) /);
  const [title, rest] = end < 0 ? [sentence, ''] : [sentence.slice(0, end), sentence.slice(end)];
  return {
    id: `${id} ${subject}`,
    topic: subject,
    link: link?.startsWith('/history') ? link : '',
    title: title.replace(/[.:]$/, ''),
    text: `${rest} ${remedy}`.trim().replace(/^[a-z]/, (letter) => letter.toUpperCase()),
  };
}

/** @param {string} sentence */
function stop(sentence) {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

// @ts-check
// What Now shows beside its values: the stream, what needs a look, one message, the requests, and why there is nothing.

import { html, nothing, repeat } from '../vendor/lit.js';
import './later.js';
import { sign } from './sign.js';
import { emptyHome, noMatch } from './states.js';
import { attention } from '../lib/facts.js';
import { page } from '../lib/page.js';

export { locked, textures } from './states.js';

/** @typedef {import('../lib/watch.js').Watch} Watch */

/** @param {Watch} watch @param {number} now */
export function said({ following, home }, now) {
  if (!following) return nothing;
  const { said, saidProblem } = following;
  return html`<hearth-said .said=${said} .home=${home} .now=${now} .tz=${page.view.tz} .problem=${saidProblem}></hearth-said>`;
}

/** @param {Watch} watch */
export function needsALook({ following, home }) {
  const { cards, more } = attention(following?.attention.facts ?? [], home);
  if (!cards.length) return nothing;
  return html`<ul class="attention" aria-label="What needs a look">
    ${repeat(
      cards,
      (card) => card.id,
      (card) => html`<li class="card">${sign('silent')}
      <div><h2>${card.title}</h2><p>${card.text}</p>${
        card.topic || card.link
          ? html`<p class="actions">${card.link ? html`<a href=${card.link}>See it in History</a>` : nothing}${card.topic ? html`<button class="link" @click=${() => page.go({ filters: [card.topic] })}>Show only this topic</button>` : nothing}</p>`
          : nothing
      }</div></li>`,
    )}
    ${more ? html`<li class="more">and ${more} more</li>` : nothing}</ul>`;
}

/** The requests of this screen. @param {Watch} watch */
export function asked({ requests, following, home }) {
  const worded = home.worded();
  const day = following?.day?.requests;
  return [
    { name: 'values', address: requests.latest },
    { name: 'live', address: requests.live('-1m', false) },
    { name: 'topics', address: requests.topics },
    { name: 'six hours', address: requests.plot },
    ...(worded.length ? [{ name: 'words of six hours', address: requests.words(worded) }] : []),
    { name: 'what needs a look', address: requests.notable },
    ...(day && following?.day?.night ? [{ name: 'the night', address: day.night }] : []),
    ...(day && following?.day?.lines.size ? [{ name: 'the day', address: day.activity }] : []),
    ...(day ? [{ name: 'outages', address: day.outages }] : []),
  ];
}

/** @param {Watch} watch */
export function empty({ store, filters, others }) {
  if (store === undefined) return nothing;
  return filters.length ? noMatch(filters, others) : emptyHome(store);
}

/** The message that the address names. @param {any} screen @param {Watch} watch */
export function panel(screen, { home, following }) {
  const { proof, cursor, tz } = page.view;
  const topic = proof && cursor ? topicOf(home, proof.log) : '';
  if (!proof || !topic) screen.message = null;
  else if (screen.message?.recno !== proof.recno || screen.message?.topic !== topic) {
    const line = following?.said.lines.find((one) => one.topic === topic && one.recno === proof.recno);
    screen.message = { topic, recno: proof.recno, logged_time: cursor, shownMs: line?.at };
  }
  const fields = screen.message ? (home.topics.get(topic)?.fields?.length ?? 1) : 1;
  return html`<hearth-message .message=${screen.message} .fields=${fields} .fact=${home.topics.get(topic)} .units=${home.units} .log=${proof?.log ?? ''} .tz=${tz}></hearth-message>`;
}

/** @param {any} screen @param {{topic: string, recno: number, logged_time: string}} message */
export function open(screen, { topic, recno, logged_time }) {
  const log = screen.shown?.home.topics.get(topic)?.log;
  if (!log) return page.say('This topic is too new: its log is not known yet.');
  screen.opener = document.activeElement;
  page.go({ proof: { log, recno }, cursor: logged_time });
}

/** @param {any} screen */
export function shut(screen) {
  if (!page.view.proof) return;
  page.go({ proof: null, cursor: null });
  screen.opener?.focus();
}

/** @param {import('../lib/home.js').Home} home @param {string} log */
function topicOf(home, log) {
  for (const [topic, fact] of home.topics) if (fact.log === log) return topic;
  return '';
}

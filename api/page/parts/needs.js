// @ts-check
// What needs a person: what it is, since when, what is at risk, and what to do.

import { html, nothing } from '../vendor/lit.js';
import { sign } from './sign.js';
import { split, WEIGHTS } from '../lib/health_words.js';
import { instant, since, whole } from '../lib/time.js';

const SHOWN_MAX = 6;

/** @param {any[]} facts worst first @param {{now: number, tz?: string}} when */
export function needs(facts, { now, tz }) {
  return html`<section class="card needs" aria-labelledby="needs-title"><h2 id="needs-title">What needs you</h2>
    ${facts.length ? html`<ul>${facts.slice(0, SHOWN_MAX).map((fact) => need(fact, now, tz))}</ul>` : html`<p class="hint">Nothing. What would need you is told here, and under <code>hearthlog/attention/</code> on the broker.</p>`}
    ${facts.length > SHOWN_MAX ? html`<p class="hint">and ${facts.length - SHOWN_MAX} more</p>` : nothing}</section>`;
}

/** @param {any} fact @param {number} now @param {string=} tz */
function need(fact, now, tz) {
  const [title, rest] = split(fact.sentence);
  const begun = instant(fact.since);
  return html`<li>${sign(WEIGHTS[fact.severity] ?? 'late')}<div><h3>${title.replace(/[.:]$/, '')}</h3>
    <p>${rest} ${fact.remedy}</p>
    <p class="hint">${begun === null ? nothing : html`Since <time datetime=${fact.since} title=${whole(begun, tz)}>${since(begun, now, tz)}</time>. `}${fact.link && fact.subject ? html`<a href=${fact.link}>See it</a>` : nothing}</p></div></li>`;
}

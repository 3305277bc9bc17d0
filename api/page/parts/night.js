// @ts-check
// Last night: what happened, a line each with its time; each leads to where History shows it.

import { html, nothing } from '../vendor/lit.js';
import { chosen } from '../lib/night.js';
import { iso } from '../lib/span.js';
import { clock, instant, whole } from '../lib/time.js';
import { format } from '../lib/url.js';

/** @param {import('../lib/day.js').Day} day @param {string|undefined} tz @param {() => void} retry */
export function lastNight(day, tz, retry) {
  const { night, told, problem, watch } = day;
  if (!night) return nothing;
  const { lines, more } = chosen(told ?? []);
  const minute = (/** @type {number} */ ms) => clock(ms, tz).slice(0, 5);
  const open = format({
    screen: 'history',
    filters: watch.filters,
    tz,
    past: { start: [iso(night.start)], end: night.on ? [] : [iso(night.end)] },
  });
  return html`<section class="card night" aria-labelledby="night-title">
    <h2 id="night-title">${night.on ? 'Tonight so far' : 'Last night'} <i>${night.on ? `since ${minute(night.start)}` : `${minute(night.start)} – ${minute(night.end)}`}</i></h2>
    ${told ? nothing : problem ? html`<p class="hint" role="alert">${problem.title}. ${problem.detail} <button class="link" @click=${retry}>Retry</button></p>` : html`<p class="hint">Looking through the night…</p>`}
    ${told && !lines.length ? html`<p class="hint">Nothing was said that would be worth a line.</p>` : nothing}
    ${lines.length ? html`<ol>${lines.map((one) => line(one, tz))}</ol>` : nothing}
    <p class="actions"><a href=${open}>Open the night →</a>${more > 0 ? html`<span class="hint">and ${more} more</span>` : nothing}</p></section>`;
}

/** @param {import('../lib/night.js').Happening} one @param {string=} tz */
function line({ since, sentence, link, severity, until }, tz) {
  const at = instant(since) ?? 0;
  const address = tz ? `${link}&tz=${encodeURIComponent(tz)}` : link;
  return html`<li class=${severity}><time datetime=${since} title=${whole(at, tz)}>${clock(at, tz).slice(0, 5)}</time>
    <a href=${address.startsWith('/history') ? address : format({ screen: 'history', filters: [], tz, past: { start: [iso(at - 1_800_000)], end: [iso((instant(until) ?? at) + 1_800_000)] } })}>${sentence}</a></li>`;
}

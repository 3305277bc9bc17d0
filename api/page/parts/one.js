// @ts-check
// One message on its way to this page: what each clock said. No clock is corrected.

import { html, nothing } from '../vendor/lit.js';
import { quantile } from '../lib/health_words.js';
import { duration, exactClock } from '../lib/time.js';

/** @param {Pick<import('../lib/waterfall.js').Way, 'last'|'taken'>} way @param {string=} tz */
export function one(way, tz) {
  const { last, taken } = way;
  return html`<section class="card one" aria-labelledby="one-title">
    ${last ? shown(last, taken, tz) : html`<h2 id="one-title">One message</h2><p class="hint">The next message that is said shows here how long its way took.</p>`}</section>`;
}

/** @param {import('../lib/waterfall.js').Passage} last @param {number[]} taken @param {string=} tz */
function shown({ topic, recno, deviceMs, loggedMs, heardMs, shownMs }, taken, tz) {
  const steps = [
    deviceMs === null
      ? null
      : {
          name: 'Device to log',
          from: deviceMs,
          to: loggedMs,
          how: 'from the time the device gives, by its own clock',
        },
    {
      name: 'Log to page',
      from: loggedMs,
      to: heardMs,
      how: 'stream and network; the log’s clock, then this browser’s',
    },
    { name: 'Next frame', from: heardMs, to: shownMs ?? heardMs, how: 'measured by this page' },
  ].filter((step) => step !== null);
  const begin = Math.min(...steps.map((step) => step.from));
  const end = Math.max(...steps.map((step) => step.to), begin + 1);
  const first = deviceMs === null ? 'the log' : 'the device';
  return html`<div class="bar"><h2 id="one-title">One message: ${duration((shownMs ?? heardMs) - (deviceMs ?? loggedMs))} from ${first} to here</h2>
      <p class="hint">log to page, ${taken.length.toLocaleString('en')} heard: p50 ${duration(quantile(taken, 0.5))} · p99 ${duration(quantile(taken, 0.99))}</p></div>
    <p class="mono topic">${topic} · #${recno.toLocaleString('en')} · ${exactClock(loggedMs, tz)}</p>
    <ol class="steps">${steps.map((step) => bar(step, begin, end))}</ol>
    ${deviceMs === null ? html`<p class="hint">This device gave no time of its own.</p>` : nothing}`;
}

/** @param {{name: string, from: number, to: number, how: string}} step @param {number} begin @param {number} end */
function bar({ name, from, to, how }, begin, end) {
  const place = (/** @type {number} */ t) => (100 * (t - begin)) / (end - begin);
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const took = to - from;
  return html`<li><span class="name">${name}</span><span class="track"><span class="run" .style=${`left:${place(left)}%;width:${Math.max(0.6, place(right) - place(left))}%`}></span></span>
    <b>${took < 0 ? `${duration(-took)} before` : duration(took)}</b><span class="how">${how}</span></li>`;
}

// @ts-check
// The three clocks of one message: what the device says, when it was durable, when this page showed it. None is corrected.

import { html, nothing, svg } from '../vendor/lit.js';
import { duration, exactClock, instant, whole } from '../lib/time.js';

const APART_MS = 60_000;
const WIDTH = 300;
const EDGE = 5;

/** @param {{device_time: string|null, logged_time: string, shownMs: number, tz?: string, skew?: import('../lib/skew.js').Skew|null}} times */
export function clocks({ device_time, logged_time, shownMs, tz, skew = null }) {
  const logged = instant(logged_time) ?? 0;
  const device = instant(device_time);
  const points = [
    device === null ? null : { name: 'device says', ms: device, note: '' },
    { name: 'logged', ms: logged, note: device === null ? '' : between(device, logged) },
    shownMs ? { name: 'shown here', ms: shownMs, note: between(logged, shownMs) } : null,
  ].filter((one) => one !== null);
  return html`<dl class="clocks">${points.map(
    (one) => html`<div><dt>${one.name}</dt>
      <dd><time datetime=${new Date(one.ms).toISOString()} title=${whole(one.ms, tz)}>${exactClock(one.ms, tz)}</time>${one.note ? html` <i>${one.note}</i>` : nothing}</dd></div>`,
  )}</dl>
    ${device === null ? nothing : line({ device, logged, shown: shownMs })}
    ${skew ? html`<p class="skew">${skew.words}</p><p class="hint">${skew.how}</p>` : nothing}
    ${device === null ? html`<p class="hint">The device gave no time of its own.</p>` : nothing}
    ${device !== null && Math.abs(logged - device) > APART_MS ? html`<p class="hint">${apart(device, logged)}</p>` : nothing}`;
}

/** The distances on one line: a batch or an outage leaves the others no room, and that is what is to be seen. @param {{device: number, logged: number, shown: number}} times */
function line({ device, logged, shown }) {
  const points = [device, logged, ...(shown ? [shown] : [])];
  const [first, last] = [Math.min(...points), Math.max(...points)];
  const x = (/** @type {number} */ ms) => EDGE + ((ms - first) / Math.max(1, last - first)) * (WIDTH - 2 * EDGE);
  return html`<svg class="between" viewBox="0 0 ${WIDTH} 14" width="100%" height="14" aria-hidden="true">
    <path class="way" d="M${x(device)} 7H${x(logged)}"/>${shown ? svg`<path class="shown" d="M${x(logged)} 7H${x(shown)}"/>` : nothing}
    <circle class="device" cx=${x(device)} cy="7" r="4"/>${shown ? svg`<circle class="here" cx=${x(shown)} cy="7" r="3.2"/>` : nothing}<rect class="logged" x=${x(logged) - 4} y="3" width="8" height="8"/></svg>`;
}

/** @param {number} from @param {number} to */
function between(from, to) {
  const apartMs = to - from;
  return apartMs >= 0 ? `${duration(apartMs)} later` : `${duration(-apartMs)} earlier`;
}

/** What two clocks cannot tell apart is said as such. @param {number} device @param {number} logged */
function apart(device, logged) {
  return logged > device
    ? `It was logged ${duration(logged - device)} after the time it carries: on its way, sent in a batch, or a clock behind. Nothing is corrected.`
    : 'The device’s clock is ahead of the log’s. Nothing is corrected.';
}

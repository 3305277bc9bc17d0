// @ts-check
// What History says above its charts: that it is as known then, that it waits, or what stands against the request.

import { html, nothing } from '../vendor/lit.js';
import { failed, waiting } from './waiting.js';
import { page } from '../lib/page.js';
import { since, whole } from '../lib/time.js';

const WONDER_MS = 3_000;

/** @param {number} atMs @param {string|undefined} tz @param {() => void} back */
export function amber(atMs, tz, back) {
  return html`<b>As known on ${whole(atMs, tz)}.</b> What arrived later is not shown, and nothing is live.
    <button class="link" @click=${back}>Return to now</button>`;
}

/** Old data stays under what is said of the new. @param {import('../lib/past.js').Past} past @param {number} waitedMs @param {() => void} retry */
export function failure(past, waitedMs, retry) {
  if (past.problem)
    return failed(past.problem, retry, Math.max(0, Math.ceil((past.problem.retryAfterS ?? 0) - waitedMs / 1000)));
  return past.loading && waitedMs > WONDER_MS
    ? waiting(['what was said in this stretch'], () => past.cancel())
    : nothing;
}

/** While the stream is cut, what is seen is from then. @param {import('../lib/past.js').Past} past */
export function staleNote(past) {
  const { stream } = page;
  if (!past.span?.living || stream.name !== 'cut' || !stream.sinceMs) return nothing;
  return html`<p class="note">No answer since ${since(stream.sinceMs, Date.now(), page.view.tz)}. What you see is from then; what was said meanwhile comes in when Hearthlog answers again.</p>`;
}

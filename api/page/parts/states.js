// @ts-check
// What Now shows when it has no values to show: why, and what to do.

import { html, nothing } from '../vendor/lit.js';
import { copy } from '../lib/copy.js';
import { refusal, submitted } from '../lib/login.js';
import { nearest } from '../lib/nearest.js';
import { page } from '../lib/page.js';
import { publishLine } from '../lib/recipe.js';
export { textures } from './textures.js';

/** A home that nobody has spoken in yet. @param {{broker: string, secret_file: string}|null} store */
export function emptyHome(store) {
  const line = publishLine(store, location.hostname);
  return html`<section class="card plain" aria-labelledby="empty-title">
    <h2 id="empty-title">Waiting for the first message…</h2>
    <p>Hearthlog is up and nothing has been said yet. Point a device at this broker, or paste this into a terminal:</p>
    <pre class="payload" tabindex="0" aria-label="A line that publishes">${line}</pre>
    <p class="actions"><button class="link" @click=${() => copy(line)}>Copy</button></p>
    <p class="hint">The first message turns this card into the first row, by itself.</p>
  </section>`;
}

/** @param {string[]} filters @param {string[]} topics that exist */
export function noMatch(filters, topics) {
  const near = nearest(filters, topics);
  return html`<section class="card plain" aria-labelledby="none-title">
    <h2 id="none-title">Nothing matches ${filters.map((text, at) => html`${at ? ' or ' : ''}<code>${text}</code>`)}</h2>
    <p>Nothing was said there yet, or this account may not read it. Should something be said, it appears here by itself.</p>
    ${near.length ? html`<p>Nearest topics that exist:</p><ul class="near">${near.map((topic) => html`<li><button class="link mono" @click=${() => page.go({ filters: [topic] })}>${topic}</button></li>`)}</ul>` : nothing}
    <p class="actions"><button class="link" @click=${() => page.go({ filters: [] })}>Show everything</button></p>
  </section>`;
}

/**
 * Nobody is logged in, or no longer. Without scripts the form would do the same; with them the token stays out of the
 * browser's history.
 * @param {() => void} done called once it is open again
 */
export function locked(done) {
  return html`<section class="card plain" aria-labelledby="locked-title">
    <h2 id="locked-title">This home is locked</h2>
    <p>Open the address that <code>hearthlog account login</code> prints: it logs this browser in, once. Or paste the account’s token; the first one lies in
      <code>secrets/admin.token</code> in the data directory.</p>
    <form action="/" method="get" class="login" @submit=${(/** @type {Event} */ event) => submitted(event, done)}><label for="token">Token</label>
      <input id="token" name="token" type="password" autocomplete="current-password" aria-describedby="token-wrong" required>
      <button class="button" type="submit">Log in</button></form>
    <p id="token-wrong" class="wrong" role="alert">${refusal()}</p>
  </section>`;
}

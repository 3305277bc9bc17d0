// @ts-check
// Logging this browser in: the token of a form, given to the server, which keeps it in a cookie.

import { ask } from './api.js';
import { page } from './page.js';

let wrong = '';

/** What is wrong with the token that was given last, or nothing. */
export function refusal() {
  return wrong;
}

/** A form with a token was sent: with a good one the page is open, and `done` is called. @param {Event} event @param {() => void} done */
export async function submitted(event, done) {
  event.preventDefault();
  const token = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('token')).trim();
  wrong = await logIn(token);
  if (wrong) return page.set({});
  page.set({ locked: false });
  done();
}

/** @param {string} token */
async function logIn(token) {
  try {
    await ask(`/?token=${encodeURIComponent(token)}`, { asText: true });
    return '';
  } catch (error) {
    const { status, detail } = /** @type {import('./api.js').Problem} */ (error);
    return status ? detail : 'Hearthlog does not answer.';
  }
}

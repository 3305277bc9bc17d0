// @ts-check
// Copying to the clipboard, and saying whether it worked.

import { page } from './page.js';

/** The clipboard is closed to pages on plain HTTP other than localhost; then the text is there to be selected. @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    page.say('Copied.');
  } catch {
    page.say('This browser lets no page on plain HTTP copy; select the text instead.');
  }
}

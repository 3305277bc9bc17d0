// @ts-check
// The router: the address is the view, and a view is an address.

import './parts/header.js';
import './screens/now.js';
import { page } from './lib/page.js';
import { format, parse } from './lib/url.js';

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
main.replaceChildren(document.createElement('hearth-now'));

/** @param {string} address @param {boolean} replace */
function visit(address, replace) {
  if (address !== location.pathname + location.search)
    history[replace ? 'replaceState' : 'pushState'](null, '', address);
  page.set({ view: parse(location.href) });
}

page.addEventListener('go', (event) => {
  const { change, replace } = /** @type {CustomEvent} */ (event).detail;
  visit(format({ ...page.view, ...change }), replace);
});
addEventListener('popstate', () => page.set({ view: parse(location.href) }));

// A link to a screen of ours is a change of view; one that asks for another tab is the browser's.
document.addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest?.('a[href^="/now"]');
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  visit(/** @type {HTMLAnchorElement} */ (link).getAttribute('href') ?? '/now', false);
});

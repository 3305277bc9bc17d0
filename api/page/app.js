// @ts-check
// The router: the address is the view, and a view is an address. A screen is loaded when it is first shown.

import './parts/header.js';
import { page } from './lib/page.js';
import { format, parse } from './lib/url.js';

/** @type {Record<string, [string, string, () => Promise<unknown>]>} */
const SCREENS = {
  now: ['Now', 'hearth-now', () => import('./screens/now.js')],
  history: ['History', 'hearth-history', () => import('./screens/history.js')],
  datasets: ['Datasets', 'hearth-datasets', () => import('./screens/datasets.js')],
  health: ['Health', 'hearth-health', () => import('./screens/health.js')],
};
const main = /** @type {HTMLElement} */ (document.getElementById('main'));
let shown = '';

async function show() {
  const name = page.view.screen in SCREENS ? page.view.screen : 'now';
  if (name === shown) return;
  const first = !shown;
  shown = name;
  const [title, tag, load] = SCREENS[name];
  try {
    // The first screen's style is in the document.
    await Promise.all([load(), first || import('./parts/styled.js').then(({ styled }) => styled(name))]);
  } catch {
    shown = '';
    return page.say('Hearthlog does not answer, so this screen cannot be loaded.');
  }
  if (shown !== name) return;
  document.title = `${title} · Hearthlog`;
  main.replaceChildren(document.createElement(tag));
  if (!first) main.focus();
}

/** @param {string} address @param {boolean} replace */
function visit(address, replace) {
  if (address !== location.pathname + location.search)
    history[replace ? 'replaceState' : 'pushState'](null, '', address);
  turn();
}

function turn() {
  page.set({ view: parse(location.href) });
  show();
}

page.addEventListener('go', (event) => {
  const { change, replace } = /** @type {CustomEvent} */ (event).detail;
  visit(format({ ...page.view, ...change }), replace);
});
addEventListener('popstate', turn);

// A link to a screen of ours is a change of view; one that asks for another tab is the browser's.
document.addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest?.('a[href]');
  const address = link?.getAttribute('href') ?? '';
  if (!(address.split(/[/?]/)[1] in SCREENS) || event.defaultPrevented || event.button) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || link?.hasAttribute('target')) return;
  event.preventDefault();
  visit(address, false);
});
show();

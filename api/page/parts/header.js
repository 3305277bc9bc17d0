// @ts-check
// hearth-header: where one is, what is selected, and whether all of it is being recorded.

import { html, svg, nothing } from '../vendor/lit.js';
import { PagePart } from './part.js';
import { icon } from './sign.js';
import './filter.js';
import { serverNow } from '../lib/api.js';
import { page } from '../lib/page.js';
import { clock, duration, weekday, whole } from '../lib/time.js';
import { format } from '../lib/url.js';

const MARK = svg`<rect width="24" height="24" rx="6"/><path d="M4.5 12.5h3l2-5 3.6 10 2.6-7 1.3 2h2.5"/>`;
const SCREENS = [
  ['now', 'Now'],
  ['history', 'History'],
  ['datasets', 'Datasets'],
  ['health', 'Health'],
];

class HearthHeader extends PagePart {
  /** The shell brings a header that stands until this one can. */
  createRenderRoot() {
    this.replaceChildren();
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = setInterval(() => this.requestUpdate(), 1_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  render() {
    const now = serverNow();
    const { tz, filters, screen } = page.view;
    return html`<header class="top">
      <a class="brand" href=${format({ screen: 'now', filters, tz })}><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">${MARK}</svg>Hearthlog</a>
      <nav aria-label="Screens">${SCREENS.map(([name, title]) => html`<a href=${format({ screen: name, filters, tz })} aria-current=${screen === name ? 'page' : nothing}>${title}</a>`)}<a
        href="/docs" title="Everything that this page knows, as requests">API</a></nav>
      <hearth-filter></hearth-filter>
      <div class="status">${this.recorder(now)}
        <time class="clock" datetime=${new Date(now).toISOString()} title="${whole(now, tz)}${tz ? ` in ${tz}` : ''}, by Hearthlog's clock">${clock(now, tz)} <i>${weekday(now, tz)}</i></time>
        <button class="tool" aria-label="Light or dark" title="Light or dark" @click=${this.theme}>${icon('moon')}</button>
        <button class="tool" title="Connect over MQTT" @click=${() => import('./connect.js').then(({ connect }) => connect())}>${icon('code')}</button>
        <button class="tool keys" aria-label="Keyboard" title="Keyboard (?)" @click=${() => dispatchEvent(new Event('hearth-keys'))}>${icon('keys')}</button>
      </div></header>`;
  }

  /** @param {number} now */
  recorder(now) {
    const { word, kind, more } = this.words(now);
    return html`<p class="recorder ${kind}"><span class="dot" aria-hidden="true"></span><b role="status">${word}</b>${more ? html`<span class="more"> · ${more}</span>` : nothing}</p>`;
  }

  /** @param {number} now @returns {{word: string, kind: string, more: string}} */
  words(now) {
    const { stream, recorder, pace } = page;
    if (page.locked) return { word: 'Locked', kind: 'quiet', more: '' };
    if (stream.name === 'loading') return { word: 'Reading', kind: 'quiet', more: '' };
    if (stream.name === 'cut')
      return {
        word: 'No answer',
        kind: 'bad',
        more: stream.sinceMs ? `for ${duration(seconds(now - stream.sinceMs))}, trying again` : 'trying again',
      };
    if (stream.name === 'failed') return { word: 'Not shown', kind: 'bad', more: '' };
    if (recorder && !recorder.ready) return { word: 'Not recording', kind: 'bad', more: '' };
    const more =
      stream.name === 'resumed'
        ? `resumed, ${stream.caughtUp} caught up`
        : stream.name === 'behind'
          ? `this screen is ${duration(seconds(now - (stream.sinceMs ?? now)))} behind, catching up`
          : [pace, stream.name === 'newest_only' ? 'newest shown' : ''].filter(Boolean).join(', ');
    return { word: recorder ? 'Recording' : 'Live', kind: recorder ? 'good' : 'quiet', more };
  }

  /** The choice is kept in this browser; the address says it only when it was in the address. */
  theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    try {
      localStorage.setItem('hearthlog.theme', root.dataset.theme);
    } catch {
      page.say('This browser keeps no settings, so the theme is for this visit.');
    }
    if (page.view.theme) page.go({ theme: root.dataset.theme }, { replace: true });
  }
}

/** Whole seconds: a tenth that changes in a header is noise. @param {number} ms */
function seconds(ms) {
  return Math.max(0, Math.round(ms / 1000) * 1000);
}

customElements.define('hearth-header', HearthHeader);

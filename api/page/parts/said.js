// @ts-check
// hearth-said: the stream of messages as they are said, newest first; pausing holds it still and loses nothing.

import { html, nothing, repeat } from '../vendor/lit.js';
import { Part } from './part.js';
import { page } from '../lib/page.js';
import { Said } from '../lib/said.js';
import { clock, instant, whole } from '../lib/time.js';
import { fullName } from '../lib/full_name.js';
import { brief, inner, room, together, value } from '../lib/words.js';

const FRESH_MS = 3_000;
const SHOWN_FIELDS = 3;
/** The least height of a line, as the style has it: no more lines are made than can be seen, and some to scroll to. */
const LINE_PX = 25;
const MORE = 40;
/** More new lines than this at once cannot be read: then the list changes once a second. */
const READABLE = 10;
const SECOND_MS = 1_000;
const AT_FIRST = Math.ceil(screen.height / LINE_PX) + MORE / 4;

class HearthSaid extends Part {
  static properties = {
    said: { attribute: false },
    home: { attribute: false },
    now: { attribute: false },
    tz: { attribute: false },
    problem: { attribute: false },
  };

  constructor() {
    super();
    this.said = new Said();
    /** @type {import('../lib/home.js').Home|null} */ this.home = null;
    /** @type {import('../lib/api.js').Problem|null} */ this.problem = null;
    /** @type {string|undefined} */ this.tz = undefined;
    this.now = 0;
    this.room = AT_FIRST;
    this.drawn = { count: 0, ms: 0 };
    this.fast = false;
  }

  /** @param {Map<string, unknown>} changed */
  shouldUpdate(changed) {
    const { said, now, drawn } = this;
    const added = said.count - drawn.count;
    const onlyTime = changed.size === 1 && changed.has('now');
    if (onlyTime && added > READABLE && now - drawn.ms < SECOND_MS) return false;
    // Where no line of before is left, its element becomes another's.
    this.fast = added >= this.room;
    this.drawn = { count: said.count, ms: now };
    return true;
  }

  connectedCallback() {
    super.connectedCallback();
    this.onPause = () => this.toggle(!this.said.paused);
    document.addEventListener('hearth-pause', this.onPause);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.onPause) document.removeEventListener('hearth-pause', this.onPause);
  }

  render() {
    const { said } = this;
    return html`<section class="card said" aria-labelledby="said-title">
      <div class="bar"><h2 id="said-title">As it is said</h2>
        <div class="choose" role="group" aria-label="The stream"><button aria-pressed=${said.paused ? 'false' : 'true'} title="l" @click=${() => this.toggle(false)}>live</button><button
          aria-pressed=${said.paused ? 'true' : 'false'} title="l" @click=${() => this.toggle(true)}>${said.paused ? 'paused' : 'pause'}</button></div></div>
      ${
        said.paused
          ? html`<p class="held" role="status"><button class="link" @click=${() => this.toggle(false)}>${
              said.held.length + said.dropped
                ? `${(said.held.length + said.dropped).toLocaleString('en')} said meanwhile, show`
                : 'Paused; nothing is lost'
            }</button></p>`
          : nothing
      }
      ${this.problem ? html`<p class="hint">${this.problem.title}. What is said from now on appears here.</p>` : nothing}
      ${
        said.lines.length
          ? html`<ol @scroll=${this.scrolled}>${repeat(
              said.lines.slice(0, this.room),
              (/** @type {any} */ line, /** @type {number} */ at) => (this.fast ? at : line.key),
              (/** @type {any} */ line) => this.line(line),
            )}</ol>`
          : html`<p class="hint">Nothing was said in the last six hours.</p>`
      }
    </section>`;
  }

  /** @param {import('../lib/said.js').Line} line */
  line(line) {
    const at = instant(line.logged_time) ?? 0;
    return html`<li><button class="line ${line.at && this.now - line.at < FRESH_MS ? 'fresh' : ''}" title=${line.topic} @click=${() => this.open(line)}>
      <time datetime=${line.logged_time} title=${whole(at, this.tz)}>${clock(at, this.tz)}</time>
      <span class="words ${line.observations.length === 1 ? 'pair' : ''}">${this.words(line)}</span>
      ${line.equal > 1 ? html`<span class="equal">${line.equal.toLocaleString('en')} equal</span>` : nothing}</button></li>`;
  }

  /** @param {import('../lib/said.js').Line} line */
  words({ topic, observations }) {
    const [one] = observations;
    const last = observations.at(-1);
    if (observations.length === 1)
      return html`<span class="said-name">${this.called(topic, one.field)}</span> <b>${together(this.value(topic, one))}</b>`;
    if (!observations.length) return html`${this.called(topic, '')} <i>kept as it came</i>`;
    if (observations.every((each) => each.field === last.field))
      return html`${this.called(topic, last.field)} <b>${together(this.value(topic, last))}</b> <i>${observations.length} values</i>`;
    const shown = observations.slice(0, SHOWN_FIELDS);
    const rest = observations.length - shown.length;
    const name = (/** @type {string} */ field) => inner(brief(this.series(topic, field)?.called ?? field));
    return html`${this.series(topic, one.field)?.room.title ?? room(topic, observations.length).title}${shown.map((each, at) => html`${at ? ', ' : ' '}${name(each.field)} <b>${together(this.value(topic, each))}</b>`)}${rest ? html` <i>+ ${rest}</i>` : nothing}`;
  }

  /** @param {string} topic @param {string} field */
  series(topic, field) {
    return this.home?.series.get(`${topic}\n${field}`);
  }

  /** @param {string} topic @param {string} field */
  called(topic, field) {
    return fullName(this.home?.topics.get(topic), topic, field, this.series(topic, field)?.fields ?? 1, brief);
  }

  /** @param {string} topic @param {any} one */
  value(topic, one) {
    const { deviceClass } = this.series(topic, one.field) ?? {};
    return value({ ...one, deviceClass, unit: one.unit ?? this.home?.units.get(`${topic}\n${one.field}`) });
  }

  /** @param {Event} event */
  scrolled(event) {
    const { scrollTop, scrollHeight, clientHeight } = /** @type {Element} */ (event.target);
    if (!scrollTop) this.room = AT_FIRST;
    else if (scrollTop + 2 * clientHeight > scrollHeight) this.room += MORE;
    else return;
    this.requestUpdate();
  }

  /** @param {boolean} pause */
  toggle(pause) {
    if (pause) this.said.pause();
    else {
      if (this.said.dropped)
        page.say(`${this.said.dropped.toLocaleString('en')} earlier ones are no longer listed here; history has them.`);
      this.said.resume();
    }
    this.requestUpdate();
  }

  /** @param {import('../lib/said.js').Line} line */
  open({ topic, recno, logged_time }) {
    this.dispatchEvent(new CustomEvent('message', { bubbles: true, detail: { topic, recno, logged_time } }));
  }
}

customElements.define('hearth-said', HearthSaid);

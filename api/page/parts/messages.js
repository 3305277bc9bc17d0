// @ts-check
// hearth-messages: the raw log of a stretch, newest first: what came, what it meant, and what it changed.

import { html, nothing, repeat } from '../vendor/lit.js';
import { Part } from './part.js';
import { ask } from '../lib/api.js';
import { messagesWithDiff } from '../lib/diff.js';
import { bytesOf, dump, flags, legible } from '../lib/payload.js';
import { exactClock, instant, whole } from '../lib/time.js';
import { counted, together, value } from '../lib/words.js';

const BYTES_MAX = 256;

class HearthMessages extends Part {
  static properties = {
    address: { attribute: false },
    units: { attribute: false },
    tz: { attribute: false },
    heard: { attribute: false },
    rows: { state: true },
    problem: { state: true },
    hex: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.address = '';
    /** @type {Map<string, string>} */ this.units = new Map();
    /** @type {string|undefined} */ this.tz = undefined;
    /** How many messages the page has heard; those after the list was read are offered, not pushed in. */ this.heard = 0;
    /** @type {any[]} */ this.rows = [];
    /** @type {import('../lib/api.js').Problem|null} */ this.problem = null;
    this.hex = this.busy = false;
    this.next = '';
    this.known = 0;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('address')) this.load();
  }

  load() {
    this.known = this.heard;
    this.rows = [];
    return this.more(this.address);
  }

  /** @param {string} address */
  async more(address) {
    const asked = this.address;
    this.busy = true;
    this.problem = null;
    try {
      const answer = await ask(address);
      if (asked !== this.address) return;
      this.rows = [...this.rows, ...answer.observations];
      this.next = answer.next ?? '';
    } catch (error) {
      if (asked === this.address) this.problem = /** @type {import('../lib/api.js').Problem} */ (error);
    }
    this.busy = false;
  }

  render() {
    const messages = messagesWithDiff(this.rows);
    const fresh = this.heard - this.known;
    return html`<section class="card messages" aria-labelledby="messages-title" aria-busy=${this.busy ? 'true' : 'false'}>
      <div class="bar"><h2 id="messages-title">Messages <i>newest first${messages.length ? `, ${counted(messages.length, 'message')}` : ''}</i></h2>
        <div class="choose" role="group" aria-label="Payload"><button aria-pressed=${this.hex ? 'false' : 'true'} @click=${() => (this.hex = false)}>text</button><button aria-pressed=${this.hex ? 'true' : 'false'} @click=${() => (this.hex = true)}>hex</button></div></div>
      ${fresh > 0 ? html`<p class="fresh" role="status"><button class="link" @click=${this.load}>${counted(fresh, 'message')} said since, show</button></p>` : nothing}
      ${this.problem ? html`<p class="wrong" role="alert">${this.problem.title}. ${this.problem.detail} <button class="link" @click=${this.load}>Retry</button></p>` : nothing}
      ${!messages.length && !this.busy && !this.problem ? html`<p class="hint">Nothing was said in this stretch.</p>` : nothing}
      <ol>${repeat(
        messages,
        (one) => one.key,
        (one) => this.message(one),
      )}</ol>
      ${this.next ? html`<p class="actions"><span class="hint">The first ${counted(this.rows.length, 'value')} of the stretch; there are more.</span><button class="button" ?disabled=${this.busy} @click=${() => this.more(this.next)}>More</button></p>` : nothing}
    </section>`;
  }

  /** @param {import('../lib/diff.js').Message} message */
  message(message) {
    const logged = instant(message.logged_time) ?? 0;
    const device = instant(message.device_time);
    const said = flags(message.raw);
    return html`<li><button class="when" title="Open the message: clocks, place in the log" @click=${() => this.open(message)}><time datetime=${message.logged_time} title="logged ${whole(logged, this.tz)}${device === null ? '' : `, the device says ${whole(device, this.tz)}`}">${exactClock(device ?? logged, this.tz)}</time></button>
      <div><p class="mono topic">${message.topic} <i>#${message.recno.toLocaleString('en')}</i>${said.map((one) => html` <span class="flag">${one}</span>`)}</p>
        <ul class="told">${message.told.map((one) => this.told(message, one))}</ul></div>
      ${this.payload(message)}</li>`;
  }

  /** @param {import('../lib/diff.js').Message} message @param {import('../lib/diff.js').Told} one */
  told(message, one) {
    const unit = one.unit ?? this.units.get(`${message.topic}\n${one.field}`) ?? null;
    const text = together(value({ ...one, unit }));
    const named = message.told.length > 1 || one.field !== 'value';
    return html`<li>${named ? html`<span class="mono">${one.field}</span> ` : nothing}<b class=${one.changed ? 'new' : ''}>${text}</b>${one.changed ? html` <i>was ${together(value({ ...one, value: one.was, unit }))}</i>` : nothing}</li>`;
  }

  /** @param {import('../lib/diff.js').Message} message */
  payload(message) {
    const bytes = bytesOf(message.raw);
    if (!bytes) return html`<p class="hint">no payload in the answer</p>`;
    const text = this.hex ? null : legible(bytes);
    const shown =
      text === null
        ? dump(bytes, BYTES_MAX)
        : text.slice(0, BYTES_MAX) +
          (text.length > BYTES_MAX ? ` … ${counted(text.length - BYTES_MAX, 'more character')}` : '');
    return html`<pre class="payload" tabindex="0" aria-label="Payload, ${counted(bytes.length, 'byte')}">${shown}</pre>`;
  }

  /** @param {import('../lib/diff.js').Message} message */
  open({ topic, recno, logged_time }) {
    this.dispatchEvent(new CustomEvent('message', { bubbles: true, detail: { topic, recno, logged_time } }));
  }
}

customElements.define('hearth-messages', HearthMessages);

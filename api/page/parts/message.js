// @ts-check
// hearth-message: one message as it was logged: its values, clocks, place in the log, payload, and the request that gives it.

import { html, nothing } from '../vendor/lit.js';
import { Part } from './part.js';
import { clocks } from './clocks.js';
import './code.js';
import { icon } from './sign.js';
import { ask } from '../lib/api.js';
import { fullName } from '../lib/full_name.js';
import { bytesOf, dump, flags, legible } from '../lib/payload.js';
import { justAfter } from '../lib/position.js';
import { skewOf } from '../lib/skew.js';
import { exactClock, instant } from '../lib/time.js';
import { format, request } from '../lib/url.js';
import { counted, named, value } from '../lib/words.js';

class HearthMessage extends Part {
  static properties = {
    message: { attribute: false },
    fields: { attribute: false },
    fact: { attribute: false },
    log: { attribute: false },
    tz: { attribute: false },
    units: { attribute: false },
    found: { state: true },
    problem: { state: true },
    skew: { state: true },
  };

  constructor() {
    super();
    /** @type {{topic: string, recno: number, logged_time: string, shownMs?: number}|null} */ this.message = null;
    /** @type {any[]|null} */ this.found = null;
    /** @type {import('../lib/proving.js').Shown|null} */ this.shown = null;
    /** @type {import('../lib/api.js').Problem|null} */ this.problem = null;
    /** @type {string|undefined} */ this.tz = undefined;
    /** @type {import('../lib/skew.js').Skew|null} */ this.skew = null;
    this.log = '';
    this.fields = 1;
    /** @type {any} What GET topics says of its topic. */ this.fact = undefined;
    /** @type {Map<string, string>} */ this.units = new Map();
  }

  get address() {
    const { topic, logged_time } = /** @type {any} */ (this.message);
    return request('/v1/history', {
      filter: topic,
      by: 'logged',
      start: logged_time,
      end: justAfter(logged_time),
      raw: true,
    });
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('message') && this.message && key(this.message) !== key(changed.get('message'))) this.load();
  }

  updated(/** @type {Map<string, unknown>} */ changed) {
    if (changed.has('message') && this.message && !changed.get('message')) this.querySelector('h2')?.focus();
  }

  async load() {
    const address = this.address;
    this.found = this.problem = this.skew = null;
    this.askSkew();
    try {
      const answer = await ask(address);
      if (this.message && address === this.address) this.take(answer.observations);
    } catch (error) {
      if (this.message && address === this.address)
        this.problem = /** @type {import('../lib/api.js').Problem} */ (error);
    }
  }

  /** Whether its clock is off is told of the topic, not of the message. */
  async askSkew() {
    const { topic } = /** @type {any} */ (this.message);
    const { topics } = await ask(request('/v1/topics', { filter: topic })).catch(() => ({ topics: [] }));
    if (this.message?.topic === topic) this.skew = skewOf(topics[0]);
  }

  /** What is proven is compared with what is shown. @param {any[]} observations */
  take(observations) {
    const { topic, recno, logged_time: time } = /** @type {any} */ (this.message);
    this.found = observations.filter((one) => one.recno === recno);
    this.shown = { topic, recno, time, payload: this.found.length ? bytesOf(this.found[0]) : null };
    import('./proof.js').catch(() => {});
  }

  render() {
    if (!this.message) return nothing;
    const { topic, recno } = this.message;
    const only = this.fact?.fields?.length === 1 ? this.fact.fields[0].field : '';
    const title =
      this.fields > 2 ? named(this.fact, topic, '', this.fields).room.title : fullName(this.fact, topic, only, 1);
    return html`<section class="sheet" role="dialog" aria-labelledby="message-title">
      <div class="bar"><h2 id="message-title" tabindex="-1">${title}</h2>
        <span class="recno" title="Record number in its log">#${recno.toLocaleString('en')}</span>
        <button class="tool" aria-label="Close" title="Close (Esc)" @click=${this.close}>${icon('close')}</button></div>
      <p class="mono topic">${topic}</p>
      <p><a href=${format({ screen: 'history', filters: [topic], tz: this.tz, cursor: this.message.logged_time, past: { by: ['logged'] } })}>History of this topic</a></p>
      ${this.problem ? html`<p class="wrong" role="alert">${this.problem.title}. ${this.problem.detail}</p><button class="link" @click=${this.load}>Retry</button>` : nothing}
      ${this.found ? (this.found.length ? this.body(this.found) : html`<p class="hint">The API does not give this record; it may have been erased.</p>`) : nothing}
      <h3>The request</h3>
      <hearth-code .requests=${[{ name: 'This message', address: this.address }]}></hearth-code>
    </section>`;
  }

  /** @param {any[]} observations */
  body(observations) {
    const first = observations[0];
    const { logged_time, shownMs } = /** @type {any} */ (this.message);
    const values = observations
      .filter((one) => one.field !== '' || one.value !== null)
      .map((one) => ({ ...one, unit: one.unit ?? this.units.get(`${one.topic}\n${one.field}`) }));
    const batch = values.length > 1 && values.every((one) => one.field === values[0].field);
    const payload = bytesOf(first);
    return html`
      ${values.length === 1 ? this.single(values[0]) : html`<table class="fields"><caption class="aside">Values in this message</caption><tbody>${values.map((one) => this.field(one, batch))}</tbody></table>`}
      <h3>Three clocks</h3>${clocks({ device_time: first.device_time, logged_time, shownMs: shownMs ?? 0, tz: this.tz, skew: this.skew })}
      <h3>Payload <i>${payload ? counted(payload.length, 'byte') : ''}${flags(first).map((flag) => html` · ${flag}`)}</i></h3>
      ${payload ? html`<pre class="payload" tabindex="0" aria-label="The payload">${legible(payload) ?? dump(payload)}</pre>` : html`<p class="hint">The payload was not in the answer.</p>`}
      <h3>In the log</h3>
      <dl class="place"><div><dt>log</dt><dd class="mono" title="The log’s name is the SHA-256 of its metadata">${this.log || 'not told'}</dd></div>
        <div><dt>record</dt><dd>${first.recno.toLocaleString('en')}</dd></div>
        <div><dt>logged time</dt><dd class="mono">${logged_time}</dd></div></dl>
      <h3>Proof</h3><hearth-proof .log=${this.log} .shown=${this.shown}></hearth-proof>`;
  }

  /** @param {any} one */
  single(one) {
    const { text, unit, exact } = value(one);
    return html`<p class="big" title=${exact}><b>${text}</b> ${unit}</p>`;
  }

  /** A batch says one field many times, each at its own moment. @param {any} one @param {boolean} batch */
  field(one, batch) {
    const { text, unit, exact } = value(one);
    return html`<tr><th scope="row" class="mono">${batch ? exactClock(instant(one.device_time) ?? 0, this.tz) : one.field}</th><td title=${exact}><b>${text}</b> <i>${unit}</i></td></tr>`;
  }

  close() {
    this.dispatchEvent(new CustomEvent('close', { bubbles: true }));
  }
}

/** @param {any} message */
function key(message) {
  return message ? `${message.topic} ${message.recno}` : '';
}

customElements.define('hearth-message', HearthMessage);

// @ts-check
// Hears one selection both ways, as one account: over MQTT, and as an event stream; and compares.

import { toBase64 } from './bytes.js';
import { isNarrowed } from './narrowed.js';
import { bytesOf } from './payload.js';
import { Tally } from './tally.js';
import { request } from './url.js';

const TICKET_S = 3_600;
const REFUSED = 128;
/** MQTT 5 §3.2.2.2: bad user name or password, not authorized. */
const UNKNOWN = new Set([4, 5, 134, 135]);

/** @typedef {{name: 'asking'|'listening'|'wrong'|'gone', text: string}} State */

export class Trying {
  /**
   * @param {{filters: string[], account: string, secret: string, changed: () => void, now: () => number}} options
   */
  constructor({ filters, account, secret, changed, now }) {
    this.filters = filters.length ? filters : ['#'];
    this.account = account;
    this.secret = secret;
    this.now = now;
    this.changed = changed;
    /** @type {State} */ this.state = { name: 'asking', text: 'Connecting both …' };
    /** @type {Tally|null} */ this.tally = null;
    this.narrowed = '';
    /** @type {EventSource|null} */ this.source = null;
    /** @type {any} */ this.client = null;
    this.gone = new AbortController();
  }

  async start() {
    try {
      const { ticket } = await this.ask('/v1/tickets', { filter: this.filters, seconds: TICKET_S });
      const known = await this.ask(request('/v1/topics', { filter: this.filters, limit: 1 }));
      if (isNarrowed(known.rights, this.filters))
        this.narrowed = known.topics.length
          ? `The account ${this.account} may read part of this selection. Both ways bring that part.`
          : `The account ${this.account} may not read here, or nothing was said here yet; the home does not tell the two apart.`;
      const { default: mqtt } = await import('../vendor/mqtt.js');
      if (this.gone.signal.aborted) return;
      this.listen(ticket, known.position);
      this.connect(mqtt);
    } catch (error) {
      if (!this.gone.signal.aborted) this.tell('wrong', String(/** @type {Error} */ (error).message));
    }
  }

  stop() {
    this.gone.abort();
    this.source?.close();
    this.client?.end(true);
  }

  /** As the account that is tried, whoever is logged in on this page. @param {string} address @param {unknown=} body */
  async ask(address, body) {
    const answer = await fetch(address, {
      ...{ method: body ? 'POST' : 'GET', body: body ? JSON.stringify(body) : undefined, credentials: 'omit' },
      headers: { Authorization: `Bearer ${this.secret}`, 'Content-Type': 'application/json' },
      signal: this.gone.signal,
    }).catch(() => {
      throw new Error('Hearthlog does not answer.');
    });
    if (answer.status === 401) throw new Error('This home knows no account with that secret.');
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error([said.title, said.detail].filter(Boolean).join('. '));
    return { ...said, rights: answer.headers.get('Hearthlog-Narrowed') ?? undefined };
  }

  /** @param {string} ticket @param {string} since */
  listen(ticket, since) {
    this.source = new EventSource(request('/v1/live', { filter: this.filters, payload: 'raw', since, ticket }));
    this.source.onmessage = ({ data }) => {
      const { topic, recno, logged_time, ...said } = JSON.parse(data);
      const payload = toBase64(bytesOf(said) ?? new Uint8Array());
      this.tally?.hear('stream', { topic, payload, recno }, Date.parse(logged_time));
      this.changed();
    };
    this.source.onerror = () => this.tell('gone', 'The event stream was cut; it goes on from its position by itself.');
    this.source.onopen = () => this.tally && this.tell('listening', '');
  }

  /** Timers of its own would need a worker, which the page's policy forbids. @param {any} mqtt */
  connect(mqtt) {
    const { account: username, secret: password } = this;
    const address = `${location.origin.replace(/^http/, 'ws')}/mqtt`;
    const how = { protocolVersion: 5, timerVariant: 'native', resubscribe: false };
    this.client = mqtt.connect(address, { username, password, ...how });
    this.client.on('connect', () => this.subscribe());
    this.client.on(
      'message',
      (/** @type {string} */ topic, /** @type {Uint8Array} */ bytes, /** @type {any} */ packet) => {
        if (packet.retain) this.tally?.hearRetained();
        else this.tally?.hear('mqtt', { topic, payload: toBase64(bytes), qos: packet.qos }, this.now());
        this.changed();
      },
    );
    this.client.on('error', (/** @type {any} */ { code, message }) => {
      if (!UNKNOWN.has(code)) return this.tell('gone', `${message}. Trying again.`);
      this.stop();
      this.tell('wrong', `The secret is right, but the broker knows no account ${username} with it.`);
    });
    this.client.on('close', () => {
      if (this.state.name !== 'wrong')
        this.tell('gone', 'No broker behind /mqtt. What is said meanwhile waits with the devices; trying again.');
    });
  }

  async subscribe() {
    // What was said while there was no connection came one way only. What the broker kept comes with its answer.
    const tally = new Tally(this.now());
    this.tally = tally;
    const granted = await this.client.subscribeAsync(this.filters, { qos: 1 }).catch(() => null);
    if (!granted) return;
    if (granted.every((/** @type {any} */ { qos }) => qos >= REFUSED)) {
      this.stop();
      return this.tell('wrong', `The account ${this.account} may not read here, says the broker.`);
    }
    tally.begunMs = this.now();
    this.tell('listening', '');
  }

  /** @param {State['name']} name @param {string} text */
  tell(name, text) {
    this.state = { name, text };
    this.changed();
  }
}

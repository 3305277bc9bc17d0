// @ts-check
// <hearth-chart>: one chart for any page, asked of GET plot with a ticket, asked again while it is looked at.

import { panels, plotAddress, summary } from '../lib/embedded.js';
import { html, LitElement, nothing } from '../vendor/lit.js';
import { drawing } from './drawing.js';
import { look } from './look.js';

const REFRESH_S = 5;
const WIDTH_MIN = 160;
const HEIGHT = 140;
const HOME = new URL('/', import.meta.url).origin;

export class HearthChart extends LitElement {
  static styles = [look];

  static properties = {
    filter: {},
    field: {},
    start: {},
    end: {},
    by: {},
    at: {},
    tz: {},
    ticket: {},
    src: {},
    refresh: { type: Number },
    height: { type: Number },
    answer: { state: true },
    problem: { state: true },
    width: { state: true },
  };

  constructor() {
    super();
    /** Filters, fields: one a line. */ this.filter = this.field = '';
    this.start = '-6h';
    this.end = 'now';
    this.by = this.at = this.tz = this.ticket = '';
    /** Where the home is; the module's own by default. */ this.src = HOME;
    /** Seconds between two requests; 0: one only. */ this.refresh = REFRESH_S;
    this.height = HEIGHT;
    /** @type {any} */ this.answer = null;
    this.problem = '';
    this.width = 0;
    this.asked = '';
    /** @type {ReturnType<typeof setTimeout>|undefined} */ this.timer = undefined;
    this.onVisibility = () => this.follow();
    this.sizes = new ResizeObserver(([entry]) => {
      this.width = Math.max(WIDTH_MIN, Math.floor(entry.contentRect.width));
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.sizes.observe(this);
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
    document.removeEventListener('visibilitychange', this.onVisibility);
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asked = '';
  }

  get address() {
    const { filter, field, start, end, by, at, ticket, width, src } = this;
    return plotAddress({ filter, field, start, end, by, at, ticket, width, src });
  }

  updated() {
    if (this.width && this.address !== this.asked) this.follow();
  }

  /** Asks now and from time to time; a page that nobody looks at asks nothing. */
  async follow() {
    clearTimeout(this.timer);
    if (document.hidden || !this.width || !this.isConnected) return;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.asked = this.address;
    try {
      const said = await fetch(this.asked, { signal: asking.signal });
      const body = await said.json();
      if (said.ok) this.answer = body;
      this.problem = said.ok ? '' : `${body.title}. ${body.detail}`;
    } catch {
      if (asking.signal.aborted) return;
      this.problem = this.answer ? 'No answer; this is what was known before.' : 'Hearthlog does not answer.';
    }
    if (this.refresh > 0 && !this.at) this.timer = setTimeout(() => this.follow(), this.refresh * 1000);
  }

  render() {
    const { answer, problem, width, height, tz } = this;
    const found = answer && width ? panels(answer) : [];
    const note = problem ? html`<p class="note" role="alert">${problem}</p>` : nothing;
    if (!answer) return html`${note}${problem ? nothing : html`<p class="note quiet" role="status">Reading…</p>`}`;
    return html`${note}<figure aria-label=${summary(answer, tz || undefined)}>
      ${found.length ? found.map((panel) => drawing(panel, answer, { width, height, tz: tz || undefined })) : html`<p class="note quiet">Nothing matches, or this ticket may not read it.</p>`}</figure>`;
  }
}

if (!customElements.get('hearth-chart')) customElements.define('hearth-chart', HearthChart);

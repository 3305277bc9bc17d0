// @ts-check
// hearth-datasets: the list of what is pinned, a recipe that is being put together, or one dataset.

import { painted, PagePart } from '../parts/part.js';
import { html, nothing } from '../vendor/lit.js';
import '../parts/dataset_list.js';
import { page } from '../lib/page.js';
import { RecorderState } from '../lib/recorder.js';

const LOOK_MS = 15_000;
const NEW = 'new';
/** What is made, or read of one, comes when it is asked for. */
const LOADS = { made: () => import('../parts/dataset_new.js'), read: () => import('../parts/dataset_one.js') };

class HearthDatasets extends PagePart {
  constructor() {
    super();
    this.gone = new AbortController();
    this.recorder = new RecorderState();
    this.sub = '';
    /** @type {typeof import('../parts/later_datasets.js')|undefined} */ this.later = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.look();
    this.tick = setInterval(() => this.look(), LOOK_MS);
    this.loadLater();
  }

  /** The list's first words come first. An api that is away takes nothing along: it is asked again at the next look. */
  async loadLater() {
    await painted();
    this.later ??= await import('../parts/later_datasets.js').catch(() => undefined);
    this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
    this.gone.abort();
  }

  /** Nothing here is live; whether all is recorded is asked from time to time, for the header. */
  async look() {
    if (document.hidden) return;
    if (this.tick && !this.later) this.loadLater();
    await this.recorder.ask(this.gone.signal);
    if (this.isConnected && page.stream.name !== 'cut') page.set({ stream: { name: 'open' }, pace: '' });
  }

  willUpdate() {
    if (page.view.sub !== this.sub) this.loadSub(page.view.sub);
  }

  /** @param {string} sub */
  async loadSub(sub) {
    this.sub = sub;
    if (!sub) return;
    try {
      await LOADS[sub === NEW ? 'made' : 'read']();
    } catch {
      page.say('Hearthlog does not answer, so this cannot be shown yet.');
      setTimeout(() => this.sub === sub && this.loadSub(sub), LOOK_MS);
    }
  }

  render() {
    const { later } = this;
    const { sub, problems } = page.view;
    if (page.locked)
      return html`<div class="datasets"><h1 class="aside">Datasets</h1>${later?.locked(() => this.look())}</div>`;
    return html`${later?.textures}<div class="datasets">
      ${problems.map((problem) => html`<p class="note" role="alert">${problem}</p>`)}
      ${sub === NEW ? html`<hearth-dataset-new></hearth-dataset-new>` : sub ? html`<hearth-dataset .id=${sub}></hearth-dataset>` : html`<hearth-dataset-list></hearth-dataset-list>`}
      </div><p class="notice" role="status">${page.notice}</p>${nothing}`;
  }
}

customElements.define('hearth-datasets', HearthDatasets);

// @ts-check
// hearth-datasets: the list of what is pinned, a recipe that is being put together, or one dataset.

import { PagePart } from '../parts/part.js';
import { html, nothing } from '../vendor/lit.js';
import '../parts/dataset_list.js';
import '../parts/dataset_new.js';
import '../parts/dataset_one.js';
import { page } from '../lib/page.js';
import { RecorderState } from '../lib/recorder.js';

const LOOK_MS = 15_000;
const NEW = 'new';

class HearthDatasets extends PagePart {
  constructor() {
    super();
    this.gone = new AbortController();
    this.recorder = new RecorderState();
    /** @type {typeof import('../parts/later_datasets.js')|undefined} */ this.later = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.look();
    this.tick = setInterval(() => this.look(), LOOK_MS);
    import('../parts/later_datasets.js')
      .then((later) => {
        this.later = later;
        this.requestUpdate();
      })
      .catch(() => {});
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.tick);
    this.gone.abort();
  }

  /** Nothing here is live; whether all is recorded is asked from time to time, for the header. */
  async look() {
    if (document.hidden) return;
    await this.recorder.ask(this.gone.signal);
    if (this.isConnected && page.stream.name !== 'cut') page.set({ stream: { name: 'open' }, pace: '' });
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

// @ts-check
// A dataset that is being put together: what it would be, what it would cost, its rows and what is missing in it.

import { asProblem, ask } from './api.js';
import { coverage } from './coverage.js';
import { bodyOf, coverageAddress, previewAddresses, recipeOf, topicsAddress } from './dataset.js';

export const DRY_RUN = '/v1/datasets?dry_run=true';
const DATASETS = '/v1/datasets';

export class Draft {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.gone = new AbortController();
    this.key = this.from = '';
    /** @type {import('./dataset.js').Recipe|null} */ this.recipe = null;
    /** @type {import('./dataset.js').Plan|null} */ this.plan = null;
    /** @type {any} */ this.rows = null;
    /** @type {any[]|null} What was said in these rows, before anything was held. */ this.said = null;
    /** @type {Map<string, import('./coverage.js').Covered>|null} */ this.covered = null;
    /** @type {Map<string, any>} */ this.topics = new Map();
    /** @type {import('./api.js').Problem|null} */ this.problem = null;
    /** @type {string} Why there is no coverage. */ this.uncovered = '';
    this.loading = this.pinning = false;
    this.begunMs = 0;
  }

  /** Asks only for what the view changes: another recipe is all anew, another place only other rows. @param {import('./url.js').View} view */
  async show(view) {
    const recipe = recipeOf(view);
    const [key, from] = [JSON.stringify(bodyOf(recipe)), view.cursor ?? ''];
    if (key === this.key && from === this.from && !this.problem) return;
    this.gone.abort();
    this.gone = new AbortController();
    const anew = key !== this.key || !this.plan || this.problem !== null;
    Object.assign(this, { key, from, recipe, problem: null, loading: true, begunMs: Date.now() });
    this.changed();
    const { signal } = this.gone;
    try {
      if (anew) this.plan = await ask(DRY_RUN, { signal, body: bodyOf(recipe) });
      await Promise.all([
        this.askRows(signal),
        anew ? this.askCoverage(signal) : null,
        anew ? this.askTopics(signal) : null,
      ]);
    } catch (error) {
      if (signal.aborted) return;
      this.problem = asProblem(error);
    }
    this.loading = false;
    this.changed();
  }

  /** @param {AbortSignal} signal */
  async askRows(signal) {
    const plan = /** @type {import('./dataset.js').Plan} */ (this.plan);
    const addresses = previewAddresses(plan, this.from || null);
    const [rows, said] = await Promise.all([ask(addresses.rows, { signal }), ask(addresses.said, { signal })]);
    this.rows = rows;
    this.said = said.matrix;
    this.changed();
  }

  /** A window too large to be drawn is pinned all the same. @param {AbortSignal} signal */
  async askCoverage(signal) {
    this.uncovered = '';
    try {
      this.covered = coverage(await ask(coverageAddress(this.plan?.pin), { signal }));
    } catch (error) {
      if (signal.aborted) throw error;
      this.covered = null;
      this.uncovered = asProblem(error).detail || asProblem(error).title;
    }
    this.changed();
  }

  /** @param {AbortSignal} signal */
  async askTopics(signal) {
    const { topics } = await ask(topicsAddress(this.plan?.pin), { signal });
    this.topics = new Map(topics.map((/** @type {any} */ one) => [one.topic, one]));
  }

  /** What is pinned is what is shown: the same recipe at the same position. @returns {Promise<string|null>} its id */
  async pin() {
    const { plan, recipe } = this;
    if (!plan || !recipe || this.pinning) return null;
    this.pinning = true;
    this.changed();
    try {
      return (await ask(DATASETS, { body: bodyOf({ ...recipe, at: plan.pin.position }) })).id;
    } catch (error) {
      this.problem = asProblem(error);
      return null;
    } finally {
      this.pinning = false;
      this.changed();
    }
  }

  stop() {
    this.gone.abort();
    this.loading = false;
  }
}

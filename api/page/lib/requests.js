// @ts-check
// The requests of Now, as they are made and as its API button shows them.

import { ATTENTION, SINK } from './recorder.js';
import { request } from './url.js';

const SAID_OBSERVATIONS = 120;
const TICK_MS = 250;

/** @param {string[]} filter none stands for everything that may be read */
export function requests(filter) {
  return {
    latest: request('/v1/latest', { filter }),
    topics: request('/v1/topics', { filter }),
    plot: request('/v1/plot', { filter, start: '-6h', width: 72 }),
    /** Which words stood when is only told with all the rest, so it is asked of those topics alone. @param {string[]} topics */
    words: (topics) => request('/v1/plot', { filter: topics, start: '-6h', width: 72, explain: true }),
    notable: request('/v1/notable', { start: '-1h', standing: true, limit: 100 }),
    /** @param {string} at */
    said: (at) =>
      request('/v1/history', { filter, start: '-6h', by: 'logged', order: 'desc', limit: SAID_OBSERVATIONS, at }),
    /** The sink's own log and attention come along, so that the page hears whether all is recorded and what needs a look. @param {string} since @param {boolean} newestOnly */
    live: (since, newestOnly) =>
      request('/v1/live', {
        filter: [...(filter.length ? filter : ['#']), SINK, `${ATTENTION}#`],
        since,
        latest_every_ms: newestOnly ? TICK_MS : null,
      }),
  };
}

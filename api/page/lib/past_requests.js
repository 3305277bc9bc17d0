// @ts-check
// The requests of History, as they are made and as its API buttons show them; what it asks first is which topics there are.

import { askAll } from './api.js';
import { isConfig } from './filters.js';
import { request } from './url.js';

/** The sink's own log: whether all is recorded, and when it was not. */
export const SINK = '$hearthlog/sink';
const MESSAGES = 200;
/** What is not asked for by name is left out: what Hearthlog itself says, and set-up messages. */
const LEFT_OUT = new Set(['hearthlog', 'homeassistant']);
const ROOTS_MAX = 50;
const OVERVIEW = { days: 30, width: 180 };

/** Filters that select all that a home says of itself. @param {string[]} filters @param {string[]} topics @returns {string[]} */
export function asked(filters, topics) {
  if (filters.length) return filters;
  const roots = [...new Set(topics.map((topic) => topic.split('/')[0]))].filter((root) => !LEFT_OUT.has(root));
  const rest = topics.filter((topic) => topic.startsWith('homeassistant/') && !isConfig(topic));
  return roots.length + rest.length > ROOTS_MAX ? [] : [...roots.map((root) => `${root}/#`), ...rest];
}

/** @param {import('./span.js').Span} span */
function stretch({ startText, endText, by, at }) {
  return { start: startText, end: endText === 'now' ? null : endText, by: by === 'device' ? null : by, at };
}

/** @param {string[]} filter @param {import('./span.js').Span} span */
export function pastRequests(filter, span) {
  const field = span.fields;
  return {
    /** @param {number} width */
    plot: (width) => request('/v1/plot', { filter, field, ...stretch(span), width, explain: true }),
    messages: request('/v1/history', { filter, field, ...stretch(span), order: 'desc', limit: MESSAGES, raw: true }),
    gaps: request('/v1/gaps', { filter, field, ...stretch(span) }),
    /** What comes, and whether all is recorded; of a stretch that is over only the latter. @param {string} since */
    live: (since) =>
      request('/v1/live', { filter: span.living ? [...(filter.length ? filter : ['#']), SINK] : [SINK], since }),
    /** The recorder's own outages. @param {number} end */
    outages: (end) =>
      request('/v1/gaps', {
        filter: SINK,
        start: new Date(end - OVERVIEW.days * 86_400_000).toISOString(),
        end: new Date(end).toISOString(),
        limit: 1,
        at: span.at,
      }),
    /** @param {number} end */
    overview: (end) =>
      request('/v1/plot', {
        filter,
        field,
        start: new Date(end - OVERVIEW.days * 86_400_000).toISOString(),
        end: new Date(end).toISOString(),
        width: OVERVIEW.width,
        by: span.by === 'device' ? null : span.by,
        at: span.at,
      }),
    /** The last record of one series at or before an instant. @param {{topic: string, field: string}} line @param {string} end */
    record: ({ topic, field: of }, end) =>
      request('/v1/history', { filter: topic, field: of, end, by: span.by, order: 'desc', limit: 1, at: span.at }),
  };
}

/** @param {string[]} filters @param {AbortController} gone */
export async function learn(filters, gone) {
  const known = await askAll(request('/v1/topics', { filter: filters }), 'topics', gone);
  /** @type {Map<string, any>} */
  const topics = new Map(known.topics.map((/** @type {any} */ one) => [one.topic, one]));
  return {
    topics,
    narrowed: known.rights !== undefined && (await import('./narrowed.js')).isNarrowed(known.rights, filters),
    units: unitsOf(known.topics),
    filter: asked(filters, [...topics.keys()]),
  };
}

/** Units by topic, newline and field. @param {Iterable<any>} topics of GET topics @returns {Map<string, string>} */
function unitsOf(topics) {
  const found = new Map();
  for (const { topic, fields = [] } of topics)
    for (const { field, unit } of fields) if (unit) found.set(`${topic}\n${field}`, unit);
  return found;
}

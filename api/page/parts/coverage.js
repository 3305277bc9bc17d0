// @ts-check
// A bar per column over the whole window: where it was heard, and why not where it was not.

import { columnName } from '../lib/dataset.js';
import { whose } from '../lib/gap_words.js';
import { page } from '../lib/page.js';
import { ticks } from '../lib/ticks.js';
import { html, nothing, svg } from '../vendor/lit.js';

const TEXTURED = ['device', 'broker', 'sink'];
const LOW = 0.95;
const TICKS = 5;
const SPREAD = { width: 96, height: 14 };

/** @param {import('../lib/draft.js').Draft} draft @param {import('../lib/dataset.js').Column[]} columns */
export function coverageRows({ covered, plan, uncovered, topics }, columns) {
  if (!plan) return nothing;
  const [from, to] = [Date.parse(plan.pin.parameters.start), Date.parse(plan.pin.parameters.end)];
  const causes = new Set(
    [...(covered?.values() ?? [])].flatMap(({ holes }) => holes.map(({ cause }) => texture(cause))),
  );
  return html`<section class="coverage" aria-labelledby="coverage-title"><div class="bar"><h2 id="coverage-title">Coverage</h2>
      <ul class="legend">${[...causes].map((cause) => html`<li><svg width="22" height="12" aria-hidden="true"><rect width="22" height="12" fill="url(#gap-${cause})"/></svg> ${cause === 'unknown' ? 'not observed' : whose(cause)}</li>`)}</ul></div>
    ${uncovered ? html`<p class="note">${uncovered}</p>` : nothing}
    ${
      covered
        ? html`<table><caption class="aside">Share of the window that each column was heard in</caption>
      <thead><tr><th scope="col">Series</th><th scope="col" class="over"><ol aria-hidden="true">${ticks(from, to, TICKS, page.view.tz).map(({ t, text }) => html`<li .style=${`left:${part(t, from, to)}%`}>${text}</li>`)}</ol><span class="aside">Over the window</span></th><th scope="col">present</th><th scope="col">values</th></tr></thead>
      <tbody>${columns.map((column) => bar(column, covered.get(column.column), from, to, topics.get(column.topic)?.role))}</tbody></table>`
        : nothing
    }</section>`;
}

/** @param {import('../lib/dataset.js').Column} column @param {import('../lib/coverage.js').Covered|undefined} found @param {number} from @param {number} to @param {string=} role */
function bar(column, found, from, to, role) {
  const { place, name } = columnName(column);
  const { holes, share } = found ?? { holes: [], share: null };
  return html`<tr><th scope="row" title=${column.column}>${place} <i>/</i> ${name.toLowerCase()}</th>
    <td><svg class="cover ${role ?? 'value'}" width="100%" height="12" role="img" aria-label=${holes.length ? `${holes.length} holes` : 'no hole'}><rect class="heard" width="100%" height="12" rx="2"/>${holes.map(
      (hole) => {
        const [x, width] = [
          part(hole.from, from, to),
          Math.max(0.3, part(hole.to, from, to) - part(hole.from, from, to)),
        ];
        return svg`<rect class="gone" x="${x}%" width="${width}%" height="12"/><rect x="${x}%" width="${width}%" height="12" fill="url(#gap-${texture(hole.cause)})"><title>${hole.sentence}</title></rect>`;
      },
    )}</svg></td><td class=${share !== null && share < LOW ? 'low' : ''}>${share === null ? '–' : `${(100 * share).toFixed(1)} %`}</td><td class="spread">${found?.shape ? histogram(found.shape) : nothing}</td></tr>`;
}

/** How the values are spread, and in words from where to where. @param {import('../lib/coverage.js').Shape} shape */
function histogram({ words, bars }) {
  const width = SPREAD.width / bars.length;
  return html`<svg width=${SPREAD.width} height=${SPREAD.height} role="img" aria-label="Values: ${words}"><title>${words}</title>${bars.map(
    ({ share }, at) => {
      const height = share ? Math.max(1, share * SPREAD.height) : 0;
      return svg`<rect x=${at * width} y=${SPREAD.height - height} width=${Math.max(1, width - 1)} height=${height}/>`;
    },
  )}</svg>`;
}

/** @param {number} t @param {number} from @param {number} to */
function part(t, from, to) {
  return Math.round((10_000 * (t - from)) / Math.max(1, to - from)) / 100;
}

/** @param {string} cause */
export function texture(cause) {
  return TEXTURED.includes(cause) ? cause : 'unknown';
}

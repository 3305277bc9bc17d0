// @ts-check
// Real rows of a matrix: held cells in italics, empty ones in the texture of whose silence it was.

import { holeAt } from '../lib/coverage.js';
import { columnName, everyOf, labelsOf, messagesAddress } from '../lib/dataset.js';
import { tintOf } from '../lib/labels.js';
import { clock, day, whole } from '../lib/time.js';
import { value } from '../lib/words.js';
import { html, nothing } from '../vendor/lit.js';
import { texture } from './coverage.js';

/** @param {import('../lib/draft.js').Draft} draft @param {import('../lib/dataset.js').Column[]} columns @param {string=} tz */
export function preview({ rows, said, covered, topics }, columns, tz) {
  const everyMs = everyOf(rows.matrix);
  const labels = labelsOf(columns, topics);
  const first = rows.matrix[0] ? Date.parse(rows.matrix[0].time) : 0;
  return html`<div class="matrix" role="region" aria-label="Rows of the dataset" tabindex="0"><table>
    <thead><tr><th scope="col">${first ? day(first, tz) : 'Time'}</th>${columns.map((column) => heading(column, topics.get(column.topic)?.role))}</tr></thead>
    <tbody>${rows.matrix.map((/** @type {any} */ row, /** @type {number} */ at) => {
      const t = Date.parse(row.time);
      return html`<tr><th scope="row"><time datetime=${row.time} title=${whole(t, tz)}>${clock(t, tz).slice(0, everyMs < 60_000 ? 8 : 5)}</time></th>${columns.map(
        (column) =>
          cell({
            column,
            found: row[column.column],
            held: (said?.[at]?.[column.column] ?? null) === null,
            hole: holeAt(covered?.get(column.column), t),
            address: messagesAddress(column, row.time, everyMs),
            classes: classesOf(column, labels, topics),
            label: row[labels.get(column.column)?.column ?? ''],
          }),
      )}</tr>`;
    })}</tbody></table></div>
    <p class="hint"><em>Italic</em>: held from before. A cell opens the messages that it came from.${labels.size ? html` Outlined: the model says another word than the label.` : nothing}</p>`;
}

/** @param {import('../lib/dataset.js').Column} column @param {string=} role */
function heading(column, role) {
  const { place, name } = columnName(column);
  const last = role === 'label' ? 'label' : role === 'prediction' ? '' : (column.unit ?? '');
  return html`<th scope="col" title=${column.column}>${place}<br>${name.toLowerCase()} <i>${last}</i></th>`;
}

/** The classes of a label, or of the one that a model speaks of: they fix the tints. @param {import('../lib/dataset.js').Column} column @param {Map<string, import('../lib/dataset.js').Column>} labels @param {Map<string, any>} topics @returns {string[]|null} */
function classesOf(column, labels, topics) {
  const of = labels.get(column.column) ?? column;
  const { role, classes } = topics.get(of.topic) ?? {};
  return role === 'label' || of !== column || (role === 'prediction' && column.field === 'value')
    ? (classes ?? [])
    : null;
}

/** @param {{column: import('../lib/dataset.js').Column, found: any, held: boolean, hole: import('../lib/coverage.js').Hole|null, address: string, classes: string[]|null, label: any}} shown */
function cell({ column, found, held, hole, address, classes, label }) {
  if (found === null || found === undefined) {
    const why = hole?.sentence ?? 'Nothing was said recently enough.';
    return html`<td class="empty" title=${why}><svg width="100%" height="16" aria-hidden="true"><rect width="100%" height="16" fill="url(#gap-${texture(hole?.cause ?? '')})"/></svg><span class="aside">empty: ${why}</span></td>`;
  }
  const { text, exact } = value({ value: found, field: column.field });
  const apart = label !== undefined && label !== null && label !== found;
  const look = classes && typeof found === 'string' ? `class t${tintOf(classes, text)}${apart ? ' apart' : ''}` : '';
  return html`<td class=${held ? 'held' : ''}><a href=${address} title=${`${exact}${held ? ', held' : ''}${apart ? `, but it was ${label}` : ''}`} class=${look}>${text}${apart ? html`<span class="aside">, but it was ${label}</span>` : nothing}</a></td>`;
}

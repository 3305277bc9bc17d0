// @ts-check
// Labels in the read-out: the true word and the models', how sure these are, and how often they agree.

import { html, nothing } from '../vendor/lit.js';
import { activities, agreement, spellsOf, sureAt, sureText, together } from '../lib/activity.js';
import { inner } from '../lib/words.js';

/** @param {any} readout that they stand in */
export function labels(readout) {
  const { laid, past, hide } = readout;
  return activities(laid.told, past.topics).map((of) => activity(readout, of, hide));
}

/** @param {any} readout @param {import('../lib/activity.js').Activity} of @param {Set<string>} hide */
function activity(readout, { truth, models, rest, name }, hide) {
  return html`<h3>${name}</h3><ul class="labels">${truth ? readout.row(truth, 'state', 'true') : nothing}${models.map(
    ({ line, sure, name: model }) => {
      const share = sure && !standsInGap(line, readout.t) ? sureAt(sure, readout.t) : null;
      const more = share === null ? nothing : html` <i title="how sure the model is">${sureText(share)}</i>`;
      const said = models.length > 1 ? inner(model) : 'model';
      return html`${readout.row(line, 'state', said, more)}${truth && !hide.has(line.key) ? agreed(readout, truth, line) : nothing}`;
    },
  )}${rest.map((line) => readout.row(line, 'state', `${line.field} of the model`))}</ul>`;
}

/** @param {import('../lib/lines.js').Line} line @param {number} t */
function standsInGap(line, t) {
  return line.gaps.some((gap) => gap.from < t && (t < gap.to || gap.standing));
}

/** Over what is shown, not at the cursor. @param {any} readout @param {import('../lib/lines.js').Line} truth @param {import('../lib/lines.js').Line} line */
function agreed({ stretch }, truth, line) {
  const { start, end, now } = stretch;
  const until = Math.min(end, now);
  const [one, other] = [truth, line].map((each) =>
    spellsOf(each, until)
      .filter(({ to }) => to > start)
      .map((spell) => ({ ...spell, from: Math.max(spell.from, start) })),
  );
  const share = agreement(together(one, other));
  if (share === null) return nothing;
  return html`<li class="agree" title="Of the time in this stretch in which both say something"><span></span><span class="stand"><span class="name">they agree</span><span class="value"><b>${(100 * share).toFixed(1)}</b><i>%</i></span></span></li>`;
}

// @ts-check
// One panel of an embedded chart: lines that stop where nobody spoke, the silences by cause, and the table behind.

import { lastWords } from '../lib/embedded.js';
import { blocks, cut, path } from '../lib/spark.js';
import { ticks } from '../lib/ticks.js';
import { clock } from '../lib/time.js';
import { number } from '../lib/words.js';
import { textures } from '../parts/textures.js';
import { html, svg } from '../vendor/lit.js';

const LEFT = 44;
const BELOW = 18;
const SWITCH = 20;
const TICK = 90;
/** Half a label: nearer to the right end there is no room for one. */
const EDGE = 24;
const ROWS = 25;
const CAUSES = ['device', 'broker', 'sink'];

/**
 * @param {import('../lib/embedded.js').Panel} panel
 * @param {{start: string, end: string}} answer
 * @param {{width: number, height: number, tz: string|undefined}} box
 */
export function drawing(panel, answer, { width, height, tz }) {
  const [from, to] = [Date.parse(answer.start), Date.parse(answer.end)];
  const tall = panel.steps ? SWITCH : height;
  const x = (/** @type {number} */ t) =>
    Math.round((LEFT + ((Math.min(Math.max(t, from), to) - from) / (to - from)) * (width - LEFT - 4)) * 10) / 10;
  const y = scale(panel, tall);
  return html`<ul class="names">${panel.drawn.map((one) => {
    const said = lastWords(one, panel.steps);
    return html`<li class="c${one.colour}"><span></span>${one.name} <b>${said.text}</b> <i>${said.unit}</i></li>`;
  })}</ul>
  ${textures}<svg width=${width} height=${tall + BELOW} aria-hidden="true">
    ${panel.steps ? svg`` : levels(panel).map((v) => svg`<path class="grid" d="M${LEFT} ${y(v)}H${width - 4}"/><text x=${LEFT - 6} y=${y(v) + 4} text-anchor="end">${number(v)}</text>`)}
    ${ticks(from, to, Math.max(2, width / TICK), tz)
      .filter(({ t }) => x(t) < width - EDGE)
      .map(
        ({ t, text }) =>
          svg`<path class="grid" d="M${x(t)} 0V${tall}"/><text x=${x(t)} y=${tall + 14} text-anchor="middle">${text}</text>`,
      )}
    ${panel.drawn.map((one, at) => silences(one, x, (tall / panel.drawn.length) * at, tall / panel.drawn.length))}
    ${panel.drawn.map((one) => line(one, panel.steps, x, y, tall))}
  </svg>${table(panel, tz)}`;
}

/** @param {import('../lib/embedded.js').Panel} panel @param {number} tall */
function scale({ low, high }, tall) {
  return (/** @type {number} */ v) =>
    Math.round((high > low ? 6 + (1 - (v - low) / (high - low)) * (tall - 12) : tall / 2) * 10) / 10;
}

/** @param {import('../lib/embedded.js').Panel} panel */
function levels({ low, high }) {
  if (!Number.isFinite(low)) return [];
  return high > low ? [low, (low + high) / 2, high] : [low];
}

/** The silences of each line in a strip of its own. @param {import('../lib/embedded.js').Drawn} drawn @param {(t: number) => number} x @param {number} top @param {number} tall */
function silences({ gaps }, x, top, tall) {
  return gaps.map(
    ({ from, to, cause, sentence }) =>
      svg`<rect class="hole" data-cause=${cause} x=${x(from)} y=${top} width=${Math.max(2, x(to) - x(from))} height=${tall} fill="url(#gap-${CAUSES.includes(cause) ? cause : 'unknown'})"><title>${sentence}</title></rect>`,
  );
}

/** @param {import('../lib/embedded.js').Drawn} drawn @param {boolean} steps @param {(t: number) => number} x @param {(v: number) => number} y @param {number} tall */
function line({ points, gaps, colour }, steps, x, y, tall) {
  const pieces = cut(points, gaps);
  if (!steps) return svg`<path class="line c${colour}" d=${pieces.map((piece) => path(piece, x, y)).join('')}></path>`;
  const { base, marks } = blocks(pieces, x, tall);
  return svg`<g class="c${colour}"><path class="line" d=${base}/>${marks.map((mark) => svg`<rect class="mark" x=${mark.x} y="3" width=${mark.width} height=${tall - 6}/>`)}</g>`;
}

/** The newest of what is drawn, for who does not see it. @param {import('../lib/embedded.js').Panel} panel @param {string=} tz */
function table({ drawn, unit }, tz) {
  const rows = drawn
    .flatMap(({ name, points }) => points.map(({ t, low, high }) => ({ t, name, low, high })))
    .sort((a, b) => b.t - a.t)
    .slice(0, ROWS);
  return html`<table><caption>The newest values ${unit}</caption><thead><tr><th scope="col">Time</th><th scope="col">Series</th><th scope="col">Least</th><th scope="col">Greatest</th></tr></thead>
    <tbody>${rows.map(({ t, name, low, high }) => html`<tr><th scope="row">${clock(t, tz)}</th><td>${name}</td><td>${number(low)}</td><td>${number(high)}</td></tr>`)}</tbody></table>`;
}

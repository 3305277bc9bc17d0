// @ts-check
// The verifier: a proof's file and a name in, a line a check out. The server puts it and its imports into one file.

import { SHAPES, WORDS } from '../lib/check_words.js';
import { payloadOf } from '../lib/envelope.js';
import { dump, legible } from '../lib/payload.js';
import { nameFrom, prove, timeOf } from '../lib/proving.js';

const name = /** @type {HTMLInputElement} */ (document.getElementById('name'));
const file = /** @type {HTMLInputElement} */ (document.getElementById('file'));
const drop = /** @type {HTMLElement} */ (document.getElementById('drop'));
const result = /** @type {HTMLElement} */ (document.getElementById('result'));
let text = '';

/** @param {string} tag @param {Record<string, string>} attributes @param {...(string|Node)} children */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** @param {import('../lib/checks.js').Check} check */
function line({ state, text: said }) {
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [key, value] of [
    ['viewBox', '0 0 16 16'],
    ['width', '16'],
    ['height', '16'],
    ['aria-label', WORDS[state]],
    ['role', 'img'],
  ])
    shape.setAttribute(key, value);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', SHAPES[state]);
  shape.append(path);
  return element('li', { class: state }, shape, element('span', {}, said));
}

/** @param {import('../lib/proof_text.js').Proof} proof @param {string|null} topic */
function recorded({ span }, topic) {
  const [first] = span.records;
  const payload = payloadOf(span.records.map((one) => /** @type {Uint8Array<ArrayBuffer>} */ (one.data)));
  const shown = payload ?? /** @type {Uint8Array} */ (first.data);
  const facts = [
    ['topic', topic ?? 'none'],
    ['record', span.records.map((one) => one.recno).join(', ')],
    ['logged', timeOf(first.ts)],
  ];
  return [
    element('h3', {}, 'What was recorded'),
    element('dl', {}, ...facts.flatMap(([key, value]) => [element('dt', {}, key), element('dd', {}, value)])),
    element('pre', { tabindex: '0', 'aria-label': 'The payload' }, legible(shown) ?? dump(shown)),
  ];
}

async function check() {
  if (!text) return;
  result.hidden = false;
  try {
    const { verdict, ms, how, proof } = await prove(text, nameFrom(name.value), null);
    const wrong = verdict.checks.some((one) => one.state === 'bad');
    result.className = `card ${wrong ? 'bad' : verdict.proven ? 'good' : ''}`;
    result.replaceChildren(
      element('h2', {}, verdict.sentence),
      element('p', { class: 'hint' }, `Took ${Math.max(1, Math.round(ms))} ms, ${how}.`),
      element('ul', { class: 'checks' }, ...verdict.checks.map(line)),
      ...recorded(proof, verdict.topic),
      element('h3', {}, 'What this does not prove'),
      element('ul', { class: 'plain' }, ...verdict.notProven.map((one) => element('li', {}, one))),
    );
  } catch (error) {
    result.className = 'card bad';
    result.replaceChildren(
      element('h2', {}, 'This is no proof'),
      element('p', {}, /** @type {Error} */ (error).message),
    );
  }
}

/** @param {File|undefined} chosen */
async function take(chosen) {
  if (!chosen) return;
  text = await chosen.text();
  await check();
}

document.getElementById('ask')?.addEventListener('submit', (event) => event.preventDefault());
file.addEventListener('change', () => take(file.files?.[0]));
// The same file chosen again may have been changed meanwhile.
file.addEventListener('click', () => {
  file.value = '';
});
name.addEventListener('input', check);
addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
addEventListener('dragleave', () => drop.classList.remove('over'));
addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  take(event.dataTransfer?.files[0]);
});

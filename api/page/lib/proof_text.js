// @ts-check
// A proof from its JSON (docs/proofs.md): every value in its one spelling, or refused. Nothing it says is checked here.

import { fromBase64, fromHex, fromName } from './bytes.js';

/**
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {{recno: number, ts: bigint, accuracy: number, prevhash: Bytes|null, data: Bytes|null, dataHash: Bytes|null, sig: Bytes|null}} Link
 *   a record, or, without data, as much as its hash takes
 * @typedef {{log: Bytes, metadata: Bytes, record: Link}} Sealing
 * @typedef {{log: Bytes, metadata: Bytes, records: Link[], chain: Link[], seal: Sealing|null}} Span
 * @typedef {{covered: boolean, span: Span, catalogue: Span|null}} Proof
 */

const HASH_BYTES = 32;
const TIME_MAX = 2n ** 63n - 1n;
const SPAN = ['log', 'metadata', 'records', 'chain', 'seal'];
const PROOF = ['format', 'version', 'covered', ...SPAN, 'catalogue'];
const RECORD = ['recno', 'time_ns', 'accuracy', 'prevhash', 'data', 'sig'];
const LINK = ['recno', 'time_ns', 'accuracy', 'prevhash', 'data_sha256', 'sig'];

/** What is no proof; the text names the field. */
export class BadProof extends Error {}

/** @param {string} text @returns {Proof} */
export function decode(text) {
  const whole = object(parsed(text), PROOF, 'the proof');
  if (whole.format !== 'hearthlog-proof' || whole.version !== 1)
    throw new BadProof('format and version: this page reads hearthlog-proof 1');
  const span = readSpan(whole, '');
  const catalogue =
    whole.catalogue === null ? null : readSpan(object(whole.catalogue, SPAN, 'catalogue'), 'catalogue.');
  const covered = isCovered(span) && (catalogue === null || isCovered(catalogue));
  if (whole.covered !== covered) throw new BadProof(`covered: says ${whole.covered}, but the proof is otherwise`);
  return { covered, span, catalogue };
}

/** All records of a span, those to prove and those that follow, in order. @param {Span} span */
export function linksOf(span) {
  return [...span.records, ...span.chain];
}

/** @param {Span} span */
function isCovered(span) {
  return linksOf(span).at(-1)?.sig !== null || span.seal !== null;
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  let whole;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    throw new BadProof(`not a proof: ${/** @type {Error} */ (error).message}`);
  }
  if (saysTwice(text)) throw new BadProof('not a proof: a name comes twice in one object');
  return whole;
}

/** Programs differ in which of two equal names they take. @param {string} text good JSON */
function saysTwice(text) {
  /** @type {Set<string>[]} */
  const open = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const name = JSON.parse(token.slice(0, -1));
      const names = /** @type {Set<string>} */ (open.at(-1));
      if (names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}

/** @param {any} value @param {string[]} names @param {string} where @returns {any} */
function object(value, names, where) {
  const found = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
  if (found.length !== names.length || !names.every((name) => found.includes(name)))
    throw new BadProof(`${where} has not exactly these entries: ${names.join(', ')}`);
  return value;
}

/** @template T @param {T|null} value @param {string} where @param {string} what @returns {T} */
function must(value, where, what) {
  if (value === null) throw new BadProof(`${where} is not ${what}`);
  return value;
}

/** @param {any} entries @param {string} where @returns {Span} */
function readSpan(entries, where) {
  for (const name of ['records', 'chain'])
    if (!Array.isArray(entries[name])) throw new BadProof(`${where}${name} is not a list`);
  if (!entries.records.length) throw new BadProof(`${where}records is empty`);
  return {
    log: readName(entries.log, `${where}log`),
    metadata: readBase64(entries.metadata, `${where}metadata`),
    records: entries.records.map((/** @type {any} */ one, /** @type {number} */ at) =>
      readLink(one, RECORD, `${where}records[${at}]`),
    ),
    chain: entries.chain.map((/** @type {any} */ one, /** @type {number} */ at) =>
      readLink(one, LINK, `${where}chain[${at}]`),
    ),
    seal: entries.seal === null ? null : readSeal(entries.seal, `${where}seal`),
  };
}

/** @param {any} value @param {string} where @returns {Sealing} */
function readSeal(value, where) {
  const entries = object(value, ['log', 'metadata', 'record'], where);
  return {
    log: readName(entries.log, `${where}.log`),
    metadata: readBase64(entries.metadata, `${where}.metadata`),
    record: readLink(entries.record, RECORD, `${where}.record`),
  };
}

/** @param {any} value @param {string[]} names @param {string} where @returns {Link} */
function readLink(value, names, where) {
  const { recno, time_ns, accuracy, prevhash, sig, data, data_sha256 } = object(value, names, where);
  if (!Number.isSafeInteger(recno) || recno < 1)
    throw new BadProof(`${where}.recno is not a whole number from 1 on that a browser can count to`);
  if (typeof time_ns !== 'string' || !/^(0|[1-9][0-9]{0,18})$/.test(time_ns) || BigInt(time_ns) > TIME_MAX)
    throw new BadProof(`${where}.time_ns is not ns since 1970 as decimal text`);
  if (!Number.isFinite(accuracy) || Math.fround(accuracy) !== accuracy)
    throw new BadProof(`${where}.accuracy is not a finite 32-bit number`);
  const signature = sig === null ? null : readBase64(sig, `${where}.sig`);
  if (signature?.length === 0) throw new BadProof(`${where}.sig is not standard base64 with padding`);
  return {
    recno,
    ts: BigInt(time_ns),
    accuracy,
    prevhash: prevhash === null ? null : readHash(prevhash, `${where}.prevhash`),
    data: names === RECORD ? readBase64(data, `${where}.data`) : null,
    dataHash: names === LINK ? readHash(data_sha256, `${where}.data_sha256`) : null,
    sig: signature,
  };
}

/** @param {unknown} value @param {string} where */
function readHash(value, where) {
  return must(fromHex(value, HASH_BYTES), where, `${2 * HASH_BYTES} lower-case hex digits`);
}

/** @param {unknown} value @param {string} where */
function readBase64(value, where) {
  return must(fromBase64(value), where, 'standard base64 with padding');
}

/** @param {unknown} value @param {string} where */
function readName(value, where) {
  return must(fromName(value), where, 'a name of 43 characters');
}

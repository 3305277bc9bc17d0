// @ts-check
// Verifying a proof from a name alone: names, hashes, links, signatures, seals; step by step as docs/proofs.md has it.

import { fromName, same, toName } from './bytes.js';
import { Chain } from './chain.js';
import { bad, good } from './checks.js';
import { listed } from './listing.js';
import { HCAT, XID } from './metadata.js';
import { linksOf } from './proof_text.js';
import { hashed, isSigned, keyOf, readMetadata, vouch } from './vouching.js';

/**
 * @typedef {import('./digest.js').Crypto} Crypto
 * @typedef {import('./checks.js').Check} Check
 * @typedef {import('./metadata.js').Metadata} Metadata
 * @typedef {import('./proof_text.js').Span} Span
 * @typedef {import('./proof_text.js').Link} Link
 * @typedef {{log: string, topic: string|null, checks: Check[], notProven: string[], proven: boolean, sentence: string}} Verdict
 */

const EVER = [
  'That the device measured what it said, or that its clock was right: a proof is about what was recorded.',
  'That these are all: later records, and messages that never arrived, are not in a proof of these.',
  "That nobody else has the writer's secret key: whoever has it can sign another history.",
];
const BY_LOG =
  "That this is the log of the topic: it says so itself; only the catalogue's name, known from elsewhere, ties both.";

/**
 * @param {string} name of the log or of the catalogue that is trusted; empty for none, and then nothing is proven
 * @param {import('./proof_text.js').Proof} proof @param {Crypto} crypto @returns {Promise<Verdict>}
 */
export async function verify(name, proof, crypto) {
  const { span, catalogue } = proof;
  const checks = [named(name, proof)];
  const own = await checkSpan(span, crypto);
  checks.push(...own.checks);
  if (catalogue) {
    const home = await checkSpan(catalogue, crypto);
    checks.push(...home.checks.map((check) => ({ ...check, text: `catalogue: ${check.text}` })));
    if (own.metadata && home.metadata) checks.push(listed(own.metadata, home.metadata, span, catalogue));
  }
  const byLog = !catalogue && own.metadata?.get(HCAT);
  return judged(span, own.metadata?.text(XID) ?? null, checks, byLog ? [BY_LOG, ...EVER] : EVER);
}

/** @param {Span} span @param {string|null} topic @param {Check[]} checks @param {string[]} notProven @returns {Verdict} */
export function judged(span, topic, checks, notProven) {
  const wrong = checks.find((check) => check.state === 'bad');
  const waiting = checks.find((check) => check.state === 'open');
  const records = recnos(span.records[0].recno, /** @type {Link} */ (span.records.at(-1)).recno);
  const what = `${records} of log ${toName(span.log)}${topic === null ? '' : ` (${topic})`}`;
  const sentence = wrong
    ? `Not proven: ${what}: ${wrong.text}`
    : waiting
      ? `Not proven yet: ${what}: ${waiting.text}`
      : `Proven: ${what}.`;
  return { log: toName(span.log), topic, checks, notProven, proven: !wrong && !waiting, sentence };
}

/** One record, or a range. @param {number} first @param {number} last */
export function recnos(first, last) {
  return first === last ? `record ${first}` : `records ${first} to ${last}`;
}

/** @param {string} name @param {import('./proof_text.js').Proof} proof @returns {Check} */
function named(name, { span, catalogue }) {
  if (!name)
    return { id: 'name', state: 'open', text: `no name was given to trust; this is of log ${toName(span.log)}` };
  const trusted = fromName(name);
  if (same(trusted, span.log)) return good('name', `the proof is of the log that was asked for, ${name}`);
  if (catalogue && same(trusted, catalogue.log))
    return good('name', `the proof begins at the catalogue that was asked for, ${name}`);
  const home = catalogue ? ` of the catalogue ${toName(catalogue.log)}` : '';
  return bad('name', `the proof is not about ${name}: it is of log ${toName(span.log)}${home}`);
}

/** One log's part; without metadata that is the log's own nothing else can be checked. @param {Span} span @param {Crypto} crypto @returns {Promise<{metadata: Metadata|null, checks: Check[]}>} */
async function checkSpan(span, crypto) {
  const [metadata, check] = await readMetadata(span.log, span.metadata, crypto);
  if (!metadata) return { metadata, checks: [check] };
  const links = linksOf(span);
  const messages = await Promise.all(links.map((link) => hashed(span.log, span.metadata, link, crypto)));
  const hashes = await Promise.all(messages.map(crypto.sha256));
  const key = await keyOf(metadata, crypto);
  const signed = await Promise.all(links.map(({ sig }, at) => isSigned(key, messages[at], sig, crypto)));
  const recno = links[links.length - 1].recno;
  const vouching = await vouch(
    metadata,
    span,
    { recno, hash: hashes[hashes.length - 1], signed: signed.at(-1), key },
    crypto,
  );
  const chain = new Chain(links, hashes, signed, vouching.state === 'good');
  return { metadata, checks: [check, ...chain.checks(), vouching] };
}

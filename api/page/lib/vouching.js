// @ts-check
// What vouches for a record: the log's key, a signature, or a seal that is signed with that key and lists the record.

import { joined, same, toName } from './bytes.js';
import { bad, good } from './checks.js';
import { numbersOf, pointOf } from './digest.js';
import { isKind, sameStore } from './listing.js';
import { Metadata, OPK, WPK } from './metadata.js';

/**
 * @typedef {import('./checks.js').Check} Check
 * @typedef {import('./digest.js').Crypto} Crypto
 * @typedef {import('./proof_text.js').Span} Span
 * @typedef {import('./proof_text.js').Link} Link
 */

const SEAL_HEAD_BYTES = 8;
const SEAL_ENTRY_BYTES = 72;
const HASH_SHA256 = 3;

/** @param {Uint8Array} log @param {Uint8Array<ArrayBuffer>} blob @param {Crypto} crypto @returns {Promise<[Metadata|null, Check]>} */
export async function readMetadata(log, blob, crypto) {
  let metadata;
  try {
    metadata = Metadata.parse(blob);
  } catch (error) {
    return [null, bad('metadata', /** @type {Error} */ (error).message)];
  }
  if (!same(await crypto.sha256(blob), log))
    return [null, bad('metadata', `SHA-256 of the metadata is not ${toName(log)}`)];
  return [metadata, good('metadata', `SHA-256 of the metadata is the log's name, ${toName(log)}`)];
}

/** What a record's hash is the SHA-256 of. @param {Uint8Array} log @param {Uint8Array} blob @param {Link} link @param {Crypto} crypto */
export async function hashed(log, blob, { recno, ts, accuracy, prevhash, data, dataHash }, crypto) {
  const numbers = new DataView(new ArrayBuffer(24));
  numbers.setBigInt64(0, BigInt(recno));
  numbers.setBigInt64(8, ts / 1_000_000_000n);
  numbers.setUint32(16, Number(ts % 1_000_000_000n));
  numbers.setFloat32(20, accuracy);
  const contents = data ? await crypto.sha256(data) : /** @type {Uint8Array} */ (dataHash);
  return joined(log, blob, new Uint8Array(numbers.buffer), prevhash ?? new Uint8Array(), contents);
}

/** The writer's key before the owner's; undefined where it is one that browsers are not asked to know. @param {Metadata} metadata @param {Crypto} crypto */
export async function keyOf(metadata, crypto) {
  for (const id of [WPK, OPK]) {
    const entry = metadata.get(id);
    if (!entry || entry.length <= 4 || entry[0] !== HASH_SHA256) continue;
    const point = pointOf(entry.slice(4));
    if (!point) return undefined;
    const key = await crypto.key(point);
    if (key) return key;
  }
  return null;
}

/** @param {any} key @param {Uint8Array<ArrayBuffer>} message @param {Uint8Array|null} sig @param {Crypto} crypto @returns {Promise<boolean|null>} */
export async function isSigned(key, message, sig, crypto) {
  if (!sig || !key) return null;
  const numbers = numbersOf(sig);
  return numbers !== null && crypto.verify(key, message, numbers);
}

/**
 * What vouches for the last record, and so for all before it.
 * @param {Metadata} metadata @param {Span} span @param {{recno: number, hash: Uint8Array, signed: boolean|null|undefined, key: any}} last
 * @param {Crypto} crypto @returns {Promise<Check>}
 */
export async function vouch(metadata, span, { recno, hash, signed, key }, crypto) {
  if (key === undefined)
    return {
      id: 'signature',
      state: 'open',
      text: "the log's key is not on P-256: a program can check it, this page not",
    };
  if (signed === false) return bad('signature', 'the signature does not match the record', recno, 'sig');
  if (span.seal) return sealed(metadata, key, span, recno, hash, crypto);
  if (signed) return good('signature', `record ${recno} is signed by the key in the log's metadata`);
  const none = "the log's metadata names no key that signs, so nothing can be proven";
  const later = `no signature or seal covers record ${recno} yet; one comes within seconds: fetch the proof again`;
  return { id: 'signature', state: 'open', text: key ? later : none };
}

/** A seal: of the log's own store, signed with the log's own key, and listing the record with this hash. @param {Metadata} metadata @param {any} key @param {Span} span @param {number} recno @param {Uint8Array} hash @param {Crypto} crypto */
async function sealed(metadata, key, span, recno, hash, crypto) {
  const { log, metadata: blob, record } = /** @type {import('./proof_text.js').Sealing} */ (span.seal);
  const [sealing, check] = await readMetadata(log, blob, crypto);
  if (!sealing) return { ...check, text: `seal log: ${check.text}` };
  if (!sameStore(metadata, span.log, sealing, log) || !isKind(sealing, 'seal'))
    return bad('seal', "the seal log is not that of the log's own store and key", recno, 'seal');
  const message = await hashed(log, blob, record, crypto);
  if (!(await isSigned(key, message, record.sig, crypto)))
    return bad('seal', `seal ${record.recno} does not match its signature`, recno, 'seal');
  const tip = joined(span.log, recnoBytes(recno), hash);
  const tips = tipsOf(/** @type {Uint8Array<ArrayBuffer>} */ (record.data));
  if (!tips) return bad('seal', 'not a seal record of version 1', recno, 'seal');
  if (!tips.some((one) => same(one, tip)))
    return bad('seal', `seal ${record.recno} does not list record ${recno} with this hash`, recno, 'seal');
  return good('seal', `record ${recno} is listed in seal ${record.recno}, which is signed by the log's key`);
}

/** The entries of a seal: name of a log, recno, hash. @param {Uint8Array<ArrayBuffer>} data */
function tipsOf(data) {
  if (data.length < SEAL_HEAD_BYTES || new TextDecoder().decode(data.subarray(0, 4)) !== 'HSL1') return null;
  const count = new DataView(data.buffer, data.byteOffset).getUint32(4);
  if (data.length !== SEAL_HEAD_BYTES + count * SEAL_ENTRY_BYTES) return null;
  return Array.from({ length: count }, (_, at) =>
    data.subarray(SEAL_HEAD_BYTES + at * SEAL_ENTRY_BYTES, SEAL_HEAD_BYTES + (at + 1) * SEAL_ENTRY_BYTES),
  );
}

/** @param {number} recno */
function recnoBytes(recno) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(recno));
  return new Uint8Array(view.buffer);
}

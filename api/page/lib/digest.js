// @ts-check
// SHA-256 and P-256: by the browser where it allows that, else by script, with the same answers.

import { joined } from './bytes.js';

/** A P-256 key as DER SubjectPublicKeyInfo is this, then the uncompressed point. */
const SPKI_HEAD = '3059301306072a8648ce3d020106082a8648ce3d030107034200';
const POINT_BYTES = 65;
const NUMBER_BYTES = 32;

/**
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {{how: string, sha256: (bytes: Bytes) => Promise<Bytes>,
 *   key: (point: Bytes) => Promise<any>, verify: (key: any, message: Bytes, numbers: Bytes) => Promise<boolean>}} Crypto
 */

/** A browser keeps its own from pages on plain HTTP, other than localhost. @returns {Promise<Crypto>} */
export async function crypto() {
  return globalThis.crypto?.subtle ? byBrowser(globalThis.crypto.subtle) : byScript(await import('../vendor/noble.js'));
}

/** @param {SubtleCrypto} subtle @returns {Crypto} */
function byBrowser(subtle) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  return {
    how: 'checked by the browser’s own cryptography',
    sha256: async (bytes) => new Uint8Array(await subtle.digest('SHA-256', bytes)),
    key: (point) => subtle.importKey('raw', point, algorithm, false, ['verify']).catch(() => null),
    verify: (key, message, numbers) => subtle.verify(algorithm, key, numbers, message).catch(() => false),
  };
}

/** @param {any} noble @returns {Crypto} */
function byScript({ sha256, p256 }) {
  const options = { prehash: false, lowS: false };
  return {
    how: 'checked in script: on plain HTTP a browser lends no page its cryptography',
    sha256: async (bytes) => sha256(bytes),
    key: async (point) => (p256.utils.isValidPublicKey(point, false) ? point : null),
    verify: async (key, message, numbers) => {
      try {
        return p256.verify(numbers, sha256(message), key, options);
      } catch {
        return false;
      }
    },
  };
}

/** The point in a key's DER, or null where it is no P-256 key. @param {Bytes} der @returns {Bytes|null} */
export function pointOf(der) {
  const head = SPKI_HEAD.length / 2;
  const hex = Array.from(der.subarray(0, head), (one) => one.toString(16).padStart(2, '0')).join('');
  return hex === SPKI_HEAD && der.length === head + POINT_BYTES && der[head] === 4 ? der.slice(head) : null;
}

/** A signature's two numbers, 32 bytes each, from its DER; null where that is malformed. @param {Uint8Array} der @returns {Bytes|null} */
export function numbersOf(der) {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der[1] > 0x7f) return null;
  const r = numberAt(der, 2);
  const s = r && numberAt(der, r.end);
  return r && s && s.end === der.length ? joined(r.bytes, s.bytes) : null;
}

/** @param {Uint8Array} der @param {number} at */
function numberAt(der, at) {
  const size = der[at + 1];
  const end = at + 2 + size;
  if (der[at] !== 2 || !size || end > der.length) return null;
  const digits = der.subarray(at + 2, end);
  if (digits[0] & 0x80 || (size > 1 && digits[0] === 0 && !(digits[1] & 0x80))) return null;
  const own = digits[0] === 0 ? digits.subarray(1) : digits;
  if (own.length > NUMBER_BYTES) return null;
  return { bytes: joined(new Uint8Array(NUMBER_BYTES - own.length), own), end };
}

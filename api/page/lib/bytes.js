// @ts-check
// Bytes and their spellings: base64, hex digits, and the names of logs. Each has one spelling; any other is none (null).

const NAME_CHARACTERS = 43;

/** Standard base64 with padding. @param {unknown} text @returns {Uint8Array<ArrayBuffer>|null} */
export function fromBase64(text) {
  if (typeof text !== 'string') return null;
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return toBase64(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}

/** Lower-case digits of so many bytes. @param {unknown} text @param {number} size @returns {Uint8Array<ArrayBuffer>|null} */
export function fromHex(text, size) {
  if (typeof text !== 'string' || text.length !== 2 * size || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: size }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('');
}

/** The name of a log: 43 characters of base64url, not all zero. @param {unknown} text @returns {Uint8Array<ArrayBuffer>|null} */
export function fromName(text) {
  if (typeof text !== 'string' || text.length !== NAME_CHARACTERS || !/^[A-Za-z0-9_-]*$/.test(text)) return null;
  const bytes = fromBase64(`${text.replaceAll('-', '+').replaceAll('_', '/')}=`);
  return bytes?.some((one) => one !== 0) ? bytes : null;
}

/** @param {Uint8Array} bytes */
export function toName(bytes) {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {...Uint8Array} parts @returns {Uint8Array<ArrayBuffer>} */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array|null|undefined} one @param {Uint8Array|null|undefined} other */
export function same(one, other) {
  if (!one || !other) return !one && !other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

// @ts-check
// A payload as a person can read it: its text where it is text, else its bytes in hex.

/** @param {{payload?: string, payload_base64?: string}} answered @returns {Uint8Array|null} */
export function bytesOf({ payload, payload_base64 }) {
  if (typeof payload === 'string') return new TextEncoder().encode(payload);
  if (typeof payload_base64 !== 'string') return null;
  return Uint8Array.from(atob(payload_base64), (letter) => letter.charCodeAt(0));
}

/** The text of the bytes, or null where they are none. @param {Uint8Array} bytes */
export function legible(bytes) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const controls = bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32));
    return controls ? null : text;
  } catch {
    return null;
  }
}

/** Sixteen bytes a line, each line with its place. @param {Uint8Array} bytes @param {number} most */
export function dump(bytes, most = 1024) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += 16) {
    const hex = Array.from(bytes.subarray(at, at + 16), (one) => one.toString(16).padStart(2, '0')).join(' ');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex}`);
  }
  if (bytes.length > most) lines.push(`… ${bytes.length - most} more`);
  return lines.join('\n');
}

/** What MQTT said beside the payload, in words. @param {any} answered @returns {string[]} */
export function flags(answered) {
  const properties = answered.properties ?? answered;
  return [
    properties.retain ? 'retained' : '',
    properties.content_type ?? '',
    ...(properties.user_properties ?? []).map((/** @type {[string, string]} */ [name, text]) => `${name}: ${text}`),
    answered.note ?? '',
  ].filter(Boolean);
}

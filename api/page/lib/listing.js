// @ts-check
// Whether two logs are of one store, and whether a catalogue's record is about a log.

import { fromBase64, same } from './bytes.js';
import { bad, good } from './checks.js';
import { HCAT, HKND, WPK, XID } from './metadata.js';

/**
 * @typedef {import('./checks.js').Check} Check
 * @typedef {import('./metadata.js').Metadata} Metadata
 * @typedef {import('./proof_text.js').Span} Span
 */

/** One catalogue and one writer's key; a catalogue names none, for it is that itself. @param {Metadata} one @param {Uint8Array} oneLog @param {Metadata} other @param {Uint8Array} otherLog */
export function sameStore(one, oneLog, other, otherLog) {
  const key = one.get(WPK);
  return key && same(key, other.get(WPK)) && same(one.get(HCAT) ?? oneLog, other.get(HCAT) ?? otherLog);
}

/** @param {Metadata} metadata @param {string} kind */
export function isKind(metadata, kind) {
  return metadata.text(HKND) === kind;
}

/** Whether the catalogue's record is about this log, and the log of that catalogue. @param {Metadata} metadata @param {Metadata} home @param {Span} span @param {Span} catalogue @returns {Check} */
export function listed(metadata, home, span, catalogue) {
  const [{ recno, data }] = catalogue.records;
  let entry;
  try {
    entry = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(/** @type {Uint8Array} */ (data)));
  } catch {
    return bad('catalogue', `catalogue record ${recno} cannot be read`, recno, 'contents');
  }
  const blob = fromBase64(padded(String(entry?.metadata)));
  if (catalogue.records.length !== 1 || !blob || !same(blob, metadata.blob))
    return bad('catalogue', `record ${recno} of the catalogue lists another log`, recno, 'contents');
  const foreign = entry.kind === 'foreign';
  if (!isKind(home, 'catalogue') || !(foreign || sameStore(metadata, span.log, home, catalogue.log)))
    return bad('catalogue', 'the log is not of this catalogue: its metadata names another one, or another key');
  if (!foreign && entry.topic !== metadata.text(XID))
    return bad('catalogue', `the catalogue says topic ${entry.topic}, the log's metadata ${metadata.text(XID)}`);
  const what = foreign ? 'a log of others' : `generation ${entry.generation} of topic ${entry.topic}`;
  return good('catalogue', `record ${recno} of the catalogue lists the log as ${what}`);
}

/** Standard base64 of what is base64url without padding. @param {string} text */
function padded(text) {
  return text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (text.length % 4)) % 4);
}

// @ts-check
// One record proven: its proof asked for, checked here, and compared with what the page shows of it.

import { fromName, same, toBase64, toName } from './bytes.js';
import { bad, good } from './checks.js';
import { crypto } from './digest.js';
import { payloadOf } from './envelope.js';
import { Metadata, XID } from './metadata.js';
import { judged, verify } from './proof.js';
import { decode } from './proof_text.js';

/**
 * @typedef {{topic: string, recno: number, time: string, payload: Uint8Array|null}} Shown what the page says of a record
 * @typedef {{verdict: import('./proof.js').Verdict, ms: number, how: string, proof: import('./proof_text.js').Proof}} Proven
 */

/** @param {string} text the proof @param {string} name that is trusted @param {Shown|null} shown @returns {Promise<Proven>} */
export async function prove(text, name, shown) {
  const { how, ...means } = await crypto();
  const begun = performance.now();
  const proof = decode(text);
  const verdict = await verify(name, proof, { how, ...means });
  const checks = shown ? [...verdict.checks, compared(proof, shown)] : verdict.checks;
  const whole = judged(proof.span, verdict.topic, checks, verdict.notProven);
  return { verdict: whole, ms: performance.now() - begun, how, proof };
}

/** Whether the record that was proven is the one on the screen. @param {import('./proof_text.js').Proof} proof @param {Shown} shown */
function compared({ span }, { topic, recno, time, payload }) {
  const record = span.records.find((one) => one.recno === recno);
  const data = /** @type {Uint8Array<ArrayBuffer>[]} */ (span.records.map((one) => one.data));
  if (!record) return bad('shown', `record ${recno} is on the screen, and the proof is of another`);
  if (topicOf(span.metadata) !== topic) return bad('shown', `the screen says ${topic}, the log is of another topic`);
  if (timeOf(record.ts) !== time)
    return bad('shown', `the screen says ${time}, the record ${timeOf(record.ts)}`, recno, 'time');
  if (payload && !same(payloadOf(data), payload))
    return bad('shown', 'the payload on the screen is not the record’s', recno, 'contents');
  return good('shown', `topic, logged time${payload ? ' and payload' : ''} on the screen are the record’s`);
}

/** @param {Uint8Array<ArrayBuffer>} blob */
function topicOf(blob) {
  try {
    return Metadata.parse(blob).text(XID);
  } catch {
    return null;
  }
}

/** As the API writes it, with all nine digits. @param {bigint} ns since 1970 */
export function timeOf(ns) {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
}

/** A name as a person may have copied it; what is none stays as it is, and then fits nothing. @param {string} text */
export function nameFrom(text) {
  const name = text.trim();
  const bytes = fromName(name);
  return bytes ? toName(bytes) : name;
}

/** Names and hashes are long; their beginning tells them apart. @param {string} text */
export function short(text) {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, (hash) => `${hash.slice(0, 12)}…`)
    .replace(/[A-Za-z0-9_-]{43}/g, (name) => `${name.slice(0, 8)}…`);
}

/** @param {string} text @param {string} type */
export function dataAddress(text, type) {
  return `data:${type};base64,${toBase64(new TextEncoder().encode(text))}`;
}

// @ts-check
// The payload in a record: the record itself, or what the envelope of a message with more to it carries (docs/formats.md).

import { joined, same } from './bytes.js';

const SELF_DESCRIBED = Uint8Array.of(0xd9, 0xd9, 0xf7);
const SIMPLE = new Map(
  /** @type {[number, boolean|null][]} */ ([
    [0xf4, false],
    [0xf5, true],
    [0xf6, null],
  ]),
);

/** The payload of one message. What is no envelope that can be read is taken as it lies. @param {Uint8Array<ArrayBuffer>[]} records */
export function payloadOf(records) {
  try {
    const stored = records.length === 1 && !isPart(records[0]) ? records[0] : joined(...records.map(piece));
    const payload = isMap(stored) ? mapIn(stored).get('payload') : stored;
    return payload instanceof Uint8Array ? payload : joined(...records);
  } catch {
    return joined(...records);
  }
}

/** @param {Uint8Array<ArrayBuffer>} record */
function isPart(record) {
  return isMap(record) && mapIn(record).has('part');
}

/** The bytes of one part, which is the one that it should be. @param {Uint8Array<ArrayBuffer>} record @param {number} at @param {unknown[]} all */
function piece(record, at, all) {
  const entries = mapIn(record);
  if (!isMap(record) || entries.get('part') !== at + 1 || entries.get('parts') !== all.length)
    throw new Error('no part');
  return entries.get('bytes');
}

/** @param {Uint8Array} record */
function isMap(record) {
  return same(record.subarray(0, SELF_DESCRIBED.length), SELF_DESCRIBED);
}

/** @param {Uint8Array<ArrayBuffer>} record @returns {Map<string, any>} */
function mapIn(record) {
  const reader = new Reader(record, SELF_DESCRIBED.length);
  const entries = reader.value();
  if (!(entries instanceof Map) || reader.at !== record.length) throw new Error('not a map and nothing else');
  return entries;
}

/** As much of CBOR (RFC 8949) as the envelope writes: whole numbers, bytes, texts, lists, maps, true and false. */
class Reader {
  /** @param {Uint8Array<ArrayBuffer>} bytes @param {number} at */
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** @returns {any} */
  value() {
    const head = this.bytes[this.at];
    if (SIMPLE.has(head)) {
      this.at += 1;
      return SIMPLE.get(head);
    }
    const count = this.count();
    const kind = head >> 5;
    if (kind === 0) return count;
    if (kind === 1) return -1 - count;
    if (kind === 2) return this.take(count);
    if (kind === 3) return new TextDecoder('utf-8', { fatal: true }).decode(this.take(count));
    if (kind === 4) return Array.from({ length: count }, () => this.value());
    if (kind === 5) return new Map(Array.from({ length: count }, () => [this.value(), this.value()]));
    throw new Error('not of an envelope');
  }

  /** The number in a head, in the next 0, 1, 2 or 4 bytes. */
  count() {
    const short = this.bytes[this.at] & 31;
    this.at += 1;
    if (short < 24) return short;
    if (short > 26) throw new Error('not of an envelope');
    return this.take(1 << (short - 24)).reduce((number, byte) => number * 256 + byte, 0);
  }

  /** @param {number} size */
  take(size) {
    if (this.at + size > this.bytes.length) throw new Error('cut off');
    this.at += size;
    return this.bytes.slice(this.at - size, this.at);
  }
}

// @ts-check
// A log's metadata: an ordered list of entries whose bytes are the log's identity.

/** Ids are three or four letters in 32 bits. @param {string} letters */
const id = (letters) => [...letters].reduce((number, letter) => number * 256 + letter.charCodeAt(0), 0);

export const XID = id('XID');
export const OPK = id('OPK');
export const WPK = id('WPK');
export const HCAT = id('HCAT');
export const HKND = id('HKND');

export class Metadata {
  /** @param {Uint8Array<ArrayBuffer>} blob @param {[number, Uint8Array<ArrayBuffer>][]} entries */
  constructor(blob, entries) {
    this.blob = blob;
    this.entries = entries;
  }

  /** What is wrong with the blob is thrown, in words. @param {Uint8Array<ArrayBuffer>} blob */
  static parse(blob) {
    if (blob.length < 2) throw new Error('metadata is shorter than its entry count');
    const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
    const count = view.getUint16(0);
    let at = 2 + 8 * count;
    if (!count || blob.length < at) throw new Error(`metadata of ${blob.length} bytes cannot list ${count} entries`);
    /** @type {[number, Uint8Array<ArrayBuffer>][]} */
    const entries = [];
    for (let number = 0; number < count; number += 1) {
      // The upper 8 bits of a length are not meant.
      const end = at + (view.getUint32(6 + 8 * number) & 0xff_ff_ff);
      entries.push([view.getUint32(2 + 8 * number), blob.slice(at, end)]);
      at = end;
    }
    if (at !== blob.length) throw new Error(`metadata entries take ${at} bytes, the blob has ${blob.length}`);
    return new Metadata(blob, entries);
  }

  /** The first entry with this id. @param {number} wanted */
  get(wanted) {
    return this.entries.find(([number]) => number === wanted)?.[1] ?? null;
  }

  /** @param {number} wanted */
  text(wanted) {
    const value = this.get(wanted);
    return value && new TextDecoder().decode(value);
  }
}

// @ts-check
// The links of one log between its first record in a proof and the one that is vouched for; and which one to blame.

import { same, toHex } from './bytes.js';
import { bad, good } from './checks.js';

/** @typedef {import('./checks.js').Check} Check */

export class Chain {
  /** @param {import('./proof_text.js').Link[]} links @param {Uint8Array[]} hashes @param {(boolean|null)[]} signed @param {boolean} vouched */
  constructor(links, hashes, signed, vouched) {
    this.links = links;
    this.hashes = hashes;
    this.signed = signed;
    this.vouched = vouched;
  }

  /** One line for the links, and one for each signature beside the last. */
  checks() {
    return [this.linked(), ...this.signatures()];
  }

  /** @returns {Check} */
  linked() {
    const { links, hashes } = this;
    for (let at = 1; at < links.length; at += 1) {
      const { recno } = links[at];
      const before = links[at - 1].recno;
      if (recno !== before + 1) return bad('prevhash', `record ${recno} follows ${before}`, recno, 'recno');
      if (!this.fits(at)) return this.blamed(at - 1);
    }
    const [first, last] = [links[0].recno, links[links.length - 1].recno];
    const hash = toHex(hashes[hashes.length - 1]);
    return links.length === 1
      ? good('prevhash', `record ${first} has the hash ${hash}`)
      : good('prevhash', `records ${first} to ${last}: each names the hash of the one before, up to ${hash}`);
  }

  /** @param {number} at */
  fits(at) {
    return same(this.links[at].prevhash, this.hashes[at - 1]);
  }

  /** Of two records that do not fit, the one that something else vouches for was not changed. @param {number} at */
  blamed(at) {
    const [before, after] = this.links.slice(at, at + 2);
    const last = at + 2 === this.links.length;
    const intact = this.signed[at + 1] || (last ? this.vouched : this.fits(at + 2));
    if (this.signed[at] || !intact)
      return bad('prevhash', `is not the hash of record ${before.recno}`, after.recno, 'prevhash');
    return bad('prevhash', `record ${after.recno} names another hash for it`, before.recno, 'contents');
  }

  /** @returns {Check[]} */
  signatures() {
    return this.links.slice(0, -1).flatMap(({ recno }, at) => {
      if (this.signed[at] === null) return [];
      return this.signed[at]
        ? good('signature', `record ${recno} is signed by the log's key`)
        : bad('signature', 'the signature does not match the record', recno, 'sig');
    });
  }
}

// @ts-check
// What all parts of the page share: the view, the recorder, the stream. Parts listen; only the router and the screen write.

import { parse } from './url.js';

class Page extends EventTarget {
  constructor() {
    super();
    this.view = parse(location.href);
    /** @type {import('./recorder.js').Recorder|null} */ this.recorder = null;
    /** @type {{name: string, sinceMs?: number, caughtUp?: number}} */ this.stream = { name: 'loading' };
    /** How often messages come under the present filter, in words. */ this.pace = '';
    /** @type {string[]} Topics that the page has seen, for the filter box. */ this.topics = [];
    this.locked = false;
    this.notice = '';
  }

  /** @param {Partial<Page>} change */
  set(change) {
    Object.assign(this, change);
    this.dispatchEvent(new Event('change'));
  }

  /** Another view. Back undoes a decision, so only decisions are pushed. @param {Partial<import('./url.js').View>} change @param {{replace?: boolean}} how */
  go(change, { replace = false } = {}) {
    this.dispatchEvent(new CustomEvent('go', { detail: { change, replace } }));
  }

  /** A sentence for three seconds, said politely. @param {string} text */
  say(text) {
    this.set({ notice: text });
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => this.set({ notice: '' }), 3_000);
  }
}

/** @type {Page & {noticeTimer?: ReturnType<typeof setTimeout>}} */
export const page = new Page();

// @ts-check
// What hands and keys do to History: each is another address.

import { serverNow } from '../lib/api.js';
import { copy } from '../lib/copy.js';
import { changes, silences } from '../lib/jumps.js';
import { page } from '../lib/page.js';
import { absoluteLink } from '../lib/past_link.js';
import { bounded } from '../lib/sliding.js';
import { iso, moved } from '../lib/span.js';

const ZOOM = 1.5;
const PAN = 0.25;
const CURSOR = 120;
const SETTLE_MS = 200;

export class PastMoves {
  /** @param {any} screen whose cursor, stretch and series these move */
  constructor(screen) {
    this.screen = screen;
    /** @type {number|undefined} */ this.frame = undefined;
    /** @type {ReturnType<typeof setTimeout>|undefined} */ this.resting = undefined;
  }

  /** @returns {() => void} stops listening */
  listen() {
    const { screen } = this;
    /** @type {[string, (detail: any) => void][]} */
    const heard = [
      ['past', (change) => this.change(change)],
      ['stretch', ({ start, end }) => this.slide(start, end)],
      ['cursor', (t) => screen.point(t)],
      ['hide', (key) => this.hide(key)],
      ['silence', (direction) => this.jump(silences([...screen.past.lines.values()], screen.past.outages), direction)],
      ['turn', (direction) => this.jump(changes([...screen.past.lines.values()]), direction)],
      ['known', () => this.known()],
      ['at', (ms) => this.change({ at: ms === null ? [] : [iso(ms)] }, true)],
      ['recipe', (panel) => this.recipe(panel)],
      ['link', (living) => this.link(living)],
      ['record', ({ line, t }) => screen.loadRest().then((/** @type {any} */ rest) => rest?.open(screen, line, t))],
      ['message', ({ topic, recno, logged_time }) => screen.rest?.show(screen, topic, recno, logged_time)],
      ['close', () => this.close()],
    ];
    const listeners = heard.map(
      ([name, does]) =>
        /** @type {const} */ ([name, (/** @type {Event} */ event) => does(/** @type {CustomEvent} */ (event).detail)]),
    );
    for (const [name, listener] of listeners) screen.addEventListener(name, listener);
    const onKey = (/** @type {Event} */ event) => this.key(event);
    const onClose = () => this.close();
    document.addEventListener('hearth-key', onKey);
    document.addEventListener('hearth-close', onClose);
    return () => {
      for (const [name, listener] of listeners) screen.removeEventListener(name, listener);
      document.removeEventListener('hearth-key', onKey);
      document.removeEventListener('hearth-close', onClose);
      clearTimeout(this.resting);
    };
  }

  /** Back undoes a decision, not a movement. @param {Record<string, string[]>} change @param {boolean} replace */
  change(change, replace = false) {
    page.go({ past: { ...page.view.past, ...this.rest(), ...change } }, { replace });
  }

  /** The stretch follows the hand at once; address and question follow when the hand rests. @param {number} start @param {number} end */
  slide(start, end) {
    this.screen.sliding = bounded(start, end, serverNow());
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      if (this.screen.sliding) this.screen.querySelector('hearth-plots')?.slide(this.screen.sliding);
    });
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.change({}, true), SETTLE_MS);
  }

  /** What the address says of where the hand has come to. @returns {Record<string, string[]>} */
  rest() {
    const { sliding } = this.screen;
    clearTimeout(this.resting);
    this.screen.sliding = undefined;
    return sliding ? moved(sliding.start, sliding.end, serverNow()) : {};
  }

  /** @param {string} key */
  hide(key) {
    const hidden = new Set(page.view.past.hide);
    if (!hidden.delete(key)) hidden.add(key);
    this.change({ hide: [...hidden] }, true);
  }

  known() {
    this.screen.known = !this.screen.known;
    this.screen.requestUpdate();
  }

  /** @param {string} panel */
  recipe(panel) {
    this.screen.recipe = panel;
    this.screen.requestUpdate();
    this.screen
      .loadRest()
      .then(() => this.screen.updateComplete)
      .then(() => this.screen.querySelector('dialog.recipe')?.showModal());
  }

  /** @param {boolean} living */
  link(living) {
    if (this.screen.sliding) this.change({}, true);
    const { span, stretch, past, cursor } = this.screen;
    const address = absoluteLink({ view: page.view, living, stretch, span, position: past?.position ?? '', cursor });
    copy(new URL(address, location.href).href);
    if (address.length > 2_000)
      page.say('Copied. The link is longer than 2,000 characters; some programs cut such links.');
  }

  close() {
    if (page.view.proof) page.go({ proof: null });
    else if (this.screen.cursor !== null) this.screen.point(null);
  }

  /** @param {number[]} times @param {number} direction */
  jump(times, direction) {
    const { start, end } = this.screen.stretch;
    const t = this.screen.cursor ?? (direction > 0 ? start - 1 : end);
    const next = direction > 0 ? times.find((one) => one > t + 500) : times.findLast((one) => one < t - 500);
    if (next === undefined)
      return page.say(direction > 0 ? 'None after this in what is shown.' : 'None before this in what is shown.');
    if (next < start || next > end) this.slide(next - (end - start) / 2, next + (end - start) / 2);
    this.screen.point(next, true);
  }

  /** @param {number} factor */
  zoom(factor) {
    const { start, end } = this.screen.stretch;
    const middle = this.screen.cursor ?? end;
    this.slide(middle - (middle - start) * factor, middle + (end - middle) * factor);
  }

  /** @param {number} share */
  pan(share) {
    const { start, end } = this.screen.stretch;
    const by = (end - start) * share;
    this.slide(start + by, end + by);
  }

  /** @param {number} steps */
  step(steps) {
    const { start, end, now } = this.screen.stretch;
    const t = (this.screen.cursor ?? Math.min(end, now)) + ((end - start) / CURSOR) * steps;
    this.screen.point(Math.min(Math.max(t, start), Math.min(end, now)), true);
  }

  /** @param {string} view */
  turn(view) {
    this.change({ view: page.view.past.view?.[0] === view ? [] : [view] });
  }

  /** @param {Event} event */
  key(event) {
    /** @type {KeyboardEvent} */ const pressed = /** @type {CustomEvent} */ (event).detail;
    const lines = [...(this.screen.past?.lines.values() ?? [])];
    const far = pressed.shiftKey ? 10 : 1;
    /** @type {Record<string, () => void>} */
    const does = {
      ArrowLeft: () => this.step(-far),
      ArrowRight: () => this.step(far),
      '+': () => this.zoom(1 / ZOOM),
      '=': () => this.zoom(1 / ZOOM),
      '-': () => this.zoom(ZOOM),
      ',': () => this.pan(-PAN),
      '.': () => this.pan(PAN),
      '[': () => this.jump(silences(lines, this.screen.past.outages), -1),
      ']': () => this.jump(silences(lines, this.screen.past.outages), 1),
      '{': () => this.jump(changes(lines), -1),
      '}': () => this.jump(changes(lines), 1),
      l: () => this.live(),
      a: () => this.known(),
      t: () => this.turn('table'),
      m: () => this.turn('messages'),
      c: () => this.link(false),
    };
    const target = /** @type {Element} */ (pressed.target);
    if (!does[pressed.key] || target.matches('input, select')) return;
    event.preventDefault();
    does[pressed.key]();
  }

  live() {
    const { start, end, now } = this.screen.stretch;
    this.screen.point(null);
    this.change({ ...moved(now - (end - start), now, now), at: [] });
  }
}

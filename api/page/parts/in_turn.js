// @ts-check
// Pictures that live values change, drawn in turn: one a frame, so that no frame draws all; those off the screen now and then.

/** @typedef {HTMLElement & {draw: () => void}} Picture */

const REST_MS = 1_000;
/** Pixels that the stretch may move on before the picture has to follow at once. */
const NEAR = 2;

/** @type {Map<Picture, number>} When each that waits was drawn last. */
const waiting = new Map();
/** @type {WeakSet<Element>} */
const away = new WeakSet();
const eyes = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) away[isIntersecting ? 'delete' : 'add'](target);
  },
  { rootMargin: '200px' },
);
/** @type {WeakMap<Picture, {drawnMs: number, scene: import('./paint.js').Scene}>} */
const shown = new WeakMap();
let asked = false;

/** Draws it: at once where another picture is wanted, else when it is its turn. @param {Picture} picture @param {import('./paint.js').Scene} scene */
export function drawn(picture, scene) {
  const before = shown.get(picture);
  if (!before) eyes.observe(picture);
  if (!before || another(before.scene, scene)) return now(picture, scene);
  waiting.set(picture, before.drawnMs);
  ask();
}

/** @param {Picture & {scene?: any}} picture @param {import('./paint.js').Scene} scene */
function now(picture, scene) {
  waiting.delete(picture);
  shown.set(picture, { drawnMs: performance.now(), scene });
  picture.draw();
}

function ask() {
  if (asked || !waiting.size) return;
  asked = true;
  requestAnimationFrame(next);
}

function next() {
  asked = false;
  const ms = performance.now();
  for (const [picture, drawnMs] of waiting) {
    if (away.has(picture) && ms - drawnMs < REST_MS) continue;
    if (picture.isConnected) now(picture, /** @type {any} */ (picture).scene);
    else waiting.delete(picture);
    break;
  }
  ask();
}

/** @param {import('./paint.js').Scene} before @param {import('./paint.js').Scene} after */
function another(before, after) {
  const near = (NEAR * (after.end - after.start)) / after.width;
  const moved = Math.abs(after.start - before.start) > near || Math.abs(after.end - before.end) > near;
  const hidden = (/** @type {Set<string>} */ hide) => [...hide].join('\n');
  return (
    moved ||
    before.width !== after.width ||
    before.tall !== after.tall ||
    before.colours !== after.colours ||
    before.ticks.length !== after.ticks.length ||
    hidden(before.hide) !== hidden(after.hide)
  );
}

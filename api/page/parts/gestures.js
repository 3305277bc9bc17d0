// @ts-check
// Pointers over the plots: one moves the cursor, a drag with the mouse chooses a stretch, two fingers zoom, the axis pans.

const DRAG_MIN = 6;

/**
 * @typedef {{time: (x: number) => number, cursor: (t: number) => void, select: (from: number|null, to: number) => void,
 *   stretch: (start: number, end: number) => void, span: () => {start: number, end: number}}} Hands
 */

/** @param {HTMLElement} plots @param {Hands} hands @returns {() => void} lets go */
export function gestures(plots, hands) {
  /** @type {Map<number, number>} */
  const fingers = new Map();
  /** @type {{t: number, x: number, axis: boolean, span: {start: number, end: number}}|null} */
  let held = null;
  const x = (/** @type {PointerEvent|WheelEvent} */ event) => event.clientX - plots.getBoundingClientRect().left;

  /** @param {PointerEvent} event */
  function down(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.button || target.closest('button, a, .overview')) return;
    fingers.set(event.pointerId, x(event));
    held = { t: hands.time(x(event)), x: x(event), axis: Boolean(target.closest('.axis')), span: hands.span() };
    if (event.pointerType !== 'mouse' || held.axis) capture(event);
    if (!held.axis) hands.cursor(held.t);
  }

  /** @param {PointerEvent} event */
  function move(event) {
    const at = x(event);
    const before = fingers.get(event.pointerId);
    if (before !== undefined && fingers.size === 2) pinch(event.pointerId, before, at);
    else if (held?.axis) pan(at);
    else if (held && event.pointerType === 'mouse' && Math.abs(at - held.x) > DRAG_MIN) {
      capture(event);
      hands.select(held.t, hands.time(at));
    } else hands.cursor(hands.time(at));
    if (before !== undefined) fingers.set(event.pointerId, at);
  }

  /** @param {PointerEvent} event */
  function up(event) {
    const at = x(event);
    if (held && !held.axis && event.pointerType === 'mouse' && fingers.has(event.pointerId)) {
      hands.select(null, 0);
      const [from, to] = [held.t, hands.time(at)].sort((a, b) => a - b);
      if (Math.abs(at - held.x) > DRAG_MIN) hands.stretch(from, to);
    }
    fingers.delete(event.pointerId);
    held = null;
  }

  /** @param {PointerEvent} event */
  function capture(event) {
    if (!plots.hasPointerCapture(event.pointerId)) plots.setPointerCapture(event.pointerId);
  }

  /** @param {number} at */
  function pan(at) {
    if (!held) return;
    const { start, end } = held.span;
    const apart = ((held.x - at) / Math.max(1, plots.clientWidth)) * (end - start);
    hands.stretch(start + apart, end + apart);
  }

  /** The instant under each finger stays under it. @param {number} id @param {number} before @param {number} at */
  function pinch(id, before, at) {
    const other = [...fingers].find(([one]) => one !== id)?.[1] ?? 0;
    const factor = Math.abs(before - other) / Math.max(12, Math.abs(at - other));
    const { start, end } = hands.span();
    const middle = hands.time(other);
    hands.stretch(middle - (middle - start) * factor, middle + (end - middle) * factor);
  }

  /** @param {WheelEvent} event */
  function wheel(event) {
    const { start, end } = hands.span();
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const middle = hands.time(x(event));
      const factor = Math.exp(event.deltaY / 300);
      hands.stretch(middle - (middle - start) * factor, middle + (end - middle) * factor);
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      const apart = (event.deltaX / Math.max(1, plots.clientWidth)) * (end - start);
      hands.stretch(start + apart, end + apart);
    }
  }

  plots.addEventListener('pointerdown', down);
  plots.addEventListener('pointermove', move);
  plots.addEventListener('pointerup', up);
  plots.addEventListener('pointercancel', up);
  plots.addEventListener('wheel', wheel, { passive: false });
  return () => {
    plots.removeEventListener('pointerdown', down);
    plots.removeEventListener('pointermove', move);
    plots.removeEventListener('pointerup', up);
    plots.removeEventListener('pointercancel', up);
    plots.removeEventListener('wheel', wheel);
  };
}

// @ts-check
// A chart under the hand: what is drawn is moved as a picture, which costs no stroke; another scale is drawn anew.

/** @type {WeakMap<any, {of: HTMLCanvasElement, start: number, end: number}>} What each chart showed when the hand came. */
const stills = new WeakMap();

/** @param {any} chart @param {import('./plots.js').Scene} scene */
export function slide(chart, scene) {
  const { u } = chart;
  if (!u) return;
  if (!chart.moving) stills.set(chart, { of: copied(u.ctx.canvas), start: chart.scene.start, end: chart.scene.end });
  chart.moving = scene;
  const still = stills.get(chart);
  const length = scene.end - scene.start;
  if (still && Math.abs(length - (still.end - still.start)) < 1) return moved(u, still, scene);
  stills.delete(chart);
  chart.data[0] = [scene.start, scene.end];
  u.setData(chart.data);
}

/** @param {any} u @param {{of: HTMLCanvasElement, start: number, end: number}} still @param {{start: number, end: number}} scene */
function moved({ ctx, bbox }, still, { start, end }) {
  const { height } = ctx.canvas;
  const { left, width } = bbox;
  const by = ((still.start - start) / (end - start)) * width;
  ctx.save();
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.beginPath();
  ctx.rect(left, 0, width, height);
  ctx.clip();
  ctx.clearRect(left, 0, width, height);
  ctx.drawImage(still.of, left, 0, width, height, left + by, 0, width, height);
  ctx.restore();
}

/** @param {HTMLCanvasElement} canvas */
function copied(canvas) {
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext('2d')?.drawImage(canvas, 0, 0);
  return copy;
}

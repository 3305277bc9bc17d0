// @ts-check
// Round instants for a time axis, by the clock on the wall.

import { clock, day, weekday } from './time.js';

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;
const STEPS = [
  S,
  5 * S,
  15 * S,
  30 * S,
  M,
  5 * M,
  15 * M,
  30 * M,
  H,
  2 * H,
  3 * H,
  6 * H,
  12 * H,
  D,
  2 * D,
  7 * D,
  14 * D,
  30 * D,
  91 * D,
  365 * D,
];

/** How far the wall's clock is ahead of UTC. @param {number} ms @param {string=} tz */
function ahead(ms, tz) {
  const [h, m, s] = clock(ms, tz).split(':').map(Number);
  const wall = h * H + m * M + s * S;
  const utc = Math.floor((ms % D) / S) * S;
  return ((wall - utc + 1.5 * D) % D) - D / 2;
}

/**
 * @param {number} start @param {number} end @param {number} most as many as have room @param {string=} tz
 * @returns {{t: number, text: string, strong: boolean}[]}
 */
export function ticks(start, end, most, tz) {
  const step = STEPS.find((one) => (end - start) / one <= most) ?? STEPS[STEPS.length - 1];
  const found = [];
  let t = Math.ceil((start + ahead(start, tz)) / step) * step;
  for (; ; t += step) {
    const guess = t - ahead(start, tz);
    const at = t - ahead(guess, tz);
    if (at > end) return found;
    if (at >= start) found.push({ t: at, ...label(at, step, tz) });
  }
}

/** @param {number} t @param {number} step @param {string=} tz */
function label(t, step, tz) {
  const time = clock(t, tz);
  const short = day(t, tz).replace(/ \d{4}$/, '');
  if (step >= 2 * D) return { text: short, strong: false };
  if (time === '00:00:00') return { text: `${weekday(t, tz)} ${short.split(' ')[0]}`, strong: true };
  return { text: step < M ? time : time.slice(0, 5), strong: false };
}

// @ts-check
// What Now shows of the last day, once the present is shown: the ribbon, and what happened last night.

import { nothing } from '../vendor/lit.js';
import { lastNight } from './night.js';
import './ribbon.js';
import { Day } from '../lib/day.js';
import { page } from '../lib/page.js';

/** @typedef {import('../lib/watch.js').Watch} Watch */

/** The last day of what is watched, asked for once it is shown. @param {Watch} watch @param {number} now */
export function dayOf({ following }, now) {
  const { tz } = page.view;
  if (!following) return undefined;
  if (!following.day) {
    following.day = new Day(following.watch, tz);
    following.day.ask(now);
  } else if (following.day.tz !== tz) {
    following.day.tz = tz;
    following.day.askNight(now);
  }
  return following.day;
}

/** @param {Watch} watch @param {number} now */
export function night(watch, now) {
  const day = dayOf(watch, now);
  return day ? lastNight(day, page.view.tz, () => day.askNight(now)) : nothing;
}

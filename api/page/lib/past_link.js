// @ts-check
// Links to what is on the screen: one that shows the same for ever, and one that keeps to the present.

import { iso } from './span.js';
import { format } from './url.js';

/**
 * @param {{view: import('./url.js').View, living: boolean, stretch: {start: number, end: number}, span: import('./span.js').Span, position: string, cursor: number|null}} shown
 */
export function absoluteLink({ view, living, stretch, span, position, cursor }) {
  const pointed = cursor === null ? null : iso(cursor);
  if (living) return format({ ...view, cursor: null, past: { ...view.past, at: [] } });
  const past = { ...view.past, start: [iso(stretch.start)], end: [iso(stretch.end)], at: [span.at ?? position] };
  return format({ ...view, cursor: pointed, past });
}

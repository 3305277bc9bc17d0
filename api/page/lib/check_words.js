// @ts-check
// How a check's end is drawn and said, on the page and in the verifier's file.

/** Paths in a box of 16 by 16. */
export const SHAPES = {
  good: 'M3 8.5l3.2 3.2L13 5',
  bad: 'M4 4l8 8M12 4l-8 8',
  open: 'M8 3.5a4.5 4.5 0 1 0 .01 0',
};
export const WORDS = { good: 'good', bad: 'wrong', open: 'open' };

// @ts-check
// One line of a verdict: what was checked, how it ended, and which record and field are to blame.

/** @typedef {{id: string, state: 'good'|'bad'|'open', text: string, recno?: number, field?: string}} Check `open`: it cannot be made yet */

/** @param {string} id @param {string} text @returns {Check} */
export const good = (id, text) => ({ id, state: 'good', text });
/** @param {string} id @param {string} text @param {number=} recno @param {string=} field @returns {Check} */
export const bad = (id, text, recno, field) => ({
  id,
  state: 'bad',
  text: recno === undefined ? text : `record ${recno}, ${field}: ${text}`,
  recno,
  field,
});

// @ts-check
// Whether an account may read all that a selection asks for.

/**
 * The answer's own word for it, `Hearthlog-Narrowed`: filters that the account may read; after a comma, what a ticket narrows them to.
 * @param {string|undefined} rights @param {string[]} filters none: everything
 */
export function isNarrowed(rights, filters) {
  if (rights === undefined) return false;
  const groups = rights.split(', ').map((group) => group.split(' ').filter(Boolean).map(decodeURIComponent));
  const asked = filters.length ? filters : ['#'];
  return !groups.every((group) => asked.every((filter) => group.some((right) => covers(right, filter))));
}

/** Whether a filter selects all that another does. @param {string} wide @param {string} narrow */
function covers(wide, narrow) {
  const [many, few] = [wide.split('/'), narrow.split('/')];
  if (narrow.startsWith('$') !== wide.startsWith('$')) return false;
  for (const [at, level] of many.entries()) {
    if (level === '#') return true;
    if (at >= few.length || few[at] === '#' || (level !== '+' && level !== few[at])) return false;
  }
  return many.length === few.length;
}

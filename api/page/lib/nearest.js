// @ts-check
// What a filter may have meant: the topics that look most like it.

/** Topics that exist and look most like what was asked for: shared levels first, then the smallest edit. @param {string[]} filters @param {string[]} topics @param {number} count */
export function nearest(filters, topics, count = 4) {
  const wanted = filters.map((text) => text.split('/').filter((level) => level !== '#' && level !== '+'));
  const scored = topics.map((topic) => ({
    topic,
    score: Math.max(...wanted.map((levels) => likeness(levels, topic))),
  }));
  scored.sort((a, b) => b.score - a.score || a.topic.localeCompare(b.topic));
  return scored.slice(0, count).map((one) => one.topic);
}

/** @param {string[]} levels @param {string} topic */
function likeness(levels, topic) {
  const have = topic.toLowerCase().split('/');
  return levels.reduce((sum, level) => sum + Math.max(...have.map((part) => similar(level.toLowerCase(), part))), 0);
}

/** Share of two-letter pieces that both have: 1 for equal words. @param {string} a @param {string} b */
function similar(a, b) {
  if (a === b) return 1;
  const pieces = new Set(bigrams(a));
  const other = bigrams(b);
  const shared = other.filter((piece) => pieces.has(piece)).length;
  return pieces.size + other.length ? (1.8 * shared) / (pieces.size + other.length) : 0;
}

/** @param {string} word */
function bigrams(word) {
  return Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => word.slice(at, at + 2));
}

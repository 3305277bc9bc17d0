// @ts-check
// MQTT topic filters (MQTT 5 §4.7): whether one is well formed, what it selects, and what it may have meant.

/** What is wrong with a filter and what would do, or null when it is well formed. @param {string} text */
export function fault(text) {
  if (text === '') return 'A topic filter has at least one level, like homes/# or +/temperature.';
  if (text.includes('\0')) return 'A topic filter has no zero character.';
  const levels = text.split('/');
  for (const [at, level] of levels.entries()) {
    if (level.includes('#') && level !== '#') return `"#" stands alone in its level: write ${wider(levels, at)}.`;
    if (level === '#' && at !== levels.length - 1) return `"#" comes last: write ${wider(levels, at)}.`;
    if (level.includes('+') && level !== '+') return `"+" stands for one whole level: "${level}" mixes it with text.`;
  }
  return null;
}

/** @param {string[]} levels @param {number} at */
function wider(levels, at) {
  return [...levels.slice(0, at), '#'].join('/');
}

/** @param {string} filter @param {string} topic */
export function matches(filter, topic) {
  const want = filter.split('/');
  const have = topic.split('/');
  if (topic.startsWith('$') && (want[0] === '#' || want[0] === '+')) return false;
  for (const [at, level] of want.entries()) {
    if (level === '#') return true;
    if (at >= have.length || (level !== '+' && level !== have[at])) return false;
  }
  return want.length === have.length;
}

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

/** What the filter box offers: every level on the way to the topics, as a filter. @param {string[]} topics @param {number} most */
export function offers(topics, most = 300) {
  const found = new Set();
  for (const topic of topics) {
    const levels = topic.split('/');
    for (let depth = 1; depth < levels.length; depth += 1) found.add(`${levels.slice(0, depth).join('/')}/#`);
    if (levels.length > 1)
      found.add(
        `${Array(levels.length - 1)
          .fill('+')
          .join('/')}/${levels.at(-1)}`,
      );
  }
  return [...found, ...topics].slice(0, most);
}

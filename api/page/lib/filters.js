// @ts-check
// What is selected: whether a topic filter is well formed (MQTT 5 §4.7), what it matches, and topics that are no values.

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

const CONFIG = /^[^/]+\/(?:[^/]+\/){2,3}config$/;

/** Whether a topic is a set-up step, as devices introduce themselves to Home Assistant: it declares values and has none. @param {string} topic */
export function isConfig(topic) {
  return topic.startsWith('homeassistant/') && CONFIG.test(topic);
}

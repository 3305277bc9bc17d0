// @ts-check
// Which topics say what was, which say what a model makes of it, and how their classes are told apart.

/** Levels of topics that say who speaks, not of what (docs/reads.md, `role`). */
const PREDICTED = new Set(['predicted', 'prediction', 'predictions']);
const LABELS = new Set(['label', 'labels']);
const TINTS = 8;

/** What a topic is about, without the levels that say who speaks. @param {string} topic */
function bare(topic) {
  return topic
    .split('/')
    .filter((level, at) => !LABELS.has(level) && !(at && PREDICTED.has(level)))
    .join('/');
}

/** @param {string} topic of a model @param {string} label topic of a label */
export function isAbout(topic, label) {
  return about(topic).includes(bare(label));
}

/** What a model's topic is called among others of the same label. @param {string} topic */
export function saysOf(topic) {
  return topic.split('/').findLast((level) => !PREDICTED.has(level)) ?? topic;
}

/** Of what a model may speak: of the topic without its level, or, where several do, of the one above. @param {string} topic */
function about(topic) {
  const levels = topic.split('/');
  return [
    bare(topic),
    bare(
      levels
        .slice(
          0,
          levels.findIndex((level, at) => at && PREDICTED.has(level)),
        )
        .join('/'),
    ),
  ];
}

/** Which of the tints a class has. @param {string[]} all @param {string} text */
export function tintOf(all, text) {
  return Math.max(0, all.indexOf(text)) % TINTS;
}

/** The topic that a model's topic is about, as far as its name says so; nothing of others. @param {string} topic */
export function saysAbout(topic) {
  const about = bare(topic);
  return topic.split('/').some((level, at) => at && PREDICTED.has(level)) ? about : '';
}

// @ts-check
// Messages as a list: each with what it changed against the one before it on its topic.

/**
 * @typedef {{field: string, value: unknown, unit: string|null, kind: string, was: unknown, changed: boolean, device_time: string|null}} Told
 * @typedef {{key: string, topic: string, recno: number, logged_time: string, device_time: string|null, told: Told[], raw: any, first: boolean}} Message
 */

/** @param {any[]} observations of GET history with raw payloads, newest first @returns {Message[]} newest first */
export function messagesWithDiff(observations) {
  /** @type {Map<string, Message>} */
  const found = new Map();
  for (const one of observations) {
    const key = `${one.topic} ${one.recno}`;
    const { topic, recno, logged_time, device_time } = one;
    /** @type {Message} */
    const message = found.get(key) ?? { key, topic, recno, logged_time, device_time, told: [], raw: one, first: true };
    found.set(key, message);
    if (one.field !== '' || one.value !== null)
      message.told.push({
        field: one.field,
        value: one.value,
        unit: one.unit,
        kind: one.kind,
        was: undefined,
        changed: false,
        device_time,
      });
  }
  /** @type {Map<string, unknown>} */
  const before = new Map();
  /** @type {Set<string>} */
  const heard = new Set();
  for (const message of [...found.values()].sort((a, b) => (a.logged_time < b.logged_time ? -1 : 1))) {
    message.first = !heard.has(message.topic);
    heard.add(message.topic);
    for (const one of message.told) {
      const series = `${message.topic}\n${one.field}`;
      one.was = before.get(series);
      one.changed = before.has(series) && one.was !== one.value;
      before.set(series, one.value);
    }
  }
  return [...found.values()];
}

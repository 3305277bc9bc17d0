// @ts-check
// Units that devices declare of themselves, in Home Assistant's discovery convention (MQTT Discovery, retained configs).

const CONFIG = /^[^/]+\/(?:[^/]+\/){2,3}config$/;
const JSON_FIELD = /value_json\.([\w.]+)/;

/** The request that gives all there is to know. */
export const DECLARED = {
  filter: ['homeassistant/+/+/config', 'homeassistant/+/+/+/config'],
  field: ['state_topic', 'unit_of_measurement', 'value_template'],
};

/** Whether a topic is a set-up step: it declares values and has none. @param {string} topic */
export function isConfig(topic) {
  return topic.startsWith('homeassistant/') && CONFIG.test(topic);
}

/** @param {any[]} observations of config topics @returns {Map<string, string>} units by `topic` + newline + `field` */
export function units(observations) {
  /** @type {Map<string, Record<string, unknown>>} */
  const configs = new Map();
  for (const { topic, field, value } of observations) configs.set(topic, { ...configs.get(topic), [field]: value });
  const found = new Map();
  for (const { state_topic, unit_of_measurement, value_template } of configs.values()) {
    if (typeof state_topic !== 'string' || typeof unit_of_measurement !== 'string') continue;
    const field = JSON_FIELD.exec(String(value_template ?? ''))?.[1] ?? 'value';
    found.set(`${state_topic}\n${field}`, unit_of_measurement);
  }
  return found;
}

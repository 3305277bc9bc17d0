// @ts-check
// Set-up messages: how devices introduce themselves in Home Assistant's convention (MQTT Discovery, retained configs).

const CONFIG = /^[^/]+\/(?:[^/]+\/){2,3}config$/;

/** Whether a topic is a set-up step: it declares values and has none. @param {string} topic */
export function isConfig(topic) {
  return topic.startsWith('homeassistant/') && CONFIG.test(topic);
}

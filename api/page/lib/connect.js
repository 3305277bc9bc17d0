// @ts-check
// Lines that subscribe to the selection over MQTT, ready to paste: a shell's, a browser's, Python's.

const LOOPBACK = ['', '0.0.0.0', '[::]', '127.0.0.1'];

/**
 * @param {{broker: string}|null} store @param {string[]} filters @param {{origin: string, hostname: string}} here where this page is
 * @returns {{name: string, text: string}[]}
 */
export function lines(store, filters, { origin, hostname }) {
  const [, host, port] = /^(.*):(\d+)$/.exec(store?.broker ?? '') ?? ['', '', '1883'];
  const reached = LOOPBACK.includes(host) ? hostname : host;
  const chosen = filters.length ? filters : ['#'];
  const socket = `${origin.replace(/^http/, 'ws')}/mqtt`;
  return [
    { name: 'address', text: socket },
    {
      name: 'mosquitto_sub',
      text: `mosquitto_sub -h ${reached} -p ${port} -u admin -P "$HEARTHLOG_TOKEN" -q 1 -v${chosen.map((one) => ` \\\n  -t ${quoted(one)}`).join('')}`,
    },
    {
      name: 'mqtt.js',
      text: `import mqtt from '${origin}/mqtt.js';
const client = mqtt.connect('${socket}', { protocolVersion: 5, username: 'admin', password: 'SECRET' });
client.on('message', (topic, payload) => console.log(topic, String(payload)));
await client.subscribeAsync(${JSON.stringify(chosen)}, { qos: 1 });`,
    },
    { name: 'paho', text: paho(reached, port, chosen) },
  ];
}

/** @param {string} host @param {string} port @param {string[]} filters */
function paho(host, port, filters) {
  return `import os
import paho.mqtt.client as mqtt

client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
client.username_pw_set("admin", os.environ["HEARTHLOG_TOKEN"])
client.on_connect = lambda *_: client.subscribe([${filters.map((one) => `(${JSON.stringify(one)}, 1)`).join(', ')}])
client.on_message = lambda _client, _data, message: print(message.topic, message.payload, flush=True)
client.connect("${host}", ${port})
client.loop_forever()`;
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

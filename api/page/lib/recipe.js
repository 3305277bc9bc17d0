// @ts-check
// The same request in four languages, ready to paste.

const FROM_ENV = 'HEARTHLOG_TOKEN';

/** @param {string} address absolute @param {'URL'|'curl'|'Python'|'JavaScript'} language */
export function recipe(address, language) {
  if (language === 'curl') return `curl -H "Authorization: Bearer $${FROM_ENV}" \\\n  ${shell(address)}`;
  if (language === 'Python') return python(address);
  if (language === 'JavaScript') return javascript(address);
  return address;
}

export const LANGUAGES = /** @type {const} */ (['URL', 'curl', 'Python', 'JavaScript']);

/** @param {string} text */
function shell(text) {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {string} address */
function python(address) {
  return `import json, os, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(address)},
    headers={"Authorization": f"Bearer {os.environ['${FROM_ENV}']}"},
)
with urllib.request.urlopen(request) as answer:
    print(json.dumps(json.load(answer), indent=2))`;
}

/** @param {string} address */
function javascript(address) {
  return `const answer = await fetch(${JSON.stringify(address)}, {
  headers: { Authorization: \`Bearer \${process.env.${FROM_ENV}}\` },
});
console.log(await answer.json());`;
}

/**
 * A first message, as the first start's own account. The file lies on the machine that Hearthlog runs on.
 * @param {{broker: string, secret_file: string}|null} store @param {string} here the name by which this browser reaches that machine
 */
export function publishLine(store, here) {
  const [, host, port] = /^(.*):(\d+)$/.exec(store?.broker ?? '') ?? ['', '', '1883'];
  const reached = ['', '0.0.0.0', '[::]', '127.0.0.1'].includes(host) ? here : host;
  const secret = shell(store?.secret_file ?? 'data/secrets/admin.token');
  return `mosquitto_pub -h ${reached} -p ${port} -q 1 -u admin -P "$(cat ${secret})" \\\n  -t homes/me/desk/temperature -m 21.5`;
}

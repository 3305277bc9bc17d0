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

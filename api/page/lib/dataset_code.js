// @ts-check
// Code that fetches a pinned dataset, or its columns as they are now: ready to paste, and right as it stands.

export const CODES = /** @type {const} */ (['Python', 'pandas', 'polars', 'curl', 'live']);

/** @param {string} home the home's address @param {{id: string, pin: any, columns: {name: string}[]}} said @param {typeof CODES[number]} which */
export function code(home, { id, pin, columns }, which) {
  if (which === 'curl')
    return `curl -fsS -H "Authorization: Bearer $HEARTHLOG_TOKEN" \\\n  ${home}/v1/datasets/${id}/data -o dataset.arrow`;
  if (which === 'live') return live(home, pin.parameters, columns);
  const open = `from hearthlog import Home

with Home(${JSON.stringify(home)}) as home:  # the secret is in HEARTHLOG_TOKEN
    table = home.dataset(${JSON.stringify(id)})  # the bytes that were pinned, or an error
`;
  if (which === 'pandas') return `${open}\nframe = table.to_pandas().set_index("time")\nprint(frame)`;
  if (which === 'polars') return `import polars as pl\n${open}\nframe = pl.DataFrame(table.arrow)\nprint(frame)`;
  return `${open}\nprint(table.arrow)`;
}

/** Which code there is of it: only a grid goes on by itself. @param {any} pin */
export function codesOf(pin) {
  return CODES.filter((one) => one !== 'live' || pin.query === 'matrix');
}

/** The same recipe over what is said now, row by row: what a model is served with is made as what it learned from. @param {string} home @param {any} recipe @param {{name: string}[]} columns */
function live(home, { filter, field, every, fn, fill, hold_for, tz, by }, columns) {
  const names = columns.map(({ name }) => name).filter((name) => name !== 'time');
  const options = Object.entries({ every, fn, fill, hold_for, tz, by })
    .filter(([, said]) => said)
    .map(([name, said]) => `    ${JSON.stringify(name)}: ${JSON.stringify(said)},`);
  if (field?.length) options.push(`    "field": ${list(field)},`);
  return `from datetime import UTC, datetime

from hearthlog import Home

FILTERS = ${list(filter ?? [])}
COLUMNS = [
${names.map((name) => `    ${JSON.stringify(name)},`).join('\n')}
]
RECIPE = {
${options.join('\n')}
}

with Home(${JSON.stringify(home)}) as home:  # the secret is in HEARTHLOG_TOKEN
    due = datetime.now(UTC)
    for _ in home.live(*FILTERS):  # wakes whenever something is said
        if datetime.now(UTC) < due:
            continue
        before, row = home.matrix(*FILTERS, start="${back(every)}", **RECIPE).arrow.to_pylist()[-2:]
        due = row["time"] + (row["time"] - before["time"])
        print(row["time"], [row.get(name) for name in COLUMNS], flush=True)`;
}

/** @param {string[]} texts */
function list(texts) {
  return `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
}

/** Far enough for three rows. @param {string} every */
function back(every) {
  const [, count, unit] = /^(\d+)([a-z]+)$/.exec(every) ?? ['', '1', 'd'];
  return unit === 'mo' ? `-${93 * Number(count)}d` : `-${3 * Number(count)}${unit}`;
}

// @ts-check
// Code that fetches a pinned dataset: ready to paste, and right as it stands.

export const CODES = /** @type {const} */ (['Python', 'pandas', 'polars', 'curl']);

/** @param {string} home the home's address @param {string} id @param {typeof CODES[number]} which */
export function code(home, id, which) {
  if (which === 'curl')
    return `curl -fsS -H "Authorization: Bearer $HEARTHLOG_TOKEN" \\\n  ${home}/v1/datasets/${id}/data -o dataset.arrow`;
  const open = `from hearthlog import Home

with Home(${JSON.stringify(home)}) as home:  # the secret is in HEARTHLOG_TOKEN
    table = home.dataset(${JSON.stringify(id)})  # the bytes that were pinned, or an error
`;
  if (which === 'pandas') return `${open}\nframe = table.to_pandas().set_index("time")\nprint(frame)`;
  if (which === 'polars') return `import polars as pl\n${open}\nframe = pl.DataFrame(table.arrow)\nprint(frame)`;
  return `${open}\nprint(table.arrow)`;
}

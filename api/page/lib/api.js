// @ts-check
// Questions to the API: one answer or one problem, never a bare failure.

/** What the API or the way to it has against a request (RFC 9457). */
export class Problem extends Error {
  /** @param {{title: string, detail?: string, status?: number, retryAfterS?: number|null}} said */
  constructor({ title, detail = '', status = 0, retryAfterS = null }) {
    super(title);
    this.title = title;
    this.detail = detail;
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** @param {unknown} error */
export function asProblem(error) {
  return error instanceof Problem ? error : new Problem({ title: 'This page has a fault', detail: String(error) });
}

/** Milliseconds that the server's clock is ahead of this browser's, from the last answer. Ages are by the server's clock. */
let ahead = 0;

export function serverNow() {
  return Date.now() + ahead;
}

/**
 * @param {string} address
 * @param {{signal?: AbortSignal, body?: unknown, anyStatus?: boolean, asText?: boolean}} options with a body it is a POST
 * @returns {Promise<any>} the JSON body; with `asText` the text, with `anyStatus` whatever the status
 */
export async function ask(address, { signal, body, anyStatus = false, asText = anyStatus } = {}) {
  let answer;
  try {
    // A plain question has no headers of its own: it may have been asked already, by the shell.
    answer = await fetch(address, body ? { signal, ...posted(body) } : { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem({ title: 'Hearthlog does not answer', detail: 'The network, or the api process, is away.' });
  }
  readClock(answer);
  if (!answer.ok && !anyStatus) throw await problem(answer);
  if (asText) return answer.text();
  const said = await answer.json();
  const rights = answer.headers.get('Hearthlog-Narrowed');
  return rights === null ? said : { ...said, rights };
}

/** @param {unknown} body @returns {RequestInit} */
function posted(body) {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** @param {Response} answer */
async function problem(answer) {
  const wait = Number(answer.headers.get('Retry-After'));
  const said = await answer.json().catch(() => ({}));
  return new Problem({
    title: said.title ?? `The answer was ${answer.status} ${answer.statusText}`,
    detail: typeof said.detail === 'string' ? said.detail : '',
    status: answer.status,
    retryAfterS: Number.isFinite(wait) && wait > 0 ? wait : null,
  });
}

/** The Date header counts whole seconds, so a small difference is no difference. @param {Response} answer */
function readClock(answer) {
  const told = Date.parse(answer.headers.get('Date') ?? '');
  if (Number.isNaN(told)) return;
  const difference = told + 500 - Date.now();
  ahead = Math.abs(difference) > 2_500 ? difference : 0;
}

/** All pages of an answer whose rows are under `name`, up to a bound. @param {string} address @param {string} name @param {{signal?: AbortSignal, most?: number}} options */
export async function askAll(address, name, { signal, most = 5_000 } = {}) {
  const first = await ask(address, { signal });
  const rows = [...first[name]];
  let next = first.next;
  while (next && rows.length < most) {
    const page = await ask(next, { signal });
    rows.push(...page[name]);
    next = page.next;
  }
  return { ...first, [name]: rows, truncated: Boolean(next) };
}

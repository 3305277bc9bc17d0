// @ts-check
// The catalogue's name that a person told this browser: kept here, never asked of the server.

const KEY = 'hearthlog.catalogue';

export function keptName() {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** @param {string} name empty to forget */
export function keepName(name) {
  try {
    if (name) localStorage.setItem(KEY, name);
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing is asked again next time.
  }
}

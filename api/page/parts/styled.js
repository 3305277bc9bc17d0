// @ts-check
// A style sheet of the page's folder, loaded once, when something needs it first.

/** Resolves once its rules hold. @param {string} name */
export function styled(name) {
  const href = new URL(`../${name}.css`, import.meta.url).href;
  if ([...document.styleSheets].some((one) => one.href === href)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: resolve });
    link.onerror = reject;
    document.head.append(link);
  });
}

// Begins a screen's modules once its document is painted: they are on their way meanwhile. Where nobody looks there is no frame.
(() => {
  const { modules = '' } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const begin = () => import(modules);
  if (document.hidden) begin();
  else requestAnimationFrame(() => setTimeout(begin));
})();

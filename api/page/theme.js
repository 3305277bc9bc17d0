// Sets the stored theme before the first paint; without one the system's is used.
(() => {
  const asked = new URLSearchParams(location.search).get('theme');
  let kept = null;
  try {
    kept = localStorage.getItem('hearthlog.theme');
  } catch {
    // Storage is switched off: the system's theme it is.
  }
  const theme = asked ?? kept;
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();

/* Light and dark, and the typefaces that are needed first. Loaded before the page is painted, so that
   it never shows the wrong colours and asks for its typefaces before it has read the style sheet.

   Without a choice the page follows the system. The button changes to the other colours; the choice
   is remembered in localStorage, and forgotten when it is what the system says anyway. */
'use strict';
{
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');

  function remembered() {
    try {
      return localStorage.getItem('theme');
    } catch {
      return null;  // storage may be forbidden
    }
  }

  function remember(theme) {
    try {
      if (theme) localStorage.setItem('theme', theme);
      else localStorage.removeItem('theme');
    } catch { /* then the choice holds for this page only */ }
  }

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
  }

  function choose(dark) {
    if (dark === system.matches) delete root.dataset.theme;
    else root.dataset.theme = dark ? 'dark' : 'light';
    remember(root.dataset.theme);
  }

  function preload(script) {
    for (const name of script.dataset.fonts.split(' ')) {
      const link = document.createElement('link');
      Object.assign(link, {rel: 'preload', as: 'font', type: 'font/woff2', crossOrigin: ''});
      link.href = new URL(`fonts/${name}.woff2`, script.src);
      document.head.append(link);
    }
  }

  /* From a folder nobody may ask for them early, so that they come too late for the first picture,
     and the text would never have its own. There, letters may change; and in WebKit, which takes the
     bold ones for a text whose own come too late. */
  function admitLate(script) {
    const link = document.createElement('link');
    Object.assign(link, {rel: 'stylesheet', href: new URL('folder.css', script.src)});
    document.addEventListener('DOMContentLoaded', () => document.head.append(link));
  }

  const folder = location.protocol === 'file:';
  if (!folder) preload(document.currentScript);
  if (folder || navigator.vendor.startsWith('Apple')) admitLate(document.currentScript);
  root.classList.add('script');
  const theme = remembered();
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;

  document.addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme-button');
    const show = () => button.setAttribute('aria-pressed', String(isDark()));
    button.addEventListener('click', () => { choose(!isDark()); show(); });
    system.addEventListener('change', show);
    show();
  });
}

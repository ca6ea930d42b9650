/* Search with Pagefind, in a dialog that opens with the button, with "/" and with Ctrl+K.

   Results are grouped by chapter. Pagefind and its index are loaded when the dialog opens first. */
'use strict';
{
  const MOST_PAGES = 8;
  const MOST_PLACES = 4;  // of one page
  const folder = new URL('../pagefind/', document.currentScript.src);
  const button = document.getElementById('search-button');

  const dialog = document.createElement('dialog');
  dialog.className = 'search';
  dialog.setAttribute('aria-label', 'Search this book');
  dialog.innerHTML = `<form method="dialog" role="search">
<input type="search" aria-label="Search this book" placeholder="Search this book" autocomplete="off" spellcheck="false">
<button type="button" class="close">Close</button></form>
<p class="said" role="status"></p><ol class="found"></ol>`;
  document.body.append(dialog);
  const input = dialog.querySelector('input');
  const said = dialog.querySelector('.said');
  const found = dialog.querySelector('.found');

  let pagefind = null;
  function load() {
    pagefind ??= import(new URL('pagefind.js', folder).href).then(async (module) => {
      await module.options({excerptLength: 20});
      await module.init();
      return module;
    });
    return pagefind;
  }

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  /* Excerpts are escaped by Pagefind but for the marks around the words found. */
  function place(result) {
    const link = element('a', {href: result.url});
    link.append(element('span', {className: 'place', textContent: result.title}));
    link.append(element('span', {className: 'excerpt', innerHTML: result.excerpt}));
    link.addEventListener('click', () => dialog.close());
    return element('li', {}, link);
  }

  function chapter(page) {
    const places = page.sub_results.slice(0, MOST_PLACES).map(place);
    return element('li', {},
      element('h2', {textContent: page.meta.title}),
      element('ol', {}, ...places));
  }

  async function search() {
    const words = input.value.trim();
    if (!words) {
      found.replaceChildren();
      said.textContent = '';
      return;
    }
    try {
      const answer = await (await load()).debouncedSearch(words, {}, 150);
      if (!answer || input.value.trim() !== words) return;  // the reader typed on
      const pages = await Promise.all(answer.results.slice(0, MOST_PAGES).map((one) => one.data()));
      if (input.value.trim() !== words) return;
      const count = answer.results.length;
      said.textContent = count ? `Found in ${count} ${count === 1 ? 'chapter' : 'chapters'}` : `Nothing found for “${words}”`;
      found.replaceChildren(...pages.map(chapter));
    } catch (error) {
      said.textContent = 'The search index cannot be loaded.';
      throw error;
    }
  }

  function open() {
    if (dialog.open) return;
    document.querySelectorAll('dialog[open]').forEach((other) => other.close());
    dialog.showModal();
    input.select();
    load().catch(() => { said.textContent = 'The search index cannot be loaded.'; });
  }

  /* Arrow keys go through the results, and back up to the words. Escape closes at once, where a
     search field on its own would first empty itself. */
  function step(event) {
    if (event.key === 'Escape') {
      event.preventDefault();
      dialog.close();
    }
    const stops = [input, ...found.querySelectorAll('a')];
    const to = stops.indexOf(document.activeElement) + {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (Number.isNaN(to) || !stops[to]) return;
    event.preventDefault();
    stops[to].focus();
  }

  function shortcut(event) {
    const typing = event.target.closest('input, textarea, select, [contenteditable]');
    const slash = event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const control = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
    if (!slash && !control) return;
    event.preventDefault();
    open();
  }

  if (location.protocol !== 'file:') {
    button.addEventListener('click', open);
    addEventListener('keydown', shortcut);
    input.addEventListener('input', search);
    dialog.addEventListener('keydown', step);
    dialog.querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      found.querySelector('a')?.click();
    });
    dialog.querySelector('.close').addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  }
}

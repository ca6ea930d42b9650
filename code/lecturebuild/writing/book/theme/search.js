/* Search, in a dialog that opens with the button, with "/" and with Ctrl+K.

   The sections of the book are in assets/search-index.js; the library MiniSearch ranks them. Both are
   loaded when the dialog opens first. The number of a formula or a figure leads there; a word of the
   table of synonyms to the book's own; a word that no page has to the nearest one that some has. */
'use strict';
{
  const MOST = 24;  // sections
  const MOST_PLACES = 4;  // of one page
  const AROUND = 90;  // characters before and after a word found
  const BOOST = {title: 8, name: 6, terms: 2.5, chapter: 1, text: 1, code: 0.3};
  const PHRASE = {title: 2.5, name: 2.5, terms: 1.8, text: 1.3};  // the words one after the other
  const LESS = {exercise: 0.7, references: 0.2};  // pages without a number, lists of literature
  const WEAK = new Set(('a an and are as at be but by can do does for from has have how i in into is it its me not of on or ' +
    'so than that the their them then there these they this to was we what when where which who why will with you').split(' '));
  const KINDS = {
    fig: 'figure fig abbildung abb bild picture', eq: 'equation eq formula formel gleichung gl',
    sec: 'section sec chapter abschnitt kapitel', tbl: 'table tab tabelle',
  };
  const assets = new URL('.', document.currentScript.src);
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

  function script(name) {
    return new Promise((done, failed) => {
      const element = document.createElement('script');
      element.src = new URL(name, assets);
      element.addEventListener('load', done);
      element.addEventListener('error', () => failed(new Error(`${name} cannot be loaded`)));
      document.head.append(element);
    });
  }

  /* Words are compared without accents, plurals and the difference of -ise and -ize. */
  function word(term) {
    const plain = term.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[’']s$/, '');
    const stem = plain.replace(/iz(?=[aei])/, 'is').replace(/yz(?=[aei])/, 'ys').replace(/([a-z]{3})ies$/, '$1y');
    return stem.replace(/([a-z]{2}[^us])s$/, '$1');
  }

  const split = /[^\p{L}\p{N}\p{M}]+/u;

  function words(text) {
    return text.split(split).filter(Boolean);
  }

  function weight(key) {
    const section = window.lectureSearch.sections[key];
    if (section.title === 'References') return LESS.references;
    return /^\d/.test(section.chapter) ? 1 : LESS.exercise;
  }

  let loading = null;
  let index = null;
  function load() {
    loading ??= Promise.all([script('minisearch.js'), script('search-index.js')]).then(() => {
      index = new window.MiniSearch({
        fields: Object.keys(BOOST), idField: 'key', tokenize: words,
        processTerm: (term) => WEAK.has(term.toLowerCase()) ? null : word(term),
        searchOptions: {boost: BOOST, prefix: (term) => term.length > 2, weights: {fuzzy: 0.1, prefix: 0.4}, combineWith: 'AND', boostDocument: weight},
      });
      index.addAll(window.lectureSearch.sections.map((section, key) => ({...section, key})));
    });
    return loading;
  }

  /* What a number names, as "Figure 5.2", "equation (3.4)" or "3.4" alone; null for other words. */
  function numbered(text) {
    const parts = text.toLowerCase().match(/^(\p{L}*)\.?\s*\(?(\p{L}?\d+(?:\.\d+)*)\)?$/u);
    if (!parts) return null;
    const [, kind, number] = parts;
    const formula = text.startsWith('(');
    const asked = Object.keys(KINDS).filter((one) => KINDS[one].split(' ').includes(kind) || (formula && one === 'eq'));
    if (kind && !asked.length) return null;
    return window.lectureSearch.places.filter((place) =>
      place.number.toLowerCase() === number && (!(kind || formula) || asked.includes(place.kind)));
  }

  function plain(text) {
    return ` ${words(text).map(word).join(' ')} `;
  }

  /* The best sections for some words: with all of them, or else with some. */
  function sections(text) {
    let hits = index.search(text);
    if (!hits.length) hits = index.search(text, {combineWith: 'OR'});
    const phrase = plain(text);
    for (const hit of hits) {
      hit.section = window.lectureSearch.sections[hit.id];
      for (const [field, factor] of Object.entries(PHRASE)) {
        const text = plain(hit.section[field]);
        if (text.includes(phrase)) hit.score *= text === phrase ? 2 * factor : factor;
      }
    }
    hits.sort((a, b) => b.score - a.score);
    return hits.slice(0, MOST).map((hit) => ({...hit.section, words: hit.terms}));
  }

  /* In place of a word that no page has: the book's own word for it, or the nearest. */
  function own(text) {
    const synonyms = window.lectureSearch.synonyms;
    return synonyms[text.toLowerCase().replace(/\s+/g, ' ')];
  }

  function nearest(text) {
    const [hit] = index.search(text, {prefix: false, fuzzy: (term) => Math.min(3, Math.floor(term.length / 3)), fields: ['title', 'terms', 'text']});
    return hit?.terms[0];
  }

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  /* The words around the first that was found, with marks around all that were. */
  function excerpt(text, terms) {
    const made = element('span', {className: 'excerpt'});
    const tokens = [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].filter((token) => terms.includes(word(token[0])));
    const first = tokens[0]?.index ?? 0;
    const from = first > AROUND ? text.indexOf(' ', first - AROUND) + 1 : 0;
    const to = Math.min(text.length, from + 2 * AROUND);
    let at = from;
    if (from) made.append('… ');
    for (const token of tokens.filter((one) => one.index + one[0].length <= to)) {
      made.append(text.slice(at, token.index), element('mark', {textContent: token[0]}));
      at = token.index + token[0].length;
    }
    made.append(text.slice(at, to), to < text.length ? ' …' : '');
    return made;
  }

  function place(result) {
    const link = element('a', {href: new URL(`../${result.href}`, assets).href});
    link.append(element('span', {className: 'place', textContent: result.title}));
    link.append(excerpt(result.text || result.code || '', result.words ?? []));
    link.addEventListener('click', () => dialog.close());
    return element('li', {}, link);
  }

  function show(results) {
    const chapters = new Map();
    for (const result of results) {
      if (!chapters.has(result.chapter)) chapters.set(result.chapter, []);
      chapters.get(result.chapter).push(result);
    }
    found.replaceChildren(...[...chapters].map(([title, places]) => element('li', {},
      element('h2', {textContent: title}),
      element('ol', {}, ...places.slice(0, MOST_PLACES).map(place)))));
  }

  function say(...parts) {
    said.replaceChildren(...parts);
  }

  function counted(results) {
    const number = results.length;
    return `${number} ${number === MOST ? 'best places' : number === 1 ? 'place found' : 'places found'}`;
  }

  function look(text) {
    dialog.dataset.shown = text;
    const term = own(text);
    const results = numbered(text) ?? sections(term ?? text);
    show(results);
    if (results.length) return say(term ? `In this book: “${term}”. ` : '', counted(results));
    const near = numbered(text) ? null : nearest(text);
    const nothing = `Nothing found for “${text}”`;
    if (!near) return say(nothing);
    const suggestion = element('button', {type: 'button', textContent: near});
    suggestion.addEventListener('click', () => {
      input.value = near;
      input.focus();
      look(near);
    });
    return say(nothing, '. ', 'The nearest word:', ' ', suggestion);
  }

  let waiting = 0;
  function search() {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const text = input.value.trim();
      if (!text) {
        show([]);
        say();
        return;
      }
      try {
        await load();
      } catch {
        say('The search index cannot be loaded.');
        return;
      }
      if (input.value.trim() === text) look(text);  // the reader may have typed on
    }, 100);
  }

  function open() {
    if (dialog.open) return;
    document.querySelectorAll('dialog[open]').forEach((other) => other.close());
    dialog.showModal();
    input.select();
    load().catch(() => say('The search index cannot be loaded.'));
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

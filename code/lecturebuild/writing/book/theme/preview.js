/* What a cross-reference or a citation leads to is shown beside it, on hover and on focus.

   Escape closes it, and the pointer may go onto it. What lies on another page is fetched from there
   once; pages on a file share cannot be fetched, so there only targets of the same page are shown. */
'use strict';
{
  const DELAY = 250;  // milliseconds: a pointer on its way elsewhere opens nothing
  const box = document.createElement('div');
  box.className = 'preview';
  box.id = 'preview';
  box.setAttribute('role', 'tooltip');
  box.hidden = true;
  document.querySelector('main').append(box);

  const pages = new Map();
  let link = null;
  let timer = 0;

  function page(address) {
    if (!pages.has(address)) {
      const fetched = fetch(address).then((answer) => answer.ok ? answer.text() : '');
      pages.set(address, fetched.then((text) => new DOMParser().parseFromString(text, 'text/html')));
    }
    return pages.get(address);
  }

  /* The target's copy: of a section its heading and first paragraph, otherwise all of it. */
  function copy(target, address) {
    const parts = [target];
    if (/^H[1-6]$/.test(target.tagName)) {
      let next = target.nextElementSibling;
      while (next && next.tagName !== 'P' && !/^H[1-6]$/.test(next.tagName)) next = next.nextElementSibling;
      if (next?.tagName === 'P') parts.push(next);
    }
    const copies = parts.map((part) => document.importNode(part, true));
    for (const part of copies) {
      for (const unwanted of part.querySelectorAll('button, .anchor, details, [role="status"]')) unwanted.remove();
      for (const element of [part, ...part.querySelectorAll('*')]) {
        for (const name of ['id', 'tabindex', 'role', 'aria-label']) element.removeAttribute(name);
        if (element.tagName === 'A') element.removeAttribute('href');
        if (element.tagName === 'IMG') {
          element.loading = 'eager';
          element.src = new URL(element.getAttribute('src'), address);
        }
      }
    }
    return copies;
  }

  function place() {
    const at = link.getClientRects()[0];
    const size = box.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left), innerWidth - size.width - 8);
    const above = at.top - size.height - 6;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(above > 60 ? above : at.bottom + 6) + scrollY}px`;
  }

  async function open(wanted) {
    const address = new URL(wanted.href);
    const id = decodeURIComponent(address.hash.slice(1));
    const here = address.pathname === location.pathname;
    if (!here && location.protocol === 'file:') return;
    let target = null;
    try {
      target = (here ? document : await page(address.pathname)).getElementById(id);
    } catch { /* without a network there is no preview, and the link still works */ }
    if (link !== wanted || !target) return;
    box.replaceChildren(...copy(target, address));
    box.hidden = false;
    wanted.setAttribute('aria-describedby', box.id);
    place();
  }

  function close() {
    clearTimeout(timer);
    link?.removeAttribute('aria-describedby');
    link = null;
    box.hidden = true;
  }

  function soon(wanted) {
    if (link === wanted) {
      clearTimeout(timer);
      if (!box.hidden) return;
    } else close();
    link = wanted;
    timer = setTimeout(open, DELAY, wanted);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(close, DELAY);
  }

  for (const wanted of document.querySelectorAll('article a.crossref, article a[role="doc-biblioref"]')) {
    wanted.addEventListener('pointerenter', (event) => { if (event.pointerType !== 'touch') soon(wanted); });
    wanted.addEventListener('pointerleave', later);
    wanted.addEventListener('focus', () => { if (wanted.matches(':focus-visible')) soon(wanted); });
    wanted.addEventListener('blur', close);
  }
  box.addEventListener('pointerenter', () => clearTimeout(timer));
  box.addEventListener('pointerleave', later);
  addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
}

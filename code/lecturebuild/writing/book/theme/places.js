/* Where the reader is: marks the current section in the contents, and lets the keyboard reach what
   scrolls sideways, as long as it does. Closes the gaps behind roots. */
'use strict';
{
  const links = new Map();
  for (const link of document.querySelectorAll('.contents .beside a[href^="#"]')) {
    links.set(decodeURIComponent(link.hash.slice(1)), link);
  }
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  let current = null;

  function mark() {
    const line = innerHeight / 4;
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < line);
    const link = links.get((passed.at(-1) ?? headings[0])?.id);
    if (link === current) return;
    current?.removeAttribute('aria-current');
    link?.setAttribute('aria-current', 'true');
    current = link;
  }

  let waiting = false;
  addEventListener('scroll', () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, {passive: true});
  mark();

  const names = {PRE: 'Code', MATH: 'Formula', TABLE: 'Table'};
  const scrolling = document.querySelectorAll('article pre, article .table-wrap, article .cell-output, article .formula, article math.long');

  function reach([element, scrolls]) {
    if (scrolls === element.hasAttribute('tabindex')) return;
    if (scrolls) {
      const inside = element.matches('.table-wrap, .cell-output:has(table)') ? 'TABLE' : element.matches('.formula') ? 'MATH' : 'PRE';
      element.setAttribute('tabindex', '0');
      if (element.matches('math')) return;  // has its own role
      element.setAttribute('role', 'group');  // a region would be one more landmark
      element.setAttribute('aria-label', `${names[inside]}, ${'wider than the page'}`);
    } else {
      for (const name of ['tabindex', 'role', 'aria-label']) element.removeAttribute(name);
    }
  }

  // All are measured before any is changed: after a change the next would be laid out for its measure.
  const measured = ({target}) => [target, target.scrollWidth > target.clientWidth + 1];
  const observer = new ResizeObserver((entries) => entries.map(measured).forEach(reach));
  scrolling.forEach((element) => observer.observe(element));

  /* Chromium gives every root the width that its largest sign would need: what is left is taken back. */
  document.fonts.ready.then(() => {
    const roots = [...document.querySelectorAll('article msqrt')];
    const left = roots.map((root) => root.getBoundingClientRect().right - root.lastElementChild.getBoundingClientRect().right);
    roots.forEach((root, number) => { root.style.marginRight = `${-left[number]}px`; });
  });
}

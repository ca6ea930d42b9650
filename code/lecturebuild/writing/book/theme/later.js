/* What lies below the first screen is laid out a few blocks at a time, whenever the browser has
   nothing else to do: a chapter's thousand formulas at once would hold up a phone.

   Until its turn a block has the class "later", and is laid out only if it comes near the screen; in
   the end none has it. Loaded before the text, so that no block is laid out too early. Who comes to a
   place on the page, or back to it, gets all at once, since the heights above must be right; and so
   do browsers that would not hold the text in its place while they change. */
'use strict';
{
  const FIRST = 12;  // blocks that are laid out at once
  const SLICE = 4;  // milliseconds at a time; a phone needs longer for the last block
  const waiting = [];

  function mark() {
    const article = document.querySelector('article');
    let block = waiting.length ? waiting.at(-1).nextElementSibling : article?.children[FIRST];
    for (; block; block = block.nextElementSibling) {
      block.classList.add('later');
      waiting.push(block);
    }
  }

  function layOut(milliseconds) {
    const end = performance.now() + milliseconds;
    while (waiting.length && performance.now() < end) {
      const block = waiting.shift();
      block.classList.remove('later');
      block.getBoundingClientRect();  // now
    }
  }

  /* A typeface that arrives has the text with it laid out anew: better before there is much. */
  async function soon() {
    await document.fonts.ready;
    requestIdleCallback(() => {
      layOut(SLICE);
      if (waiting.length) soon();
    });
  }

  const [arrival] = performance.getEntriesByType('navigation');
  const able = window.requestIdleCallback && CSS.supports('overflow-anchor', 'auto');
  if (able && arrival?.type === 'navigate' && !location.hash) {
    const parsed = new MutationObserver(mark);
    parsed.observe(document, {childList: true, subtree: true});
    addEventListener('DOMContentLoaded', () => { mark(); parsed.disconnect(); });
    addEventListener('load', soon);
    // Who presses a key may be about to search the page, or to go to its end.
    addEventListener('keydown', () => layOut(Infinity), {once: true});
    // Who follows a link of the page comes to a place at which Firefox would not keep the text.
    addEventListener('click', (event) => { if (event.target.closest('a[href^="#"]')) layOut(Infinity); }, true);
  }
}

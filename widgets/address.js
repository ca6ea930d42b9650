/*
A widget's set-up in the page's address, behind the question mark. An address can be mistyped, or come
from anybody: what is not one of the choices, or no number in its range, is as if it were not there.
*/
"use strict";

var nnlecture = nnlecture || {};

nnlecture.address = (() => {
  /* What is asked for: the parameters of the page's address, or of a link's. */
  const parameters = (address = location.search) => new URLSearchParams(address);

  const choice = (text, choices, otherwise) => (choices.includes(text) ? text : otherwise);

  /* A number between two bounds; a decimal comma will do. */
  function number(text, least, most, otherwise) {
    const value = Number(String(text ?? "").trim().replace(",", ".") || NaN);
    return value >= least && value <= most ? value : otherwise;
  }

  const integer = (text, least, most, otherwise) => {
    const value = number(text, least, most, otherwise);
    return Number.isInteger(value) ? value : otherwise;
  };

  /* The whole address of the page with these parameters, leading to an element with this id. */
  function link(values, id) {
    const pairs = Object.entries(values).map(
      ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3B", ";")}`,
    );
    return `${location.href.replace(/[?#].*/s, "")}?${pairs.join("&")}#${id}`;
  }

  /* Put it into the address bar, without loading anything; browsers may refuse for a file. */
  function show(address) {
    try {
      history.replaceState(null, "", address);
    } catch {
      // The address bar stays as it was; the link can be copied all the same.
    }
  }

  /* Copy a link; tell in words what became of it. */
  async function copy(address) {
    try {
      await navigator.clipboard.writeText(address);
      return "The link was copied.";
    } catch {
      return "The browser did not let the link be copied: it is in the address bar.";
    }
  }

  /* Links on the page itself that lead to the widget with a set-up: have it set up at once, without
  loading the page anew. */
  function follow(id, setUp) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.(`a[href*="?"][href$="#${id}"]`);
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      const address = new URL(link.href);
      if (address.pathname !== location.pathname) return;
      event.preventDefault();
      show(link.href);
      setUp(parameters(address.search));
      const root = document.getElementById(id);
      root.scrollIntoView();
      root.focus({ preventScroll: true });
    });
  }

  return { parameters, choice, number, integer, link, show, copy, follow };
})();

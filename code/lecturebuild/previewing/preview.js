// Reloads the page after a build, where the reader was, and shows why a build failed.
// Served by `lecture preview` alone; the book itself does not have it.
// It has a scope of its own, since the page's scripts have names, too.

(() => {
  const build = document.currentScript.dataset.build;
  const PLACE = "lecture-preview-place";

  /** The last element with an id above the window's top, and how far above it stands. */
  function place() {
    let found = null;
    for (const element of document.querySelectorAll("main [id]")) {
      if (!element.getClientRects().length) continue; // hidden: it stands nowhere
      const top = element.getBoundingClientRect().top;
      if (top <= 1 && (!found || top >= found.top)) found = { id: element.id, top };
    }
    return { path: location.pathname, scroll: scrollY, ...found };
  }

  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
    sessionStorage.removeItem(PLACE);
    if (!kept || kept.path !== location.pathname) return;
    const element = kept.id && document.getElementById(kept.id);
    const top = element ? scrollY + element.getBoundingClientRect().top - kept.top : kept.scroll;
    scrollTo({ top, behavior: "instant" });
  }

  function reload() {
    sessionStorage.setItem(PLACE, JSON.stringify(place()));
    history.scrollRestoration = "manual";
    location.reload();
  }

  function show(message) {
    document.getElementById("lecture-error")?.remove();
    if (!message) return;
    const box = document.createElement("div");
    box.id = "lecture-error";
    box.setAttribute("role", "alert");
    const title = document.createElement("h2");
    title.textContent = "This change is not shown yet: the lecture cannot be rendered";
    const text = document.createElement("pre");
    text.textContent = message;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Hide";
    button.addEventListener("click", () => box.remove());
    box.append(title, text, button);
    document.body.append(box);
  }

  // Fonts and pictures move what stands below them.
  if (document.readyState === "complete") restore();
  else addEventListener("load", restore);

  const events = new EventSource("/_lecture/events");
  events.addEventListener("message", (event) => {
    const news = JSON.parse(event.data);
    if (news.build !== build) reload();
    else show(news.error);
  });
  addEventListener("pagehide", () => events.close());
})();

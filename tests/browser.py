"""A rendered book on a local server, and Chromium looking at it."""

import functools
import gzip
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, sync_playwright

SUB_PATH = "/teaching/lecture/"
WIDE, PHONE = (1440, 900), (390, 844)
SCREENSHOTS = Path(__file__).parents[1] / "_test_results" / "site"
TEXT = {".html", ".css", ".js", ".svg", ".json", ".py"}
HEAVIEST = (600, 250)
"""Kilobytes of a chapter's page with all it needs, uncompressed and compressed."""
LISTS = ("chapters/figure-sources.html",)
"""Pages that show the figures of all chapters, each when the reader comes to it."""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder under a sub-path, texts compressed, as a web server does."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        file = Path(self.translate_path(path))
        if not path.startswith(SUB_PATH) or not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(file))
        if file.suffix in TEXT and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix(SUB_PATH.rstrip("/")))

    def log_message(self, *arguments: object) -> None:
        """Say nothing of requests."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *arguments: object) -> None:
        """Say nothing of a browser that has gone away."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder under a sub-path; give its address."""
    server = _Server(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, or Chrome."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, address: str, size=WIDE, scheme="light") -> Iterator[Page]:
    """Open a page in a fresh window; fail if it complains or asks another host for anything."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(20000)
    page = context.new_page()
    complaints = watch(page, address)
    page.goto(address)
    try:
        yield page
        assert not complaints, complaints
    finally:
        context.close()


def watch(page: Page, address: str) -> list[str]:
    """Return a list to which the page's errors and requests to other hosts will be added."""
    complaints: list[str] = []
    own = address[: address.index(SUB_PATH) + len(SUB_PATH)] if SUB_PATH in address else "file:"

    def request(asked) -> None:
        if not asked.url.startswith((own, "data:", "blob:")):
            complaints.append(f"asks for {asked.url}")

    page.on("request", request)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page.on(
        "response",
        lambda answer: (
            complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    return complaints


def slow(page: Page) -> None:
    """Let a page load as slowly as Lighthouse takes a phone's network to be."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    speed = {"offline": False, "latency": 150}
    speed |= {"downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
    session.send("Network.emulateNetworkConditions", speed)


def settle(page: Page) -> None:
    """Wait until all of a page is loaded and laid out, also what lies far below."""
    page.wait_for_load_state("networkidle")
    page.locator(".later").first.wait_for(state="detached")


def layout_shift(page: Page) -> float:
    """Return how much of a page's first view has moved since it began to load (CLS)."""
    page.wait_for_load_state("networkidle")
    return page.evaluate(
        """() => new Promise((done) => {
            let sum = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) sum += entry.value;
            }).observe({type: 'layout-shift', buffered: true});
            setTimeout(() => done(sum), 300);
        })"""
    )


def weigh(browser: Browser, address: str) -> tuple[float, float]:
    """Return the kilobytes of a page with all that it loads, uncompressed and as sent."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address)
    for image in page.locator("img").all():
        image.evaluate("one => { one.loading = 'eager'; return one.decode(); }")
    page.wait_for_load_state("networkidle")
    plain = sum(len(answer.body()) for answer in answers)
    sent = sum(int(answer.headers["content-length"]) for answer in answers)
    context.close()
    return plain / 1000, sent / 1000


def too_heavy(name: str, weight: tuple[float, float]) -> bool:
    """Tell whether a page needs more than a page should."""
    return name not in LISTS and any(
        found > most for found, most in zip(weight, HEAVIEST, strict=True)
    )


def axe(page: Page) -> list[str]:
    """Return what axe-core has against a page, WCAG 2.2 AA and its best practices."""
    options = {"runOnly": WCAG, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def too_wide(page: Page) -> list[str]:
    """Return the elements that make a page scroll sideways."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.body.querySelectorAll('*')]
                .filter((element) => element.getBoundingClientRect().right > width + 1)
                .map((element) => element.outerHTML.slice(0, 120));
        }"""
    )


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the window among the test results."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def pages_of(folder: Path) -> list[str]:
    """Return the addresses of a book's pages, relative to its folder."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.html"))

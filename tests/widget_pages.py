"""Pages with the book's widgets, opened in a real browser."""

import functools
import http.server
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDGETS = Path(__file__).parents[1] / "widgets"
SECURITY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:"
"""As strict as the book's own rule for what a page may load."""


def write(folder, name, html):
    """Write a page with some HTML in it, and the widgets' files, into a folder; return that."""
    shutil.copytree(WIDGETS, folder / "widgets")
    page = folder / name
    page.parent.mkdir(parents=True)
    page.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{SECURITY}">'
        f'<link rel="icon" href="data:,"></head><body>{html}</body></html>',
        encoding="utf-8",
    )
    return folder


@contextmanager
def served(folder):
    """Serve a folder; give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def chromium():
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opener(browser):
    """Give a function that opens a page; at the end, nothing may have gone wrong in any."""
    pages, complaints = [], []

    def open_page(address, **options):
        page = browser.new_page(**options)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []

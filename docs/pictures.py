"""Take the README's pictures from the rendered lecture: a frame of the deck and a page of the book.

Run by `make pictures`.
"""

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
BOOK = DOCS.parent / "_book"
TITLE = "ReLU does not saturate"


def frame() -> None:
    """Save the frame with the title."""
    deck = BOOK / "slides" / "neural-networks.pdf"
    text = subprocess.run(["pdftotext", deck, "-"], capture_output=True, text=True, check=True)
    number = next(n for n, page in enumerate(text.stdout.split("\f"), 1) if TITLE in page)
    first_last = ["-f", str(number), "-l", str(number)]
    command = ["pdftoppm", "-png", "-r", "110", "-singlefile", *first_last, deck, DOCS / "frame"]
    subprocess.run(command, check=True)


def page() -> None:
    """Save a window of the book with the section of the same title."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        view = chromium.new_page(viewport={"width": 1120, "height": 640})
        view.goto((BOOK / "chapters" / "deep-networks.html").as_uri())
        view.locator("h2", has_text=TITLE).scroll_into_view_if_needed()
        view.evaluate("document.querySelector('#sec-relu').scrollIntoView()")
        view.wait_for_timeout(1000)
        view.screenshot(path=DOCS / "page.png")
        chromium.close()


if __name__ == "__main__":
    frame()
    page()

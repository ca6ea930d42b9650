"""Lighthouse's scores, HTML errors and weight of every page of the rendered book.

Run by `make audit`. Needs Node.js; Lighthouse and html-validate are fetched by npx. Any page named
on the command line is looked at alone.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from browser import WIDE, chromium, pages_of, serve

BOOK = Path(__file__).parents[1] / "_book"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LIGHTHOUSE = "lighthouse@12"
VALIDATE = "html-validate@10"
LIMITS = (600, 250)
"""Kilobytes of a chapter's page with all it needs, uncompressed and compressed."""
LISTS = ("chapters/figure-sources.html",)
"""Pages that show the figures of all chapters, each when the reader comes to it."""
# Pandoc writes void elements with a slash and prefers entities; both are valid HTML.
RULES = {
    "extends": ["html-validate:standard"],
    "rules": {"void-style": "off", "long-title": "off", "require-sri": "off"},
}


def weigh(address: str, names: list[str]) -> dict[str, tuple[float, float]]:
    """Return the kilobytes of each page with all it loads, uncompressed and as sent."""
    weights = {}
    with chromium() as browser:
        for name in names:
            context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
            page = context.new_page()
            answers = []
            page.on("response", lambda answer, to=answers: to.append(answer))
            page.goto(address + name)
            for image in page.locator("img").all():
                image.evaluate("one => { one.loading = 'eager'; return one.decode(); }")
            page.wait_for_load_state("networkidle")
            plain = sum(len(answer.body()) for answer in answers)
            sent = sum(int(answer.headers["content-length"]) for answer in answers)
            weights[name] = plain / 1000, sent / 1000
            context.close()
    return weights


def scores(address: str, folder: Path) -> tuple[list[int], list[str]]:
    """Return a page's scores and the titles of the audits that cost it some."""
    report = folder / "lighthouse.json"
    browser = shutil.which("chromium") or shutil.which("google-chrome") or ""
    command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"]
    flags = ["--chrome-flags=--headless=new --no-sandbox", f"--output-path={report}"]
    choice = f"--only-categories={','.join(CATEGORIES)}"
    subprocess.run(
        [*command, *flags, choice], env=os.environ | {"CHROME_PATH": browser}, check=True
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    categories = [found["categories"][name] for name in CATEGORIES]
    weighty = {one["id"] for group in categories for one in group["auditRefs"] if one["weight"]}
    lost = [
        f"{audit['title']} {audit.get('displayValue', '')}"
        for name, audit in found["audits"].items()
        if name in weighty and audit["score"] is not None and audit["score"] < 0.9
    ]
    return [round(100 * (category["score"] or 0)) for category in categories], lost


def validate(names: list[str], folder: Path) -> int:
    """Print what html-validate says of the pages; return its exit code."""
    rules = folder / "htmlvalidate.json"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    files = [str(BOOK / name) for name in names]
    return subprocess.run(["npx", "--yes", VALIDATE, f"--config={rules}", *files]).returncode


def main(names: list[str]) -> int:
    """Print the table; return 1 if a page misses a limit."""
    folder = BOOK.parent / "_test_results"
    folder.mkdir(exist_ok=True)
    names = names or pages_of(BOOK)
    missed = validate(names, folder) != 0
    print(f"{'page':42}{'kB':>6}{'gz':>6}  " + "  ".join(CATEGORIES))
    with serve(BOOK) as address:
        weights = weigh(address, names)
        for name in names:
            values, lost = scores(address + name, folder)
            plain, sent = weights[name]
            columns = "  ".join(f"{v:>{len(c)}}" for v, c in zip(values, CATEGORIES, strict=True))
            print(f"{name:42}{plain:6.0f}{sent:6.0f}  {columns}", flush=True)
            for reason in lost:
                print(f"    {reason}")
            heavy = plain > LIMITS[0] or sent > LIMITS[1]
            missed |= min(values) < 98 or (heavy and name not in LISTS)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

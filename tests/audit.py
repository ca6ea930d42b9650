"""Lighthouse's scores, layout shift, HTML errors and weight of every page of the rendered book.

Run by `make audit`. Needs Node.js; Lighthouse and html-validate are fetched by npx. Any page named
on the command line is looked at alone.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from browser import PHONE, WIDE, chromium, layout_shift, pages_of, serve, slow, too_heavy, weigh

BOOK = Path(__file__).parents[1] / "_book"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
SHORT = ("perf", "a11y", "best", "seo")
FORMS = {"phone": [], "desktop": ["--preset=desktop"]}
"""Lighthouse's own choices of screen, network and processor."""
LIGHTHOUSE = "lighthouse@12"
VALIDATE = "html-validate@10"
LARGEST_SHIFT = 0.02
# Pandoc writes void elements with a slash and prefers entities; both are valid HTML.
RULES = {
    "extends": ["html-validate:standard"],
    "rules": {"void-style": "off", "long-title": "off", "require-sri": "off"},
}


def shifts(address: str, names: list[str]) -> dict[str, float]:
    """Return how much of each page moves on a slow network, on a phone or a wide screen at most."""
    found = dict.fromkeys(names, 0.0)
    with chromium() as browser:
        for name in names:
            for width, height in (PHONE, WIDE):
                context = browser.new_context(viewport={"width": width, "height": height})
                page = context.new_page()
                slow(page)
                page.goto(address + name)
                found[name] = max(found[name], layout_shift(page))
                context.close()
    return found


def scores(address: str, form: str, folder: Path) -> tuple[list[int], float, list[str]]:
    """Return a page's scores, its layout shift and the titles of the audits that cost it some."""
    report = folder / "lighthouse.json"
    browser = shutil.which("chromium") or shutil.which("google-chrome") or ""
    command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"]
    flags = ["--chrome-flags=--headless=new --no-sandbox", f"--output-path={report}"]
    choice = f"--only-categories={','.join(CATEGORIES)}"
    subprocess.run(
        [*command, *flags, choice, *FORMS[form]],
        env=os.environ | {"CHROME_PATH": browser},
        check=True,
    )
    found = json.loads(report.read_text(encoding="utf-8"))
    categories = [found["categories"][name] for name in CATEGORIES]
    weighty = {one["id"] for group in categories for one in group["auditRefs"] if one["weight"]}
    lost = [
        f"{audit['title']} {audit.get('displayValue', '')}"
        for name, audit in found["audits"].items()
        if name in weighty and audit["score"] is not None and audit["score"] < 0.9
    ]
    shift = found["audits"]["cumulative-layout-shift"]["numericValue"]
    return [round(100 * (category["score"] or 0)) for category in categories], shift, lost


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
    titles = "  ".join(f"{form:>25}  CLS" for form in FORMS)
    print(f"{'page':42}{'kB':>6}{'gz':>5}{'slow CLS':>10}{titles}")
    print(
        " " * 63 + "  ".join("  ".join(f"{short:>4}" for short in SHORT) + "     " for _ in FORMS)
    )
    with serve(BOOK) as address:
        with chromium() as browser:
            weights = {name: weigh(browser, address + name) for name in names}
        slowly = shifts(address, names)
        for name in names:
            plain, sent = weights[name]
            print(f"{name:42}{plain:6.0f}{sent:5.0f}{slowly[name]:10.3f}", end="")
            reasons = []
            for form in FORMS:
                values, shift, lost = scores(address + name, form, folder)
                columns = "  ".join(f"{value:4}" for value in values)
                print(f"{columns:>25}{shift:6.3f}", end="", flush=True)
                reasons += [f"    {form}: {reason}" for reason in lost]
                missed |= min(values) < 98 or shift >= LARGEST_SHIFT
            print("", *reasons, sep="\n" if reasons else "", flush=True)
            missed |= too_heavy(name, weights[name]) or slowly[name] >= LARGEST_SHIFT
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

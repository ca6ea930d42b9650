"""Index the book's pages for Pagefind, with which a reader searches without any server."""

import re
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from pagefind_bin import get_executable

from lecturebuild.running import process
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.store import File, Step

FOLDER = "pagefind"
# Parts of Pagefind's own dialogs; the theme brings its own.
UNUSED = ("component-ui", "highlight", "modular-ui", "ui")
# The TeX source of a formula is not to be read, and figures' sources are not the lecture's text.
EXCLUDED = "annotation, .figure-source, .code-fold, .anchor"
TEXT = re.compile(r"^.*?(<html[^>]*>).*?(<article>.*</article>).*$", re.S)


def search_step(pages: dict[str, Step]) -> Step:
    """Return the step that makes the search index of the book's pages, by their places in it."""
    return Step("search", FOLDER, _write_index, {"pages": pages}, read=attrgetter("files"))


def _write_index(folder: Path, pages: dict[str, File]) -> None:
    with TemporaryDirectory(prefix="lecture-") as temporary:
        for href, file in pages.items():
            copy = Path(temporary) / href
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = file.path.read_text(encoding="utf-8")
            copy.write_text(TEXT.sub(r"\1<body>\2", text), encoding="utf-8")
        options = [
            "--quiet",
            "--keep-index-url",
            "--root-selector=article",
            f"--exclude-selectors={EXCLUDED}",
            f"--site={temporary}",
            f"--output-path={folder}",
        ]
        command = [str(get_executable()), *options]
        ended = process.run(command, "Pagefind, which indexes the book,")
    if ended.returncode != 0:
        raise LectureError(f"Pagefind cannot index the book: {ended.stderr.strip()}")
    for name in UNUSED:
        for unused in folder.glob(f"pagefind-{name}.*"):
            unused.unlink()

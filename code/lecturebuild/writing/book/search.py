"""Index the book's pages for Pagefind, with which a reader searches without any server."""

import hashlib
import re
import shutil
from pathlib import Path

from pagefind_bin import get_executable

from lecturebuild.running import process
from lecturebuild.steps.errors import LectureError

FOLDER = "pagefind"
# Parts of Pagefind's own dialogs; the theme brings its own.
UNUSED = ("component-ui", "highlight", "modular-ui", "ui")
# The TeX source of a formula is not to be read, and figures' sources are not the lecture's text.
EXCLUDED = "annotation, .figure-source, .code-fold, .anchor"
TEXT = re.compile(r"^.*?(<html[^>]*>).*?(<article>.*</article>).*$", re.S)


def index(pages: dict[str, Path], build: Path) -> dict[str, Path]:
    """Return the files of the search index by their place in the book.

    Only the text of the pages is indexed, and only when it changed.

    Parameters
    ----------
    pages : dict
        The book's pages by their place in it.
    build : Path
        The build folder, in which the index is kept.
    """
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for href, file in pages.items():
        digest.update(f"{href}\n{file.name}\n".encode())
    folder = build / "search" / digest.hexdigest()[:16]
    if not folder.is_dir():
        shutil.rmtree(build / "search", ignore_errors=True)
        _run(pages, build / "search")
        (build / "search" / "new").rename(folder)
    return {
        f"{FOLDER}/{file.relative_to(folder).as_posix()}": file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _run(pages: dict[str, Path], folder: Path) -> None:
    for href, file in pages.items():
        copy = folder / "pages" / href
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(TEXT.sub(r"\1<body>\2", file.read_text(encoding="utf-8")), encoding="utf-8")
    options = [
        "--quiet",
        "--keep-index-url",
        "--root-selector=article",
        f"--exclude-selectors={EXCLUDED}",
    ]
    places = [f"--site={folder / 'pages'}", f"--output-path={folder / 'new'}"]
    command = [str(get_executable()), *options, *places]
    ended = process.run(command, "Pagefind, which indexes the book,")
    if ended.returncode != 0:
        raise LectureError(f"Pagefind cannot index the book: {ended.stderr.strip()}")
    for name in UNUSED:
        for unused in (folder / "new").glob(f"pagefind-{name}.*"):
            unused.unlink()

"""Put what was made in place: the book in one step, so that there is a whole one at any moment."""

import ctypes
import errno
import json
import os
import re
import shutil
import sys
from contextlib import suppress
from functools import partial
from operator import attrgetter
from pathlib import Path

from lecturebuild.reading.project import Project
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import MARK, digest, discard, pack, read_json
from lecturebuild.steps.store import File, Step

Site = dict[str, File]
"""Files by their places in the book."""

DEFAULT = "_book"
"""The folder that Quarto writes a book into as well."""


def file_of(path: Path) -> File:
    """Return a file of the project, as it is now, for the book."""
    return File(path, digest(path))


def archive_step(name: str, site: Step) -> Step:
    """Return the step that packs a whole site into one file, `name`."""
    return Step("archives", name, partial(_pack, name), {"site": site}, read=attrgetter("only"))


def _pack(name: str, folder: Path, site: Site) -> None:
    """Write all files of a site into one; pages in it do not offer the archive itself."""
    link = re.compile(rb'<a\b[^>]*href="[^"]*%s"[^>]*>.*?</a>' % re.escape(name.encode()))
    files: dict[str, Path | bytes] = {}
    for place, file in sorted(site.items()):
        is_page = place.endswith(".html")
        shown = link.sub(b"", file.path.read_bytes()) if is_page else file.path
        files[f"{Path(name).stem}/{place}"] = shown
    pack(folder / name, files)


def recover(output: Path) -> None:
    """Put the old book back if a build was killed before the new one was in its place.

    Raises
    ------
    LectureError
        A folder is in the way that no build has made.
    """
    new, old = _beside(output)
    for folder in (new, old):
        if folder.is_symlink() or (folder.exists() and not _is_book(folder)):
            message = "is where a new book is put for a moment, and holds something else; move it "
            raise LectureError(f"{message}away, or choose another 'output-dir'", folder.name)
    if not output.exists() and old.is_dir():
        old.rename(output)
    _remove(new)
    _remove(old)


def _remove(book: Path) -> None:
    """Delete a book if it is there, its mark last: what a kill leaves of it is known for ours."""
    if book.is_dir():
        (book / MARK).touch()
        for each in book.iterdir():
            if each.name != MARK:
                discard(each)
        discard(book)


def _is_book(folder: Path) -> bool:
    """Say whether all in a folder was put there by a build, of ours or of Quarto's."""
    if not folder.is_dir():
        return False
    return (folder / MARK).is_file() or _is_quartos(folder) or not any(folder.iterdir())


def _is_quartos(folder: Path) -> bool:
    return (folder / "site_libs").is_dir() or (folder / "search.json").is_file()


def check_place(project: Project) -> None:
    """Raise an error if the folder of the book holds anything that no build of ours put there."""
    output = project.output
    if not output.is_dir() or not any(output.iterdir()):
        return
    name = output.relative_to(project.root)
    known = read_json(output / MARK)
    if output == project.root / DEFAULT and _is_quartos(output):
        return  # Quarto rendered into the same folder since
    if known is None:
        message = "this folder is not empty and was not made by the renderer, which would replace "
        message += "all of it; move its files away, or choose another 'output-dir'"
        raise LectureError(message, name)
    for file in sorted(output.rglob("*")) if known is not None else ():
        place = file.relative_to(output).as_posix()
        if not file.is_dir() and place not in known and place != MARK:
            message = "was put into the book by hand and would be lost; move it away, or name it "
            raise LectureError(f"{message}under 'project: resources'", name / place)


def kept(project: Project, *names: str) -> Site:
    """Return those of a book's files that are there, to stay though they are not made now."""
    places = {name: project.output / name for name in names}
    return {name: file_of(file) for name, file in places.items() if file.is_file()}


def publish(project: Project, site: Site) -> None:
    """Put a new book in place of the old one, if it differs."""
    manifest = {place: file.digest for place, file in sorted(site.items())}
    output = project.output
    if read_json(output / MARK) == manifest and all(
        _same(output / place, file) for place, file in site.items()
    ):
        return
    check_place(project)
    new, old = _beside(output)
    recover(output)
    try:
        new.mkdir(parents=True)
        # First, so that it is known for ours whenever the build ends.
        (new / MARK).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        for place, file in site.items():
            (new / place).parent.mkdir(parents=True, exist_ok=True)
            _add(file, new / place, output / place)
        _put_in_place(new, output, old)
    except OSError as error:  # a full disk, say
        recover(output)
        if error.errno == errno.EBUSY:
            message = "cannot be replaced as a whole: it is the root of a file system, or in use; "
            message += "name a folder in it under 'project: output-dir'"
            raise LectureError(message, output.relative_to(project.root)) from None
        raise


def _put_in_place(new: Path, output: Path, old: Path) -> None:
    if not output.exists():
        new.rename(output)
    elif _exchange(new, output):
        _remove(new)
    else:
        output.rename(old)  # from here to the next line there is no book: see `recover`
        new.rename(output)
        _remove(old)


def _add(file: File, new: Path, old: Path) -> None:
    """Put a file into a new book: most are those of the old one, and to copy them takes longer."""
    if _as_copied(old, file):
        with suppress(OSError):  # a file system without links
            os.link(old, new)
            return
    shutil.copy2(file.path, new)


def _same(file: Path, made: File) -> bool:
    """Say whether a file of the book is the same as one that was made."""
    return _as_copied(file, made) or (not file.is_symlink() and digest(file) == made.digest)


def _as_copied(file: Path, made: File) -> bool:
    """Say whether a file of the book looks like a copy of one that was made."""
    state = attrgetter("st_size", "st_mtime_ns", "st_mode")
    try:
        return bool(state(file.lstat()) == state(made.path.stat()))
    except OSError:
        return False


def add(project: Project, site: Site) -> None:
    """Put files into the book, each in one step, and leave all others as they are."""
    mark = project.output / MARK
    project.output.mkdir(parents=True, exist_ok=True)
    ours = mark.is_file() or not any(project.output.iterdir())  # and not Quarto's
    known = read_json(mark) or {}

    def note() -> None:
        if ours:
            temporary = project.build / f"{MARK}.new"
            temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
            temporary.replace(mark)

    note()  # first, so that it is known for ours whenever the build ends
    for place, file in site.items():
        target = project.output / place
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = project.build / f"{target.name}.new"
        shutil.copy2(file.path, temporary)
        temporary.replace(target)
        known[place] = file.digest
    note()


def _beside(output: Path) -> tuple[Path, Path]:
    return output.with_name(f"{output.name}.new"), output.with_name(f"{output.name}.old")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        return bool(library.renameat2(here, names[0], here, names[1], exchange) == 0)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        swap = 2  # RENAME_SWAP
        return bool(library.renamex_np(*names, swap) == 0)
    return False

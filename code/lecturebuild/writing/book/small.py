"""Pictures of cells, made smaller for the web."""

import shutil
from operator import attrgetter
from pathlib import Path

from lecturebuild.steps.files import digest
from lecturebuild.steps.store import Step, code_of, previous, value
from lecturebuild.writing.book import svg
from lecturebuild.writing.pandoc import Woven


def pictures_step(page: Path, woven: Step) -> Step:
    """Return the step that makes the pictures of a page's cells smaller for the web."""
    found = {"pictures": value(_of_cells, woven=woven)}
    return Step("pictures", page.as_posix(), _write_lean, found, read=attrgetter("files"))


def _of_cells(woven: Woven) -> dict[str, Path]:
    return {name: file for name, file in woven.media.items() if file.suffix != ".pdf"}


def _write_lean(folder: Path, pictures: dict[str, Path]) -> None:
    # Names tell contents: what was made small by the same code need not be again.
    kept = previous(folder)
    code = {f"code {name}": digest(file) for name, file in code_of(_write_lean).items()}
    same = kept is not None and code.items() <= kept.record["inputs"].items()
    made = kept.files if kept and same else {}
    for name, picture in pictures.items():
        if picture.suffix != ".svg" or name in made:
            shutil.copyfile(made[name].path if name in made else picture, folder / name)
        else:
            small = svg.lean(picture.read_text(encoding="utf-8"))
            (folder / name).write_text(small, encoding="utf-8")

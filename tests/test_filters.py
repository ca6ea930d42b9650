"""Each filter, and the writer `labels`, turns filters/NAME.md into filters/NAME.FORMAT."""

import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lecturebuild.steps.programs import executable
from lecturebuild.writing import pandoc
from lecturebuild.writing.notebooks import derive as notebooks

FOLDER = Path(__file__).parent / "filters"
EXPECTED = sorted(file for file in FOLDER.iterdir() if file.suffix in (".html", ".beamer"))


def convert(name, *arguments, filters=(), told=None):
    """Return what Pandoc makes of an example; NAME.told.json has what our filters are told."""
    file = FOLDER / f"{told or name}.told.json"
    content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    with TemporaryDirectory() as folder:
        made = pandoc.together(map(str, filters), content, Path(folder))
        return run(name, *arguments, *(f"--lua-filter={each}" for each in made))


def run(name, *arguments):
    command = [executable(), "--from=markdown", "--mathml", "--wrap=none", *arguments]
    run = subprocess.run(
        [*command, f"{name}.md"],
        cwd=FOLDER,
        env=os.environ | {"QUARTO_PROJECT_DIR": str(FOLDER)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert run.stderr == ""
    return run.stdout


@pytest.mark.parametrize("file", EXPECTED, ids=lambda file: file.name)
def test_filter_gives_what_stands_beside_its_example(file):
    filters = [pandoc.FILTERS / f"{file.stem}.lua"]
    result = convert(file.stem, f"--to={file.suffix[1:]}", filters=filters)
    assert result == file.read_text(encoding="utf-8")


def test_text_of_a_notebook_is_plain_markdown():
    filters = [pandoc.FILTERS / "notebook.lua"] * 2
    to = f"--to={notebooks.WRITER}"
    result = convert("notebook", to, filters=filters, told="crossref")
    assert result == (FOLDER / "notebook.commonmark").read_text(encoding="utf-8")


def test_labels_are_listed():
    result = json.loads(convert("labels", f"--to={pandoc.FILTERS / 'labels.lua'}"))
    assert result == json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))


def test_every_filter_has_an_example():
    filters = {file.stem for file in pandoc.FILTERS.glob("*.lua")}
    assert filters == {file.stem for file in FOLDER.glob("*.md")}

"""Every notebook of the exercises runs from top to bottom where a student puts it.

That is a folder with nothing but what the exercise's page offers for download, and an environment
with the libraries and, of this project, the archive alone.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from exercises import ROOT, derive, exercises
from nbclient import NotebookClient

WHERE_FROM = """\
import pathlib, nnlecture
assert pathlib.Path(nnlecture.__file__).is_relative_to({target!r}), nnlecture.__file__
assert pathlib.Path.cwd() == pathlib.Path({folder!r})
"""
LOCAL_LINK = re.compile(r"\]\((?!\w+:)([^)]+)\)")


@pytest.fixture(scope="module")
def derived(tmp_path_factory):
    return derive(tmp_path_factory.mktemp("derived"))


@pytest.fixture(scope="module")
def installed(derived, tmp_path_factory):
    """The folder into which the archive is installed as a student would, but offline."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--target", target]
    subprocess.run([*pip, *offline, derived.archive], check=True)
    return target


def downloads(page):
    """Return the project's files that a page lists for download."""
    text = (ROOT / page).read_text(encoding="utf-8")
    lists = re.findall(r"^::: \{\.downloads\}\n(.*?)^:::$", text, re.M | re.S)
    links = [link for each in lists for link in LOCAL_LINK.findall(each)]
    return [(ROOT / page.parent / link).resolve() for link in links]


def run(file, folder, installed):
    """Execute a notebook as Jupyter does; the first cell that fails is an error."""
    notebook = nbformat.read(file, 4)
    check = WHERE_FROM.format(target=str(installed), folder=str(folder))
    notebook.cells.insert(0, nbformat.v4.new_code_cell(check))
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=os.environ | {"PYTHONPATH": str(installed)})
    return notebook


def work_folder(page, tmp_path):
    folder = tmp_path / "student"
    folder.mkdir()
    for file in downloads(page):
        shutil.copy(file, folder)
    return folder.resolve()


def marks(solution):
    return [
        pytest.param(
            page,
            [notebook.file for notebook in derived if notebook.solution == solution],
            marks=pytest.mark.xdist_group(f"{page.stem}-{solution}"),
            id=page.stem,
        )
        for page, derived in exercises().items()
    ]


@pytest.mark.parametrize("page, files", marks(solution=True))
def test_solutions_run(page, files, derived, installed, tmp_path):
    folder = work_folder(page, tmp_path)
    for file in files:
        notebook = run(derived.files[Path(file).stem], folder, installed)
        solved = [c for c in notebook.cells if "solution" in c.metadata.get("tags", [])]
        assert any(cell.outputs for cell in solved)


@pytest.mark.parametrize("page, files", marks(solution=False))
def test_given_cells_run(page, files, derived, installed, tmp_path):
    folder = work_folder(page, tmp_path)
    for file in files:
        notebook = run(derived.files[Path(file).stem], folder, installed)
        for cell in notebook.cells:
            assert cell.source != "# your code here" or cell.outputs == []

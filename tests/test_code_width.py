"""Code that a reader sees is at most 76 characters wide, so that no page cuts it at 1280 pixels."""

from pathlib import Path

import pytest

from lecturebuild.reading.project import read_project
from lecturebuild.reading.source import read_document

ROOT = Path(__file__).parents[1]
WIDEST = 76  # characters
PROJECT = read_project(ROOT)
HIDDEN = [("echo", False), ("include", False)]


@pytest.mark.parametrize("page", PROJECT.pages, ids=str)
def test_shown_code_is_narrow_enough_for_a_page(page):
    document = read_document(ROOT, page, tuple(PROJECT.pages), PROJECT.settings)
    wide = [
        line
        for cell in document.own_cells
        if not any(cell.options.get(name) is value for name, value in HIDDEN)
        for line in cell.code.splitlines()
        if len(line) > WIDEST
    ]
    assert wide == []

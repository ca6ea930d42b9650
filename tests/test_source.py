"""Reading a document keeps the file and the line of everything in it."""

from pathlib import Path

import pytest
from projects import write

from lecturebuild.reading.source import Cell, Line, read_document
from lecturebuild.reading.yamltext import Settings
from lecturebuild.steps.errors import LectureError


def read(root, files, page="a.qmd", pages=("a.qmd",), settings=None):
    write(root, files)
    listed = tuple(Path(name) for name in pages)
    return read_document(root, Path(page), listed, settings or Settings())


def places(document):
    return [f"{b.file}:{b.line}" for b in document.blocks if isinstance(b, Line) and b.text]


NESTED = {
    "a.qmd": "# A\n\n{{< include parts/b.qmd >}}\n\nend of a\n",
    "parts/b.qmd": "in b\n\n{{< include c.qmd >}}\n",
    "parts/c.qmd": "in c\n\n```{python}\n#| label: here\n#| echo: false\n1 + 1\n```\n",
}


def test_nested_includes_are_relative_to_the_including_file(tmp_path):
    document = read(tmp_path, NESTED)
    assert places(document) == ["a.qmd:1", "parts/b.qmd:1", "parts/c.qmd:1", "a.qmd:5"]


def test_cell_knows_where_it_stands(tmp_path):
    [cell] = read(tmp_path, NESTED).cells
    assert (cell.file, cell.line, cell.code_line) == (Path("parts/c.qmd"), 3, 6)
    assert (cell.page, cell.index, cell.label) == (Path("a.qmd"), 0, "here")
    assert cell.code == "1 + 1"


def test_cells_of_an_included_page_belong_to_that_page(tmp_path):
    cell = "```{python}\n1\n```\n"
    files = {
        "deck.qmd": f"{cell}\n{{{{< include a.qmd >}}}}\n\n{cell}",
        "a.qmd": f"{cell}\n{cell}",
    }
    document = read(tmp_path, files, page="deck.qmd")
    assert [(str(cell.page), cell.index) for cell in document.cells] == [
        ("deck.qmd", 0),
        ("a.qmd", 0),
        ("a.qmd", 1),
        ("deck.qmd", 1),
    ]
    assert len(document.own_cells) == 2


@pytest.mark.parametrize("name", ['"my part.qmd"', "'my part.qmd'"])
def test_name_with_a_space_is_quoted(tmp_path, name):
    document = read(tmp_path, {"a.qmd": f"{{{{< include {name} >}}}}\n", "my part.qmd": "inside\n"})
    assert places(document) == ["my part.qmd:1"]


@pytest.mark.parametrize("encode", [lambda text: text.replace("\n", "\r\n"), "\ufeff{}".format])
def test_windows_line_ends_and_byte_order_mark_change_nothing(tmp_path, encode):
    text = "---\nexecute:\n  echo: false\n---\n\n# A\n\n```{python}\n#| label: x\n1\n```\n"
    plain = read(tmp_path, {"a.qmd": text})
    other = read(tmp_path, {"a.qmd": encode(text)})
    assert other.blocks == plain.blocks
    assert other.cells[0].line == 8
    assert other.cells[0].options["echo"] is False


def test_line_separators_inside_a_line_do_not_shift_line_numbers(tmp_path):
    document = read(tmp_path, {"a.qmd": "a\u2028b\u2029c\n\n```{python}\n1\n```\n"})
    assert document.cells[0].line == 3


def test_indented_cell_loses_its_indentation(tmp_path):
    text = "- item\n\n    ```{python}\n    #| echo: false\n    if 1:\n        x = 2\n    ```\n"
    [cell] = read(tmp_path, {"a.qmd": text}).cells
    assert cell.code == "if 1:\n    x = 2"
    assert cell.options["echo"] is False
    assert cell.indent == "    "


VERBATIM = [
    "````\n```{python}\n1\n```\n````\n",
    "~~~\n```{python}\n~~~\n",
    "```{.python}\n1\n```\n",
    "```{=html}\n<b>\n```\n",
    "```inline``` code {{ }} \n",
    "`{{< include b.qmd >}}`\n",
]


@pytest.mark.parametrize("text", VERBATIM)
def test_code_that_is_shown_is_no_cell(tmp_path, text):
    document = read(tmp_path, {"a.qmd": text})
    assert document.cells == []
    assert all(isinstance(block, Line) for block in document.blocks)


def test_option_of_a_cell_wins_over_document_and_project(tmp_path):
    settings = Settings({"execute": {"echo": False, "warning": False, "error": True}})
    header = "---\nexecute:\n  warning: true\n  error: true\n---\n"
    text = f"{header}```{{python}}\n#| error: false\n1\n```\n"
    [cell] = read(tmp_path, {"a.qmd": text}, settings=settings).cells
    assert cell.options == {"echo": False, "warning": True, "error": False}


def test_empty_document_has_no_cells(tmp_path):
    assert read(tmp_path, {"a.qmd": ""}).cells == []


def test_document_included_by_two_pages_is_executed_in_each(tmp_path):
    files = {
        "a.qmd": "{{< include _set-up.qmd >}}\n",
        "b.qmd": "{{< include _set-up.qmd >}}\n",
        "_set-up.qmd": "```{python}\n1\n```\n",
    }
    owners = [
        read(tmp_path, files, page, ("a.qmd", "b.qmd")).own_cells[0].page
        for page in files
        if page[0] != "_"
    ]
    assert owners == [Path("a.qmd"), Path("b.qmd")]


def test_circle_of_includes_is_reported_in_full(tmp_path):
    files = {
        "a.qmd": "\n{{< include b.qmd >}}\n",
        "b.qmd": "{{< include c.qmd >}}\n",
        "c.qmd": "text\n\n{{< include b.qmd >}}\n",
    }
    with pytest.raises(LectureError) as error:
        read(tmp_path, files)
    assert str(error.value) == "c.qmd:3: includes itself: b.qmd → c.qmd → b.qmd"


def test_blocks_are_lines_and_cells_in_order(tmp_path):
    document = read(tmp_path, {"a.qmd": "one\n\n```{python}\n1\n```\ntwo"})
    kinds = [type(block) for block in document.blocks]
    assert kinds == [Line, Line, Cell, Line]

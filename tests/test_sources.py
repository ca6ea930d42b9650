"""Where a book says that its sources are, and which edition it is."""

import subprocess
from pathlib import Path

import pytest
from browser import PHONE, chromium, opened, serve
from projects import make, read_page, render, write

from lecturebuild.reading.project import read_project
from lecturebuild.writing.book import sources
from lecturebuild.writing.pandoc import FILTERS

PAGE = {"index.qmd": "# Welcome\n\nText.\n"}


def project(root, book="", files=()):
    make(root, PAGE)
    settings = (root / "_quarto.yml").read_text()
    write(root, {"_quarto.yml": settings.replace("book:\n", f"book:\n{book}"), **dict(files)})
    return read_project(root)


@pytest.mark.parametrize(
    "book, address",
    [
        ("", ""),
        ("  repo-url: https://github.com/a/b/\n", "https://github.com/a/b/blob/main/c/d.qmd"),
        ("  repo-url: https://gitlab.cern.ch/a\n", "https://gitlab.cern.ch/a/-/blob/main/c/d.qmd"),
        (
            "  repo-url: https://github.com/a/b\n  repo-branch: x\n",
            "https://github.com/a/b/blob/x/c/d.qmd",
        ),
    ],
)
def test_address_of_a_file_in_the_repository(tmp_path, book, address):
    read = project(tmp_path, book)
    assert sources.address(read, Path("c/d.qmd")) == address
    assert bool(sources.archive(read)) == (not book)


def test_sources_are_what_nothing_has_made(tmp_path):
    made = {"_book/x.html": "", "_build/y": "", ".venv/z": "", "code/__pycache__/a.pyc": ""}
    read = project(tmp_path, files={"code/a.py": "", "_environment": "", **made}.items())
    names = sorted(sources._sources(read, []))
    assert names == ["_environment", "_quarto.yml", "code/a.py", "index.qmd"]


def test_sources_are_what_git_knows(tmp_path):
    read = project(tmp_path, files={"private.txt": ""}.items())
    for command in (["init", "-q"], ["add", "index.qmd", "_quarto.yml"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    names = sorted(sources._sources(read, []))
    assert names == ["_quarto.yml", "index.qmd"]


@pytest.mark.parametrize("with_git", [False, True])
def test_no_book_is_among_the_sources(tmp_path, with_git):
    """Neither one of another 'output-dir' nor one that is kept in git: each holds the last one."""
    book = {f"docs/{name}": "" for name in (".lecture.json", "index.html", "book-source.zip")}
    read = project(tmp_path, files={**book, "_book/book-source.zip": "", "data/x.csv": ""}.items())
    for command in (["init", "-q"], ["add", "."]) if with_git else ():
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    names = sorted(sources._sources(read, []))
    assert names == ["_quarto.yml", "data/x.csv", "index.qmd"]


@pytest.mark.parametrize(
    "files, edition",
    [
        ({}, ""),
        ({"pyproject.toml": '[project]\nversion = "1.2"\n'}, "Version 1.2"),
        (
            {"CITATION.cff": "version: 3\ndate-released: 2024-02-05\n"},
            "Version 3, 5 February 2024",
        ),
    ],
)
def test_edition(tmp_path, monkeypatch, files, edition):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    read = project(tmp_path, files=files.items())
    assert sources.edition(read) == edition
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert sources.edition(read).endswith("2 January 1970")


def _cover_no_code(browser, address):
    """Check where the link to a cell stands: beside "Copy"; below the code for fingers."""
    with opened(browser, address + "index.html") as page:
        link, copy = (page.locator(one).first.bounding_box() for one in (".cell-source", ".copy"))
        assert link["y"] == copy["y"] and link["x"] + link["width"] < copy["x"]
    window = {"width": PHONE[0], "height": PHONE[1]}
    context = browser.new_context(viewport=window, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address + "index.html")
    link, code = (page.locator(one).first.bounding_box() for one in (".cell-source", "pre"))
    assert link["y"] >= code["y"] + code["height"]


def test_page_figure_and_cell_link_to_their_sources(tmp_path):
    shown = '#| echo: false\n#| label: fig-a\n#| fig-cap: A.\nfigure("a")'
    draw = "def draw():\n    return Figure(figsize=(1, 1))\n"
    files = {
        "index.qmd": "# W\n\n```{python}\nprint(1)\n```\n\n{{< include _part.qmd >}}\n",
        "_part.qmd": "\n```{python}\nfrom lecturebuild import figure\n```\n\n"
        f"```{{python}}\n{shown}\n```\n",
        "figures/a.py": f"from matplotlib.figure import Figure\n\n\n{draw}",
        "drawn.lua": (FILTERS / "figure-source.lua").read_text(),
    }
    project(tmp_path, "  repo-url: https://github.com/a/b\n")
    settings = (tmp_path / "_quarto.yml").read_text()
    write(tmp_path, {"_quarto.yml": f"{settings}filters: [drawn.lua]\n", **files})
    render(tmp_path)
    page = read_page(tmp_path, "index.html")
    blob = "https://github.com/a/b/blob/main/"
    cells = [link.get("href") for link in page.all("a", "cell-source")]
    assert cells == [f"{blob}index.qmd#L3", f"{blob}_part.qmd#L2"]
    with serve(tmp_path / "_book") as address, chromium() as browser:
        _cover_no_code(browser, address)
    links = {link.get("href") for link in page.all("a")}
    assert {f"{blob}index.qmd", f"{blob}figures/a.py"} <= links
    write(tmp_path, {"_quarto.yml": settings.replace("repo-url", "site-url")})
    render(tmp_path)
    page = (tmp_path / "_book" / "index.html").read_text()
    assert "cell-source" not in page and "data-source" not in page

"""LaTeX reads the preamble of a deck ahead, and what it makes is the same as without."""

import shutil
import time

import psutil
import pytest
from projects import deck_tex, lecture, make, read_pdf, render, snapshot, write

from lecturebuild.running.process import Limits
from lecturebuild.writing.deck import ahead
from lecturebuild.writing.deck.ahead import Ahead, Run

PAGE = "# One {#sec-one}\n\n## A frame\n\nText of @sec-one.\n"
LATEX = ["xelatex", "-no-pdf", "-interaction=nonstopmode", "-halt-on-error"]
PREAMBLE = r"\documentclass{article}\newwrite\seen\immediate\openout\seen=seen.txt"
DOCUMENT = "Text.\n\\end{document}\n"


def begin(folder, preamble=PREAMBLE):
    return Run(LATEX, folder / "_build" / "a" / "a.tex", preamble, folder, Limits(60), {})


def test_preamble_is_read_while_there_is_no_document(tmp_path):
    run = begin(tmp_path)
    while not run.tex.with_name("seen.txt").exists():
        time.sleep(0.01)
    assert run.end(DOCUMENT, tmp_path)
    assert (tmp_path / "a.xdv").is_file()
    assert not run.tex.parent.exists()


def test_document_that_is_there_at_once(tmp_path):
    assert begin(tmp_path).end(DOCUMENT, tmp_path)
    assert (tmp_path / "a.xdv").is_file()


def test_file_system_without_pipes(tmp_path, monkeypatch):
    def refuse(path):
        raise OSError("Operation not supported")

    monkeypatch.setattr(ahead.os, "mkfifo", refuse)
    assert begin(tmp_path).end(DOCUMENT, tmp_path)
    assert (tmp_path / "a.xdv").is_file()


def test_mistake_in_the_preamble(tmp_path):
    run = begin(tmp_path, r"\documentclass{article}\nothing")
    assert not run.end(DOCUMENT, tmp_path)
    assert "Undefined control sequence" in (tmp_path / "a.log").read_text()


def test_other_preamble_is_not_taken(tmp_path):
    waiting = Ahead()
    waiting.run = begin(tmp_path)
    assert waiting.take(PREAMBLE + "%") is None
    assert not running()


def test_same_preamble_is_taken(tmp_path):
    waiting = Ahead()
    waiting.run = run = begin(tmp_path)
    assert waiting.take(PREAMBLE) is run
    run.stop()
    assert not running()


def running():
    children = psutil.Process().children(recursive=True)
    return [child for child in children if child.name() == "xelatex"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = make(tmp_path_factory.mktemp("ahead") / "lecture", {"a.qmd": PAGE}, deck="*")
    write(
        root, {"slides/own.tex": "\\input{more}\n", "slides/more.tex": "\\newcommand{\\own}{One}"}
    )
    settings = (root / "slides/deck.qmd").read_text()
    header = settings.replace("    slide-level", "    include-in-header: own.tex\n    slide-level")
    write(root, {"slides/deck.qmd": header, "a.qmd": f"{PAGE}\n`\\own`{{=latex}}.\n"})
    render(root)
    return root


# A change of the text, of the preamble itself, and of a file that the preamble reads.
CHANGES = [
    ("a.qmd", "Text of", "Other text of", "Other text of"),
    ("slides/own.tex", "more}", "more}\\renewcommand{\\own}{Two}", "Two."),
    ("slides/more.tex", "One", "Three\\renewcommand{\\insertshorttitle}{x}", "Two."),
]


@pytest.mark.parametrize(("name", "old", "new", "shown"), CHANGES)
def test_deck_is_that_of_a_build_from_nothing(project, tmp_path, name, old, new, shown):
    text = (project / name).read_text()
    write(project, {name: text.replace(old, new)})
    render(project)
    assert shown in " ".join(read_pdf(project / "_book" / "slides" / "deck.pdf"))
    other = tmp_path / "lecture"
    shutil.copytree(project, other, ignore=shutil.ignore_patterns("_build", "_book"))
    render(other)
    assert snapshot(project / "_book") == snapshot(other / "_book")


def test_run_that_is_not_needed_ends(project):
    kept = deck_tex(project)
    text = (project / "a.qmd").read_text()
    write(project, {"a.qmd": text.replace("@sec-one", "@sec-nowhere")})
    assert lecture("render", project).code == 1
    write(project, {"a.qmd": text})
    assert not running()
    assert not [*(project / "_build" / "latex").iterdir()]
    assert deck_tex(project) == kept

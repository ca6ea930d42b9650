"""The benchmark's synthetic lecture, small: both of its forms are sound."""

import re
import sys

import bench
import nbformat
import pytest
import yaml
from projects import lecture, read_page, text


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("bench")
    bench.write_lecture(root, chapters=1, figures=1)
    return root


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jupyter-book")
    bench.write_jupyter_book(folder, chapters=2, figures=3)
    return folder


def test_lecture_renders_and_shows_the_added_word(root):
    bench.add_word(root / "chapters" / "chapter-1.qmd", "indeed")
    run = lecture("render", root, "--to", "html")
    assert run.code == 0, run.err
    page = read_page(root, "chapters/chapter-1.html")
    assert [text(caption) for caption in page.all("figcaption")] == [
        "Figure 1.1: Three damped oscillations with a decay time of 1.1."
    ]
    assert "before indeed" in text(page.all("main")[0])


def test_chapter_has_about_six_hundred_words(book):
    words = bench.PROSE.split()
    assert 550 <= 4 * len(words) <= 700


def test_table_of_contents_lists_the_chapters(book):
    contents = yaml.safe_load((book / "_toc.yml").read_text())
    assert contents["format"] == "jb-book"
    for entry in contents["chapters"]:
        assert (book / f"{entry['file']}.md").is_file()


def test_chapter_is_a_myst_notebook(book):
    chapter = (book / "chapter-2.md").read_text()
    _, header, body = re.split(r"^---\n", chapter, maxsplit=2, flags=re.M)
    assert yaml.safe_load(header)["kernelspec"]["name"] == "python3"
    cells = re.findall(r"^```\{code-cell\} ipython3\n---\n(.*?)^---\n(.*?)^```$", body, re.M | re.S)
    assert [yaml.safe_load(options)["mystnb"]["figure"]["name"] for options, _ in cells] == [
        "fig-2-1",
        "fig-2-2",
        "fig-2-3",
    ]
    for _, code in cells:
        compile(code, "cell", "exec")
    for kind, target in re.findall(r"\{(ref|numref|eq)\}`([^`]+)`", body):
        assert f"({target})" in body if kind != "numref" else f"name: {target}\n" in body


def test_report_names_medians_and_ratio():
    samples = [
        bench.Sample(engine, situation, bench.Cost(cpu, cpu / share, 60.0))
        for situation in bench.SITUATIONS
        for engine, share in (("book", 4), ("Jupyter Book", 1))
        for cpu in (1.0, 4.0, 2.0)
    ]
    table = bench.report(samples)
    assert table.count("| book | 2.0 s | 0.5 s | 0.25 | 60 MB |") == len(bench.SITUATIONS)
    assert table.count("| Jupyter Book | 2.0 s | 2.0 s | 1.00 |") == len(bench.SITUATIONS)


def test_plot_shows_every_engine_that_was_measured():
    sizes = {
        chapters: [
            bench.Sample(engine, situation, bench.Cost(factor * chapters, 1.0, 60.0))
            for situation in bench.SITUATIONS
            for engine, factor in (("book", 1), ("Jupyter Book", 3))
        ]
        for chapters in (8, 32)
    }
    panels = bench.draw(sizes).axes
    assert [ax.get_title() for ax in panels] == list(bench.SITUATIONS)
    for ax in panels:
        lines = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
        assert lines == {"book": [8, 32], "Jupyter Book": [24, 96]}


def test_notebooks_have_a_cell_for_each_figure(tmp_path):
    bench.write_notebooks(tmp_path, chapters=1, figures=2)
    notebook = nbformat.read(tmp_path / "chapter-001.ipynb", 4)
    assert [cell.cell_type for cell in notebook.cells].count("code") == 2
    nbformat.validate(notebook)


def test_cost_of_a_run_counts_its_children(tmp_path):
    # The memory is looked at every 0.2 s, so the child keeps it for much longer than that.
    child = "import time; kept = bytes(10**7) + b'x' * 5 * 10**7; time.sleep(3); sum(range(10**7))"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    cost = bench.timed([sys.executable, "-c", code], tmp_path)
    assert cost.cpu > 0.05
    assert cost.memory > 50


def test_failing_command_ends_the_benchmark_with_its_output(tmp_path):
    command = [sys.executable, "-c", "print('its output'); raise SystemExit(3)"]
    with pytest.raises(SystemExit, match=r"(?s)its output.*exit code 3"):
        bench.timed(command, tmp_path)

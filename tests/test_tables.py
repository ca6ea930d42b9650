"""Tables as Markdown."""

import subprocess

import pandas as pd
import pypandoc
from projects import Page, text

from nnlecture.tables import markdown_table


def test_pandoc_reads_the_table_with_all_that_is_in_it():
    frame = pd.DataFrame({"n": [1, 20], "x": [0.5, 2.0], "word": ["a", "b"]}, index=["one", "two"])
    pandoc = [pypandoc.get_pandoc_path(), "--from=markdown", "--to=html"]
    run = subprocess.run(pandoc, input=markdown_table(frame).data, capture_output=True, text=True)
    page = run.stdout
    rows = [[text(cell) for cell in row] for row in Page(page).all("tr")]
    assert rows == [
        ["", "n", "x", "word"],
        ["one", "1", "0.5", "a"],
        ["two", "20", "2.0", "b"],
    ]
    assert page.count("text-align: right") == 3 * len(["n", "x"])  # with the heads


def test_it_offers_jupyter_no_html():
    shown = markdown_table(pd.DataFrame({"n": [1]}))
    assert shown._repr_markdown_()
    assert not hasattr(shown, "_repr_html_")

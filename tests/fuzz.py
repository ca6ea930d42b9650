"""Throw odd texts at the readers for a while: `make fuzz`.

Whatever a project file, a header, a cell's options, an include or a fence holds, reading it is
right or an error of one paragraph: no traceback, no hang. Long texts take a time that grows with
their length, not with its square: each pattern is read at 0.1 and at 1 MB.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lecturebuild.reading import gate
from lecturebuild.reading.project import read_project
from lecturebuild.reading.source import read_document
from lecturebuild.reading.yamltext import parse
from lecturebuild.steps.errors import LectureError
from lecturebuild.writing.notebooks.derive import notebooks_of

BOOK = "project:\n  type: book\nbook:\n  title: T\n  chapters:\n    - a.qmd\n"
KEYS = """project type output-dir post-render resources render book author chapters title date
    execute echo eval timeout memory format html beamer toc lang filters bibliography csl part
    repo-url site-url label fig-cap fig-alt tags code-fold cache 5 ~ true <<""".split()
VALUES = """a.qmd b.qmd . .. / ** _build/** ../x x: - [ ] { } [a] {a: b} &a *a !!bool !!binary | >
    null
    true 5 1e9 .inf .nan 2024-02-30 0x_ 1:2:3 '' "" "\\0" 'a ' # % @ ` """.split()
words = st.one_of(st.sampled_from(KEYS), st.sampled_from(VALUES), st.text(max_size=8))
lines = st.builds(
    lambda depth, key, colon, value: "  " * depth + key + colon + value,
    st.integers(0, 3), words, st.sampled_from([": ", ":", " ", "\n  - ", ": |\n    "]), words,
)  # fmt: skip
yaml_texts = st.lists(lines, max_size=8).map("\n".join)

PIECES = """``` ```{python} ```{python ```` ~~~ #| #|echo #|label: ::: :::: :::{.x} {.answer} ---
    ... $$ $
    {{< >}} include b.qmd a.qmd {{{< <!-- --> # ## ####### [ ]( ) ![ ` `` \\ \\begin{x} \\end{x}
    <div>
    </div> <script> | : * ** _ ~ ^ @fig-x {#fig-x} {#eq-x .y} [@x] \t \r \f \u2028 % ' " 1. (@)
    - [^1]
    {{< include b.qmd >}} {python} `{python}""".split()
pieces = st.one_of(st.sampled_from(PIECES), st.text(max_size=6), st.just("\n"), st.just("\n\n"))
documents = st.lists(pieces, max_size=40).map("".join)

FENCE = "```"
LONG = {
    "brackets": "[", "backticks": "`", "dollars": "$$ ", "colons": ":::: ", "braces": "{",
    "stars": "*a ", "comments": "<!-- ", "fences": f"{FENCE}\n", "divs": "::: {.x}\n\n",
    "cells": f"{FENCE}{{python}}\n1\n{FENCE}\n\n", "shortcodes": "{{< x ", "tags": "<a ",
    "spaces": " ", "line": "a", "words": "a ", "lines": "a\n", "headings": "## a\n\n",
    "formulas": "$$\nx\n$$\n\n", "backslashes": "\\", "quotes": '"', "tabs": "\t", "at": "@fig-x ",
    "options": f"{FENCE}{{python}}\n#| echo: true\n#| label: x\n{FENCE}\n", "attributes": "{#x .y ",
    "includes": "{{< include b.qmd >}}\n\n", "grid": "+---+\n", "rows": "| a | b |\n",
    "long fences": f"{FENCE} {{.a .a ", "parentheses": "\\\\( ", "tabs in lists": "* \t",
}  # fmt: skip
LONG_YAML = {
    "items": "- a\n", "keys": "k{}: v\n", "brackets": "[", "braces": "{{a: ", "letters": "a",
    "quoted": '"', "escapes": "\\\\", "comments": "# a\n", "lines": "a\n", "colons": ": ",
    "same keys": "a: 1\n", "anchors": "&a ", "tags": "!!x ", "block": "  |\n", "spaces": " ",
}  # fmt: skip
WHERE = {
    "_quarto.yml": (lambda text: f"{BOOK}lang: x\n{text}\n", lambda text: check_project_file(text)),
    "a header": (lambda text: f"---\n{text}\n---\n# A\n", lambda text: check_document(text)),
    "options": (
        lambda text: "# A\n\n```{python}\n#| " + text.replace("\n", "\n#| ") + "\n```\n",
        lambda text: check_document(text),
    ),
}
"""Where YAML stands: how it is written there, and how it is read."""


def read(root: Path) -> None:
    """Read a project as far as can be without running anything; an error must be a short one."""
    try:
        project = read_project(root)
        for page in project.pages:
            document = read_document(root, page, project.pages, project.settings)
            gate.check_document(document)
            notebooks_of(document)
    except LectureError as error:
        assert "\n\n" not in str(error), error


def check_project_file(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "_quarto.yml").write_text(text, encoding="utf-8", errors="surrogatepass")
        for name in ("a.qmd", "b.qmd"):
            (root / name).write_text("# A\n\ntext\n")
        try:
            parse(text, Path("_quarto.yml"))
        except LectureError:
            return
        read(root)


def check_document(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "_quarto.yml").write_text(BOOK)
        (root / "b.qmd").write_text("text\n")
        (root / "a.qmd").write_text(text, encoding="utf-8", newline="")
        read(root)


def long_texts(size: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield names of texts of some size and functions that read them."""
    for name, piece in LONG.items():
        text = f"# A\n\n{piece * (size // len(piece))}\n"
        yield name, partial(check_document, text)
    for place, (written, check) in WHERE.items():
        for name, piece in LONG_YAML.items():
            text = "".join(piece.format(number) for number in range(size // len(piece)))
            yield f"{name} in {place}", partial(check, written(text))


def seconds_for(read_it: Callable[[], None]) -> float:
    start = time.process_time()
    read_it()
    return time.process_time() - start


def fuzz(strategy, check, seconds: float) -> int:
    """Check as many examples as fit into the time; return their number."""
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:

        @settings(
            max_examples=200,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def one(text: str) -> None:
            nonlocal count
            count += 1
            check(text)

        one()
    return count


def main() -> None:
    """Fuzz for the given time, then read long texts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=120, help="in all (default: 120)")
    options = parser.parse_args()
    part = options.seconds / 4
    header = yaml_texts.map(lambda text: f"---\n{text}\n---\n# A\n")
    cell = yaml_texts.map(
        lambda text: (
            "# A\n\n```{python}\n" + "".join(f"#| {x}\n" for x in text.split("\n")) + "```\n"
        )
    )
    kinds = {
        "project files": (yaml_texts.map(lambda text: f"{BOOK}{text}\n"), check_project_file),
        "headers": (header, check_document),
        "options of cells": (cell, check_document),
        "documents": (documents, check_document),
    }
    for name, (strategy, check) in kinds.items():
        print(f"{fuzz(strategy, check, part):7} {name}", flush=True)
    for (name, short_text), (_, long_text) in zip(
        long_texts(10**5), long_texts(10**6), strict=True
    ):
        short, long = seconds_for(short_text), seconds_for(long_text)
        print(f"1 MB of {name:24} {long:6.2f} s, 0.1 MB {short:6.2f} s", flush=True)
        assert long < 2 or long < 40 * short, f"{name}: grows with the square"


if __name__ == "__main__":
    main()

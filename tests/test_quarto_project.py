"""The tree is a plain Quarto project: it keeps to what stock Quarto renders well.

Read here without the built-in renderer, as a second opinion. What Quarto 1.9 was found to do with
each of these is in the messages.
"""

import os
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from projects import write

ROOT = Path(__file__).parents[1]
DECK = "slides/neural-networks.qmd"

INCLUDE = re.compile(r"\{\{<\s*include\s+(\S+)\s*>\}\}")
CELL = re.compile(r"^[ \t]*```\{python\}\n(.*?)^[ \t]*```$", re.M | re.S)
LABEL = re.compile(r"\{[^}\n]*#((?:fig|eq|sec|tbl)-[\w-]+)|^[ \t]*#\| label: *(\S+)", re.M)
THEOREM = re.compile(r"\{[^}\n]*#(?:thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg)-|\.solution\b")
FIGURE = re.compile(r"^[ \t]*figure\(|label: *fig-", re.M)
BOOK_ONLY = re.compile(r'content-hidden when-format="beamer"|content-visible when-format="html"')


def header(text):
    """Return the YAML header of a document."""
    found = re.match(r"---\n(.*?)\n---\n", text, re.S)
    return yaml.safe_load(found[1]) or {} if found else {}


def without_code(text):
    """Return a document without its code; lines keep their numbers."""
    blank = lambda block: "\n" * block[0].count("\n")  # noqa: E731
    return re.sub(r"^[ \t]*(```+|~~~+).*?\n[ \t]*\1$", blank, text, flags=re.M | re.S)


def documents(root):
    """Return the texts of all documents by name, with the lines' ends of Unix."""
    names = [root / "index.qmd", *root.glob("chapters/**/*.qmd"), *root.glob("slides/*.qmd")]
    return {name.relative_to(root).as_posix(): name.read_text(encoding="utf-8") for name in names}


def included(name, texts):
    """Return the documents that a document includes, directly or through others."""
    found = set()
    for target in INCLUDE.findall(without_code(texts.get(name, ""))):
        path = os.path.normpath(Path(name).parent / target)
        found |= {path, *included(path, texts)}
    return found


def project_problems(root):
    book = yaml.safe_load((root / "_quarto.yml").read_text())
    slides = yaml.safe_load((root / "slides" / "_quarto.yml").read_text())
    deck = header((root / DECK).read_text())
    if book["project"].get("post-render") != "quarto render slides":
        yield "_quarto.yml: a book drops Beamer; post-render makes the deck"
    if "beamer" in book.get("format", {}):
        yield "_quarto.yml: Beamer is not supported by book projects"
    if slides["project"].get("type") != "default":
        yield "slides/_quarto.yml: the deck is a project of its own"
    if slides["project"].get("output-dir") != "../_book/slides":
        yield "slides/_quarto.yml: the deck belongs into the book"
    if deck.get("jupyter") != "python3":
        yield f"{DECK}: Quarto looks for cells in the deck alone, so it must name Jupyter"
    for name in ("_environment", "slides/_environment"):
        if not (root / name).is_file() or "QUARTO_PYTHON=" not in (root / name).read_text():
            yield f"{name}: names the Python that Quarto is to use"
    for folder, settings in (("", book), ("slides", slides), ("slides", deck)):
        for key in ("filters", "bibliography"):
            values = settings.get(key) or []
            for file in [values] if isinstance(values, str) else values:
                if not (root / folder / file).is_file():
                    yield f"{folder}: no such file: {file}"
        if (settings.get("execute") or {}).get("freeze"):
            yield f"{folder}: freeze does not see that a helper changed"
    if not book.get("bibliography") or not deck.get("bibliography"):
        yield "the bibliography must be named in the book and in the deck"
    listed = set(re.findall(r"[\w/-]+\.qmd", yaml.safe_dump(book["book"]["chapters"])))
    texts = documents(root)
    reached = listed | {DECK} | {name for top in texts for name in included(top, texts)}
    for name in sorted(texts.keys() ^ reached):
        yield f"{name}: neither listed in _quarto.yml nor included, or not there"


def include_problems(name, text):
    lines = without_code(text).split("\n")
    for number, line in enumerate(lines):
        found = INCLUDE.search(line)
        if not found:
            continue
        place = f"{name}:{number + 1}"
        if found[1].startswith("/"):
            yield f"{place}: a leading slash means another folder in the deck than in the book"
        around = lines[max(number - 1, 0) : number] + lines[number + 1 : number + 2]
        if found[0] != line or any(other.strip() for other in around):
            yield f"{place}: an include stands alone with blank lines around"


def cell_problems(name, text):
    for cell in CELL.finditer(text):
        place = f"{name}:{text[: cell.start()].count(chr(10)) + 1}"
        options = "\n".join(re.findall(r"^[ \t]*#\| ?(.*)$", cell[1], re.M))
        options = yaml.safe_load(options) or {}
        for option in ("fig-width", "fig-height"):
            if option in options:
                yield f"{place}: {option} has no effect with Jupyter"
        if FIGURE.search(cell[1]) and options.get("eval") is not False:
            for option in ("label", "fig-cap", "fig-alt"):
                if not options.get(option):
                    yield f"{place}: a figure needs {option}"
            if options.get("fig-alt") == options.get("fig-cap"):
                yield f"{place}: the alternative text only repeats the caption"
            if not str(options.get("label")).startswith("fig-"):
                yield f"{place}: the label of a figure begins with fig-"


def frame_problems(name, text):
    """Find what breaks a frame: callouts that are not for the book alone, theorems."""
    around = []
    for number, line in enumerate(without_code(text).split("\n"), start=1):
        if re.match(r"\s*:::+\s*$", line):
            around = around[:-1]
        elif re.match(r"\s*:::", line):
            if ".callout-" in line and not any(map(BOOK_ONLY.search, [*around, line])):
                yield f"{name}:{number}: a callout in a frame needs a font that few have"
            around.append(line)
        if THEOREM.search(re.sub(r"`[^`]*`", "", line)):
            yield f"{name}:{number}: theorems clash with Beamer"


def problems(root):
    """Return everything in a tree that Quarto would render wrongly or not at all."""
    found = list(project_problems(root))
    labels = Counter()
    texts = documents(root)
    for name, text in texts.items():
        found += [*include_problems(name, text), *cell_problems(name, text)]
        if name in included(DECK, texts):
            found += frame_problems(name, text)
            if text.startswith("---"):
                found.append(f"{name}:1: an included document must have no YAML header")
        if (header(text).get("execute") or {}).get("freeze"):
            found.append(f"{name}: freeze does not see that a helper changed")
        shown = without_code(CELL.sub(lambda cell: cell[0].replace("```", ""), text))
        labels.update(one or other for one, other in LABEL.findall(shown))
    return found + [f"the label {label} stands twice" for label, n in labels.items() if n > 1]


def test_our_tree_is_a_project_that_quarto_renders():
    assert problems(ROOT) == []


GOOD = {
    "_quarto.yml": """\
project:
  type: book
  post-render: quarto render slides
book:
  chapters:
    - index.qmd
    - chapters/a.qmd
bibliography: references.bib
filters:
  - frames.lua
""",
    "slides/_quarto.yml": "project:\n  type: default\n  output-dir: ../_book/slides\n",
    DECK: """\
---
jupyter: python3
bibliography: ../references.bib
---

{{< include ../chapters/a.qmd >}}
""",
    "_environment": "QUARTO_PYTHON=python",
    "slides/_environment": "QUARTO_PYTHON=python",
    "references.bib": "",
    "frames.lua": "",
    "index.qmd": "# Welcome {.unnumbered}\n",
    "chapters/a.qmd": """\
# A {#sec-a}

{{< include b/c.qmd >}}

```{python}
#| label: fig-a
#| fig-cap: "A caption."
#| fig-alt: "What one sees."
figure("a")
```

::: {.content-hidden when-format="beamer"}
::: {.callout-note}
In the book.
:::
:::

```
{{< include shown.qmd >}} {#sec-a}
::: {.callout-note}
```
""",
    "chapters/b/c.qmd": "text\n",
}

# File, what is replaced in it by what, and the problem that this makes.
BAD = [
    ("_quarto.yml", "  post-render: quarto render slides\n", "", "post-render makes the deck"),
    ("_quarto.yml", "filters:", "format:\n  beamer: x\nfilters:", "not supported by book projects"),
    ("_quarto.yml", "frames.lua", "frame.lua", "no such file: frame.lua"),
    ("_quarto.yml", "bibliography: references.bib\n", "", "bibliography must be named"),
    ("_quarto.yml", "filters:", "execute:\n  freeze: auto\nfilters:", "freeze does not see"),
    ("_quarto.yml", "    - chapters/a.qmd\n", "    - chapters/x.qmd\n", "chapters/x.qmd: neither"),
    ("slides/_quarto.yml", "default", "book", "a project of its own"),
    ("slides/_quarto.yml", "../_book/slides", "out", "belongs into the book"),
    ("slides/_environment", "QUARTO_PYTHON", "PYTHON", "slides/_environment: names the Python"),
    (DECK, "jupyter: python3\n", "", "must name Jupyter"),
    (DECK, "../references.bib", "references.bib", "slides: no such file: references.bib"),
    (DECK, "../chapters", "/chapters", f"{DECK}:6: a leading slash"),
    ("chapters/a.qmd", "# A {#sec-a}\n", "---\ntitle: A\n---\n", "a.qmd:1: an included document"),
    ("chapters/a.qmd", "{#sec-a}\n\n{{", "{#sec-a}\n{{", "a.qmd:2: an include stands alone"),
    ("chapters/a.qmd", "c.qmd >}}\n", "c.qmd >}} x\n", "a.qmd:3: an include stands alone"),
    ("chapters/a.qmd", "b/c.qmd", "b/d.qmd", "chapters/b/c.qmd: neither listed"),
    ("chapters/a.qmd", '#| fig-cap: "A caption."\n', "", "a.qmd:5: a figure needs fig-cap"),
    ("chapters/a.qmd", '#| fig-alt: "What one sees."\n', "", "a.qmd:5: a figure needs fig-alt"),
    ("chapters/a.qmd", "#| label: fig-a\n", "", "a.qmd:5: a figure needs label"),
    ("chapters/a.qmd", "label: fig-a", "label: a", "label of a figure begins with fig-"),
    ("chapters/a.qmd", "What one sees.", "A caption.", "only repeats the caption"),
    ("chapters/a.qmd", "#| label", "#| fig-width: 3\n#| label", "fig-width has no effect"),
    ("chapters/a.qmd", 'hidden when-format="beamer"', "visible", "a.qmd:13: a callout in a frame"),
    ("chapters/b/c.qmd", "text", "::: {.callout-tip}\nx\n:::", "c.qmd:1: a callout in a frame"),
    ("chapters/b/c.qmd", "text", "# X {#exr-x}", "c.qmd:1: theorems clash with Beamer"),
    ("chapters/b/c.qmd", "text", "::: {.solution}\nx\n:::", "c.qmd:1: theorems clash"),
    ("chapters/b/c.qmd", "text", "## B {#sec-a}", "the label sec-a stands twice"),
    ("chapters/b/c.qmd", "text", "```{python}\n#| label: fig-a\n```", "fig-a stands twice"),
]  # fmt: skip


def test_good_example_has_no_problems(tmp_path):
    assert problems(write(tmp_path, GOOD)) == []


@pytest.mark.parametrize("name, old, new, message", BAD, ids=[case[3][-30:] for case in BAD])
def test_each_problem_is_found(tmp_path, name, old, new, message):
    assert old in GOOD[name]
    root = write(tmp_path, GOOD | {name: GOOD[name].replace(old, new, 1)})
    found = problems(root)
    assert any(message in problem for problem in found), found

"""The tables of `known.yml`: what documents and settings may say, and what only others know.

`lecture names` prints them.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_TABLES = yaml.load(Path(__file__).with_suffix(".yml").read_bytes(), Loader=yaml.CSafeLoader)


def _each(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table, of which a line may have several names, with a line for each."""
    return {name: said for names, said in table.items() for name in names.split()}


def called(elements: str) -> str:
    """Return what a person calls some elements of Pandoc's."""
    return ", ".join(CALLED[element] for element in elements.split())


CALLED: dict[str, str] = _TABLES["called"]
CALLOUTS: dict[str, str] = _TABLES["callouts"]
CLASSES: dict[str, tuple[str, str]] = _each(_TABLES["classes"])
ATTRIBUTES: dict[str, tuple[str, str]] = _each(_TABLES["attributes"])
VALUES: dict[str, tuple[str, str]] = _TABLES["values"]
FORMATS: list[str] = _TABLES["formats"]
RAW_FORMATS: list[str] = _TABLES["raw-formats"]
LABELS: dict[str, str] = _TABLES["labels"] | {
    short: f"a callout ({kind})" for kind, short in CALLOUTS.items()
}
ELEMENTS: list[str] = _TABLES["elements"].split()
LANGUAGES = set(_TABLES["languages"].split())
QUARTO_CLASSES = set(_TABLES["quarto-classes"].split())
QUARTO_ATTRIBUTES = set(_TABLES["quarto-attributes"].split())
THEOREMS: list[str] = _TABLES["theorems"].split()
LAYOUT = set(_TABLES["layout"].split())
LOST_IN_FORMULAS: dict[str, str] = _TABLES["lost-in-formulas"]
LEFTOVERS: dict[str, str] = _TABLES["leftovers"]
MISUSED: dict[str, str] = _TABLES["misused"]
KEYS: dict[str, dict[str, Any]] = _TABLES["keys"]
STYLES: list[str] = _TABLES["highlight-styles"].split()
CHOICES: dict[str, tuple[str, str]] = _each(_TABLES["choices"])
OPTIONS: dict[str, tuple[str, str]] = _each(_TABLES["options"])

WOVEN = set("cell cell-code cell-output code-fold cell-picture html-output".split())
"""Classes that the renderer writes itself, besides those that begin with cell-output."""
OWN_ATTRIBUTES = ("data-", "aria-")
"""What begins so is the page's scripts' and style sheets' own."""
MACROS = re.compile(
    r"\s*\\(?:(?:re|provide)?(?:new)?command|DeclareMathOperator|def|let|newenvironment|"
    r"renewenvironment|DeclareRobustCommand|newtheorem)\b"
)
FORMULAS = re.compile(
    r"\s*\\begin\{(?:align|alignat|aligned|alignedat|cases|eqnarray|equation|gather|gathered|"
    r"multline|split)\*?\}"
)
TABLES = re.compile(r"\\begin\{(?:tabular|longtable|table|tabularx)\*?\}")
HTML_CONTENT = re.compile(
    r"<(img|video|audio|iframe|svg|table|canvas|object|embed|picture|input|select|button|form)\b",
    re.I,
)
"""Elements of HTML that are something themselves; the text in others is in the deck as well."""

FILES = {
    "Keys of _quarto.yml": "project-file",
    "Keys of a page's header and of _metadata.yml": "page-header",
    "Keys of the deck's header": "deck-header",
    "Keys of the deck's _quarto.yml": "deck-file",
}


def names_table(word: str = "") -> Iterator[str]:
    """Yield the lines of the table, on request only those with a word."""
    for title, rows in _sections().items():
        lines = [f"  {name:26} {text}".rstrip() for name, text in rows]
        shown = [line for line in lines if word.lower() in line.lower()]
        if shown:
            yield title
            yield from shown
            yield ""


def _sections() -> dict[str, list[tuple[str, str]]]:
    def rows(form: str, table: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
        said = table.items()
        return [(form.format(name), f"{what} [{called(on)}]") for name, (on, what) in said]

    return {
        "Classes": rows(".{}", CLASSES),
        "Attributes": rows("{}=", ATTRIBUTES),
        "Labels": [(f"#{kind}-name", f"{text}, @{kind}-name refers to it")
                   for kind, text in LABELS.items()],
        "Options of cells": [(f"#| {name}:", "") for name in KEYS["cell"]],
        **{title: [(key, "") for key in _keys(KEYS[kind])] for title, kind in FILES.items()},
        "Elements of Pandoc's Markdown": [(name, "") for name in ELEMENTS],
        "Known to Quarto alone": [
            *((f".{name}", "") for name in sorted(QUARTO_CLASSES)),
            *((f"{name}=", "") for name in sorted(QUARTO_ATTRIBUTES)),
            *((f"#{kind}-name", "") for kind in THEOREMS),
        ],
    }  # fmt: skip


def _keys(table: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, below in table.items():
        yield f"{above}{key}"
        if isinstance(below, dict):
            yield from _keys(below, f"{above}{key}.")

"""What `lecture names` prints: every name that a document or a project may use."""

from collections.abc import Iterator
from typing import Any

from lecturebuild.reading import known

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
        return [(form.format(name), f"{what} [{known.called(on)}]") for name, (on, what) in said]

    return {
        "Classes": rows(".{}", known.CLASSES),
        "Attributes": rows("{}=", known.ATTRIBUTES),
        "Labels": [(f"#{kind}-name", f"{text}, @{kind}-name refers to it")
                   for kind, text in known.LABELS.items()],
        "Options of cells": [(f"#| {name}:", "") for name in known.KEYS["cell"]],
        **{title: [(key, "") for key in _keys(known.KEYS[kind])] for title, kind in FILES.items()},
        "Elements of Pandoc's Markdown": [(name, "") for name in known.ELEMENTS],
        "Known to Quarto alone": [
            *((f".{name}", "") for name in sorted(known.QUARTO_CLASSES)),
            *((f"{name}=", "") for name in sorted(known.QUARTO_ATTRIBUTES)),
            *((f"#{kind}-name", "") for kind in known.THEOREMS),
        ],
    }  # fmt: skip


def _keys(known: dict[str, Any], above: str = "") -> Iterator[str]:
    for key, below in known.items():
        yield f"{above}{key}"
        if isinstance(below, dict):
            yield from _keys(below, f"{above}{key}.")

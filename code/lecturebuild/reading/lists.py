"""What `lecture names` prints: every name that a document or a project may use."""

from collections.abc import Iterator
from typing import Any

from lecturebuild.reading import known, names
from lecturebuild.reading.project import DECK_FILE, DECK_HEADER, PAGE_HEADER, PROJECT_FILE
from lecturebuild.reading.source import CELL_OPTIONS


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
    def on(entry: tuple[str, str]) -> str:
        return f"{entry[1]} [{', '.join(map(names.call, entry[0].split()))}]"

    return {
        "Classes": [(f".{name}", on(entry)) for name, entry in known.CLASSES.items()],
        "Attributes": [(f"{name}=", on(entry)) for name, entry in known.ATTRIBUTES.items()],
        "Labels": [(f"#{kind}-name", f"{text}, @{kind}-name refers to it")
                   for kind, text in known.LABELS.items()],
        "Options of cells": [(f"#| {name}:", "") for name in CELL_OPTIONS],
        "Keys of _quarto.yml": [(key, "") for key in _keys(PROJECT_FILE)],
        "Keys of a page's header and of _metadata.yml": [(key, "") for key in _keys(PAGE_HEADER)],
        "Keys of the deck's header": [(key, "") for key in _keys(DECK_HEADER)],
        "Keys of the deck's _quarto.yml": [(key, "") for key in _keys(DECK_FILE)],
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

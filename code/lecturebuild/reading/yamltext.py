"""YAML with line numbers: every mistake is reported where it stands.

PyYAML's nodes know their lines as well as ruamel.yaml's, are read in a tenth of the time, and show
how a text was quoted.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from lecturebuild.steps.errors import LectureError

DEEPEST = 50
"""So many levels a value may have."""
KeyPath = tuple[str, ...]
LIMITS = {"timeout": "seconds", "memory": "gigabytes"}
"""Keys under `execute` that limit a process, and their units."""

ESCAPE = re.compile(
    r"(?<!\\)(?:\\\\)*(\\(?:[xuU][0-9a-fA-F]{0,1}(?![0-9a-fA-F])|[a-tv-wyzA-TV-Z])\w*)"
)
"""A backslash and a letter that are one sign in double quotes, save those with a number."""
SINGLE_QUOTES = "put a text with a backslash into single quotes, as in '$\\tau$'"


@dataclass(frozen=True)
class Settings:
    """A YAML mapping and the line of each key, named by its path of keys."""

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    file: Path = Path()

    def get(self, *path: str) -> Any:
        """Return the value at a path of keys, None where there is none."""
        value: Any = self.values
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def text(self, *path: str) -> str:
        """Return a value that must be a text, "" where there is none; a number may be a title."""
        value = self.get(*path)
        if isinstance(value, (bool, list, dict)):
            raise self.error(f"'{path[-1]}' must be a text; put it into quotes", *path)
        return "" if value is None else str(value)

    def date(self, *path: str) -> str:
        """Return a date, "" where there is none; never today's, which differs from run to run."""
        text = self.text(*path)
        if text in ("today", "now", "last-modified"):
            raise self.error(f"the date '{text}' is not supported; write the day itself", *path)
        return text

    def positive(self, unit: str, *path: str) -> float | None:
        """Return a value that must be a positive number of some unit, None where there is none."""
        value: Any = self.get(*path)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and 0 < value < 1e7):
            raise self.error(f"'{path[-1]}' must be a number of {unit}", *path)
        return value  # type: ignore[no-any-return]

    def error(self, message: str, *path: str) -> LectureError:
        """Return an error that points to the line of a key."""
        return LectureError(message, self.file, self.lines.get(path))

    def texts(self, *path: str) -> list[str]:
        """Return a value that may be given as one text or as a list of texts."""
        value = self.get(*path)
        if value is None:
            return []
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in values):
            raise self.error(f"'{path[-1]}' must be a text or a list of texts", *path)
        return values


def parse(text: str, file: Path, first_line: int = 1) -> Settings:
    """Parse a YAML mapping; `first_line` is the line of `file` on which `text` begins."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        values = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # What is never closed is noticed one line after the end.
        line = first_line + min(mark.line if mark else 0, len(text.splitlines()) - 1)
        problem = getattr(error, "problem", None) or str(error)
        if mark and "\t" in (text.splitlines() or [""])[min(mark.line, len(text.splitlines()) - 1)]:
            problem += "; the line has a tab, but YAML is indented by spaces"
        if "escape" in problem or "hexdecimal" in problem:
            problem += f"; {SINGLE_QUOTES}"
        raise LectureError(f"bad YAML: {problem}", file, line) from None
    except (ValueError, LookupError, AttributeError, RecursionError):
        _lines(node, text, first_line, file)
        raise LectureError("bad YAML: a value is not what it seems", file, first_line) from None
    lines = _lines(node, text, first_line, file) if node else {}
    if values is None:
        return Settings(file=file)
    if not isinstance(values, dict):
        raise LectureError("bad YAML: expected lines of the form 'key: value'", file, first_line)
    return Settings(values, lines, file)


def _lines(root: Any, text: str, first_line: int, file: Path) -> dict[KeyPath, int]:
    """Return the line of every key and item, by its path."""
    lines: dict[KeyPath, int] = {}

    def visit(node: Any, path: KeyPath, around: tuple[int, ...]) -> None:
        line = first_line + node.start_mark.line
        if id(node) in around or len(around) > DEEPEST:
            message = "refers to itself" if id(node) in around else "is nested too deep"
            raise LectureError(f"bad YAML: what begins here {message}", file, line)
        inside = (*around, id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here, line = (*path, str(key.value)), first_line + key.start_mark.line
                if not key.tag.endswith((":str", ":merge")):
                    message = "bad YAML: a key must be a text; put it into quotes"
                    raise LectureError(message, file, line)
                if here in lines:
                    raise LectureError(f"bad YAML: '{key.value}' stands twice", file, line)
                lines[here] = line
                visit(key, here, inside)
                visit(value, here, inside)
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                here = (*path, str(number))
                lines[here] = first_line + value.start_mark.line
                visit(value, here, inside)
        else:
            _check_text(node, text, file, line)

    visit(root, (), ())
    return lines


def _check_text(node: Any, text: str, file: Path, line: int) -> None:
    """Raise an error at a value that is not what it is written as.

    In double quotes, YAML reads a tab and the letters "au" where an author means tau.
    """
    if "\0" in node.value:
        raise LectureError("bad YAML: a text with a NUL character", file, line)
    try:
        yaml.SafeLoader("").construct_document(node)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError):
        kind = node.tag.rpartition(":")[2]
        message = f"'{node.value}' is no {kind}; put it into quotes if it is a text"
        raise LectureError(f"bad YAML: {message}", file, line) from None
    if node.tag.endswith(":float") and not re.search(r"\d", node.value):  # .nan and .inf
        message = f"'{node.value}' is no number to count with; put it into quotes if it is a text"
        raise LectureError(f"bad YAML: {message}", file, line)
    raw = text[node.start_mark.index : node.end_mark.index]
    if raw.startswith('"') and (found := ESCAPE.search(raw)):
        message = f"YAML reads '{found[1]}' in double quotes as one sign; {SINGLE_QUOTES}"
        raise LectureError(message, file, line)


def check_keys(settings: Settings, known: dict[str, Any]) -> None:
    """Raise an error at the first key that is not in `known`.

    `known` maps each key to None (any value) or to the known keys of the mapping below it.
    """

    def visit(values: dict[str, Any], allowed: dict[str, Any], path: KeyPath) -> None:
        for key, value in values.items():
            here = (*path, str(key))
            if key not in allowed:
                raise settings.error(_unknown(key, allowed, path), *here)
            if allowed[key] is not None and isinstance(value, dict):
                visit(value, allowed[key], here)
            elif key == "format" and isinstance(value, str):
                if value not in allowed[key]:
                    raise settings.error(_unknown(value, allowed[key], here), *here)
            elif allowed[key] is not None and not (
                value is None or (here[0] == "format" and value == "default")
            ):
                first = next(iter(sorted(allowed[key])))
                raise settings.error(f"'{key}' must hold lines such as '{first}: …'", *here)

    visit(settings.values, known, ())


def _unknown(key: str, known: Collection[str], path: KeyPath) -> str:
    """Return a message about a key that is not known."""
    where = f" under '{'.'.join(path)}'" if path else ""
    close = get_close_matches(key, known, n=1, cutoff=0.75)
    hint = f"did you mean '{close[0]}'?" if close else f"it knows {', '.join(sorted(known))}"
    return f"'{key}'{where} is not supported by the built-in renderer; {hint}"

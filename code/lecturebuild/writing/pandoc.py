"""Run Pandoc; what it complains of becomes an error with file and line."""

import json
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from lecturebuild.reading import known
from lecturebuild.running import process
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import is_file
from lecturebuild.steps.programs import executable

FILTERS = Path(__file__).resolve().parents[2] / "filters"
# YAML headers are read by `source`, so that a line of dashes in a chapter is just a rule.
# An example list would swallow a paragraph that begins with a reference, such as '@fig-relu.'.
READER = "markdown-yaml_metadata_block-example_lists"

PARTS = set(r"\begin \end \left \right \middle \limits \nolimits \tag \label \over".split())
"""Commands that stand in a formula only together with others."""
T = TypeVar("T", str, Path)
NAMED = re.compile(r"""["']([^"'\n]{1,200})["']""")
"""A text in a Lua filter, which may be the name of a file."""
HEAP_EXHAUSTED = 251
MARKS = re.compile(r"(?:[\[\](){}*_~^`<>!\"'|]\s?)+")

Origins = tuple[tuple[Path, int], ...]
"""File and line that each line of the Markdown comes from."""
TOGETHER = """\
local filters = {}
LECTURE = pandoc.json.decode(io.open(%s):read('a'), false)
function LECTURE.word(english) return (LECTURE.words or {})[english] or english end
for _, file in ipairs(%s) do
  local own = setmetatable({PANDOC_SCRIPT_FILE = file}, {__index = _G})
  local given = assert(loadfile(file, 't', own))()
  for _, filter in ipairs(given or {own}) do table.insert(filters, filter) end
end
return filters
"""
"""A Lua filter that is several in a row, each with its own name and global variables.

In LECTURE stands what they are told, and a function that gives a word in the lecture's language.
"""
MEDIA = "lecture-media:"
"""Stands, in HTML, for the folder of the media, which page.py knows."""


@dataclass(frozen=True)
class Woven:
    """A document as Markdown, the origin of each line, and the pictures it shows by file name."""

    text: str
    origins: Origins
    media: dict[str, Path]


@cache
def version() -> str:
    """Return the version of the package that brings Pandoc."""
    from importlib import metadata

    return metadata.version("pypandoc_binary")


def others(files: Iterable[T], ours: Iterable[Path]) -> list[T]:
    """Return the project's filters but those of ours that it lists for Quarto, which run anyway."""
    own = {file.read_bytes() for file in ours}
    return [file for file in files if Path(file).read_bytes() not in own]


@cache
def loaded_by(filters: tuple[Path, ...], places: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the files that filters may load: their names, perhaps without .lua, stand in them.

    A name counts from the filter's folder and from `places`.
    """
    found: list[Path] = []
    waiting = list(filters)
    while waiting:
        file = waiting.pop()
        text = file.read_text(encoding="utf-8", errors="replace")
        for name in dict.fromkeys(NAMED.findall(text)):
            for place in (file.parent, *places):
                for path in (place / name, place / f"{name.replace('.', '/')}.lua"):
                    if is_file(path) and path not in (*found, *filters):
                        found.append(path)
                        waiting += [path] if path.suffix == ".lua" else []
    return tuple(found)


def run(
    text: str,
    settings: dict[str, Any],
    folder: Path,
    origins: Origins = (),
    told: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
) -> str:
    """Convert Markdown `text` with Pandoc, run in `folder`; return what it writes.

    `settings` are those of a file of Pandoc's defaults; `told` is what our filters need to know.
    """
    with tempfile.TemporaryDirectory(prefix="lecture-") as temporary:
        log, place = Path(temporary) / "log.json", Path(temporary) / "defaults.json"
        filters = together(settings.get("filters", ()), told or {}, Path(temporary))
        settings = settings | {"filters": filters}
        place.write_text(json.dumps(settings, default=str), encoding="utf-8")
        memory = f"-M{process.project_limits.memory:g}G"
        command = [executable(), "+RTS", memory, "-RTS", f"--from={READER}"]
        command += [f"--log={log}", "--quiet", f"--defaults={place}"]
        ended = process.run(
            command,
            "Pandoc",
            place=_densest(text, origins),
            usual=120,
            folder=folder,
            # Elsewhere it could not read names of files with an umlaut in them.
            environment={"LC_ALL": "C.UTF-8"} | (environment or {}),
            text=text,
        )
        report = log.read_text(encoding="utf-8") if log.is_file() else ""
    if ended.returncode == HEAP_EXHAUSTED or "out of memory" in ended.stderr:
        message = f"Pandoc needs more memory than it may have; {process.MORE}"
        raise LectureError(message, *_densest(text, origins))
    if ended.returncode != 0:
        # Behind that word stands where in Pandoc's own code it happened.
        problem = " ".join(ended.stderr.partition("HasCallStack")[0].split())
        raise LectureError(f"Pandoc: {problem}", *_place("", text, origins))
    for warning in json.loads(report) if report.strip() else []:
        if warning.get("verbosity") == "WARNING" and not _same_macro(warning, text):
            raise _error(warning, text, origins)
    return ended.stdout


def together(
    filters: Iterable[str | dict[str, str]], told: dict[str, Any], folder: Path
) -> list[Any]:
    """Return filters with those of ours that follow one another as one: Lua starts but once."""
    found: list[Any] = []
    place = folder / "told.json"
    place.write_text(json.dumps(told, default=str), encoding="utf-8")
    for ours, group in groupby(filters, lambda each: str(each).startswith(str(FILTERS))):
        if ours:
            of_all, *names = (json.dumps(each, ensure_ascii=False) for each in (str(place), *group))
            file = folder / f"filters-{len(found)}.lua"
            file.write_text(TOGETHER % (of_all, f"{{{', '.join(names)}}}"), encoding="utf-8")
            found.append(str(file))
        else:
            found += group
    return found


def _same_macro(warning: dict[str, Any], text: str) -> bool:
    """Say whether a warning is about a macro that is defined twice, but alike.

    So it is where two chapters include the same file of macros.
    """
    name = re.escape(warning.get("name", "")) + r"(?![A-Za-z]).*"
    again = warning["type"] == "MacroAlreadyDefined"
    return again and len(set(re.findall(rf"\\(?:\w*newcommand|def)\*?\s*\{{?{name}", text))) == 1


def _densest(text: str, origins: Origins) -> tuple[Path | None, int | None]:
    """Return file and line of the longest row of marks, which Pandoc may take for ever to read."""
    runs = [
        (max((len(run) for run in MARKS.findall(line)), default=0), -number)
        for number, line in enumerate(text.split("\n")[: len(origins)])
    ]
    longest, number = max(runs, default=(0, 0))
    return origins[-number] if longest >= 8 else _place("", text, origins)


def _error(warning: dict[str, Any], text: str, origins: Origins) -> LectureError:
    """Turn a warning into an error that says where it is and what to do."""
    message = warning.get("pretty") or warning["type"]
    if warning["type"] == "CouldNotConvertTeXMath":
        formula = warning["contents"].strip()
        problem = _problem(formula, warning["message"])
        message = f"the formula {formula} cannot be shown in the book: {problem}"
        place = _place(formula.split("\n")[0], text, origins)
        unknown = re.search(r"(?:control sequence|unknown command) (\\[A-Za-z]+)", problem)
        if unknown and unknown[1] == "\\tag":
            message += "; label the formula by '$$ … $$ {#eq-name}', which numbers it"
        elif unknown:
            message += "; a macro for both outputs stands in the file of 'latex-macros'"
        if place[1] is None and unknown:  # in a formula with macros, which reads otherwise
            place = _place(unknown[1], text, origins)
        return LectureError(message, *place)
    if found := re.search(r"citation (\S+) not found", message):
        message = f"unknown citation @{found[1]}: the bibliography has no such entry"
        kind = found[1].partition("-")[0]
        if kind in known.THEOREMS:
            message = (
                f"@{found[1]}: the built-in renderer has no theorems and exercises with labels"
            )
        elif kind != kind.lower() in known.LABELS:
            message = f"@{found[1]}: a label begins with small letters, as in @{kind.lower()}-name"
        return LectureError(message, *_place(f"@{found[1]}", text, origins))
    if warning["type"] == "MacroAlreadyDefined":
        message = f"the macro {warning['name']} is defined a second time, and otherwise: in the "
        message += "deck a definition holds for all that follows"
    line = (warning.get("openpos") or warning.get("pos") or warning).get("line")
    place = origins[min(line, len(origins)) - 1] if line and origins else _place("", text, origins)
    said = message if warning["type"] == "MacroAlreadyDefined" else f"Pandoc: {message}"
    return LectureError(said, *place)


def _problem(formula: str, message: str) -> str:
    """Return what is wrong with a formula, from what Pandoc says of it."""
    # It prints the formula, below it a caret at the place where it stopped, then the problem.
    found = re.search(r"^ *\^\n(.*)", message, re.M)
    problem = found[1] if found else message.strip().split("\n")[-1]
    if "control sequence" in problem:
        return problem
    unknown = _unknown_commands(re.findall(r"\\[A-Za-z]+", formula))
    return f"unknown command {unknown[0]}" if unknown else problem


def _unknown_commands(commands: list[str]) -> list[str]:
    """Return those commands of LaTeX's that Pandoc does not know in a formula."""
    tried = [word for word in dict.fromkeys(commands) if word not in PARTS]
    text = "\n\n".join(f"${word}{{a}}{{b}}$" for word in tried)
    with tempfile.NamedTemporaryFile("r", suffix=".json") as log:
        options = ["--from=markdown", "--to=html", "--mathml", "--quiet", f"--log={log.name}"]
        process.run([executable(), *options], "Pandoc", usual=60, text=text)
        report = json.loads(log.read() or "[]")
    failed = {str(warning.get("contents", "")).split("{")[0] for warning in report}
    return [word for word in tried if word in failed]


def _place(needle: str, text: str, origins: Origins) -> tuple[Path | None, int | None]:
    """Return file and line in which `needle` stands first; without needle the file alone."""
    for number, line in enumerate(text.split("\n")):
        if needle and needle in line and number < len(origins):
            return origins[number]
    return (origins[0][0], None) if origins else (None, None)

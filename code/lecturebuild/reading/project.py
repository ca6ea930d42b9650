"""Read a project: `_quarto.yml` of the book and, where there is one, of its deck."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lecturebuild.reading.known import CHOICES, KEYS
from lecturebuild.reading.yamltext import Settings, check_keys, parse
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import is_file

MARKED = re.compile(
    r"\]\(|(?<!\w)[*_`][^\s*_`][^*_`]*[*_`](?!\w)|\$[^\s$][^$]*\$|</?[a-zA-Z][^>]*>|\\[a-zA-Z]"
)
"""Markdown, which Quarto would read in a text that we show as it is."""

STAGES = ("pre-ast", "post-ast", "pre-quarto")
"""When a filter of the project runs under Quarto; here all run first, in this order."""

AFTER_QUARTO = "after-quarto.py"
"""The script by which Quarto has the built-in renderer complete its book; not run by the latter."""


@dataclass(frozen=True)
class Deck:
    """A Beamer deck: its document, the folder it lies in and the settings of that folder."""

    document: Path
    settings: Settings
    output: Path

    @property
    def handout(self) -> Path:
        """Where the handout lies, beside the deck."""
        return self.output.with_name(f"{self.output.stem}-handout.pdf")


@dataclass(frozen=True)
class Project:
    """What is to be rendered. Paths of documents are relative to `root`."""

    root: Path
    settings: Settings
    pages: tuple[Path, ...]
    parts: dict[Path, str]
    output: Path
    deck: Deck | None

    @property
    def build(self) -> Path:
        """The folder of everything between source and output, which may be deleted at any time."""
        return self.root / "_build"

    @property
    def archive(self) -> str:
        """The name of the file with the whole site in it, in the site's first folder."""
        return f"{self.deck.output.stem if self.deck else 'book'}.zip"


LONGEST = 200
"""So many bytes a folder's name may have; the system needs some of its 255 for those beside it."""

DOCUMENTS = (".qmd", ".md")
"""Suffixes of documents."""


def authors(settings: Settings, *path: str) -> list[str]:
    """Return the authors' names; each is a text, or a mapping with `name`."""
    value = settings.get(*path)
    names = []
    for author in value if isinstance(value, list) else [] if value is None else [value]:
        named = author if isinstance(author, dict) else {"name": author}
        if set(named) != {"name"} or not isinstance(named["name"], str):
            message = "an author is a text, or a mapping with 'name' alone; in the deck, name the "
            raise settings.error(f"{message}affiliation under 'institute'", *path)
        names.append(named["name"])
    return names


def filter_names(settings: Settings) -> list[str]:
    """Return the paths of a project's or a deck's filters in the order in which they run.

    An entry is a path, or a mapping with `path` and `at`, the stage at which Quarto runs it.
    """
    entries = settings.get("filters") or []
    stages: dict[str, list[str]] = {stage: [] for stage in STAGES}
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries]):
        key = ("filters", str(number)) if isinstance(entries, list) else ("filters",)
        if isinstance(entry, str):
            entry = {"path": entry, "at": STAGES[-1]}
        if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
            raise settings.error("a filter is a path, or a mapping with 'path' and 'at'", *key)
        for other in sorted(entry.keys() - {"path", "at"}):
            raise settings.error(f"'{other}' of a filter is not supported", *key, other)
        stage = entry.get("at", STAGES[-1])
        if stage not in stages:
            known = ", ".join(STAGES)
            message = f"a filter at '{stage}' is not supported by the built-in renderer; it knows"
            raise settings.error(f"{message} {known}", *key, "at")
        stages[stage].append(entry["path"])
    return [path for paths in stages.values() for path in paths]


def named_files(settings: Settings, folder: Path, *key: str) -> list[Path]:
    """Return the files that settings name under a key, by their paths from a folder."""
    names = filter_names(settings) if key == ("filters",) else settings.texts(*key)
    for name in names:
        if not is_file(folder / name):
            raise settings.error(f"no such file: {name}", *key)
        if key == ("csl",) and Path(name).suffix != ".csl":
            raise settings.error(f"{name} is no style of citations: that is a .csl file", *key)
    return [folder / name for name in names]


def check_choices(settings: Settings, *path: str) -> None:
    """Raise an error at the first setting, of those below a key, with a value that nobody knows."""
    below = settings.get(*path)
    for key, value in below.items() if isinstance(below, dict) else ():
        pattern, words = CHOICES.get(key, ("", ""))
        if words and value is not None and not re.fullmatch(pattern, str(value)):
            raise settings.error(f"'{key}' must be {words}", *path, key)


def check_plain(settings: Settings, text: Any, *path: str) -> None:
    """Raise an error at Markdown in a text of the book's that is shown as it is."""
    if isinstance(text, str) and (found := MARKED.search(text)):
        message = f"'{path[-1]}' is plain text, in which '{found[0]}' would be shown as it is"
        raise settings.error(message, *path)


def find_root(start: Path) -> Path:
    """Return the folder of the book that `start`, a file or folder, belongs to."""
    start = start.resolve()
    for folder in [start, *start.parents]:
        file = folder / "_quarto.yml"
        if file.is_file() and _read(file, folder).get("project", "type") == "book":
            return folder
    message = "no project here: neither this folder nor one above it has a _quarto.yml with "
    raise LectureError(f"{message}'project: type: book'", start)


def read_project(root: Path) -> Project:
    """Read the project in `root`, check every key and that the files exist."""
    settings = _read(root / "_quarto.yml", root)
    for key in ("title", "subtitle", "author", "date"):
        if key in settings.values:
            raise settings.error(f"give '{key}' under 'book'", key)
    check_keys(settings, KEYS["project-file"])
    check_choices(settings, "format", "html")
    check_choices(settings)
    for key in ("title", "subtitle", "description", "page-footer"):
        value = settings.get("book", key)
        for text in value.values() if isinstance(value, dict) else [value]:
            check_plain(settings, text, "book", key)
    pages, parts = _pages(settings, root)
    output = (root / (settings.text("project", "output-dir") or "_book")).resolve()
    if any(len(os.fsencode(part)) > LONGEST for part in output.parts):
        raise settings.error("'output-dir' is too long a name", "project", "output-dir")
    if root not in output.parents or any((root / page).is_relative_to(output) for page in pages):
        # It is replaced as a whole.
        message = "'output-dir' must be a folder inside the project, for the book alone"
        raise settings.error(message, "project", "output-dir")
    if output.exists() and not output.is_dir():
        message = "is a file, but the book is to be put there; move it away"
        raise LectureError(message, output.relative_to(root))
    for path in (("book", "repo-url"), ("book", "site-url")):
        if (address := settings.text(*path)) and not re.match(r"https?://", address):
            raise settings.error(f"'{path[-1]}' must begin with https:// or http://", *path)
    return Project(root, settings, tuple(pages), parts, output, _deck(settings, root, output))


def without_effect(settings: Settings) -> list[str]:
    """Return a message for each key that changes only what Quarto itself does."""
    html, book = settings.get("format", "html"), settings.get("book")
    html = html if isinstance(html, dict) else {}
    look = html.keys() & (KEYS["look"].keys() - KEYS["expected"].keys())
    look |= {"html-math-method"} if html.get("html-math-method", "mathml") != "mathml" else set()
    paths: list[tuple[str, ...]] = [("format", "html", key) for key in sorted(look)]
    paths += [("book", key) for key in KEYS["one-look"] if book.get(key) not in (None, True)]
    paths += [("execute", key) for key in ("cache", "freeze") if settings.get("execute", key)]
    return [
        str(settings.error(f"warning: '{path[-1]}' changes only what Quarto itself does", *path))
        for path in paths
    ]


def _read(file: Path, root: Path) -> Settings:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise LectureError("is not UTF-8 text", file.relative_to(root)) from None
    return parse(text, file.relative_to(root))


def _pages(settings: Settings, root: Path) -> tuple[list[Path], dict[Path, str]]:
    chapters = settings.get("book", "chapters")
    if not isinstance(chapters, list) or not chapters:
        raise settings.error("'book: chapters' must list the book's documents", "book", "chapters")
    pages: list[Path] = []
    parts: dict[Path, str] = {}

    def add(entries: list[Any], path: tuple[str, ...]) -> None:
        for number, entry in enumerate(entries):
            here = (*path, str(number))
            if isinstance(entry, dict) and set(entry) == {"part", "chapters"}:
                if not isinstance(entry["chapters"], list):
                    message = "'chapters' of a part must list documents"
                    raise settings.error(message, *here, "chapters")
                if not isinstance(entry["part"], str) or Path(entry["part"]).suffix in DOCUMENTS:
                    message = "a part is a title; a page of its own stands first in its chapters"
                    raise settings.error(message, *here, "part")
                check_plain(settings, entry["part"], *here, "part")
                first = len(pages)
                add(entry["chapters"], (*here, "chapters"))
                if len(pages) > first:
                    parts[pages[first]] = entry["part"]
            elif problem := _problem(entry, root, pages):
                raise settings.error(problem, *here)
            else:
                pages.append(Path(entry))

    add(chapters, ("book", "chapters"))
    return pages, parts


def _problem(entry: Any, root: Path, pages: list[Path]) -> str:
    """Return what is wrong with a chapter that follows others, "" if nothing is."""
    if not isinstance(entry, str):
        return "a chapter is a file name, or a mapping with 'part' and 'chapters'"
    if not (root / entry).resolve().is_relative_to(root):
        return f"{entry} lies outside the project"
    if entry.endswith(".ipynb"):
        hint = "'quarto convert' makes one of a notebook"
        return f"{entry} is a notebook: a chapter is a .qmd or .md file; {hint}"
    if Path(entry).suffix not in DOCUMENTS:
        return f"{entry} is no Markdown: a chapter is a .qmd or .md file"
    if not is_file(root / entry):
        return f"no such document: {entry}"
    if Path(entry) in pages:
        return f"{entry} is listed twice"
    for page in pages:
        if page == Path(entry).with_suffix(page.suffix):
            return f"{entry} and {page} would both be {page.with_suffix('.html')}"
    return ""


def _deck(settings: Settings, root: Path, book_output: Path) -> Deck | None:
    """Find the nested project that `post-render: quarto render FOLDER` names."""
    for command in settings.texts("project", "post-render"):
        if Path(command).name == AFTER_QUARTO and (root / command).is_file():
            continue
        match = re.fullmatch(r"quarto render (\S+)", command.strip())
        if not match:
            message = f"'{command}' is not supported by the built-in renderer; it knows 'quarto "
            message += f"render FOLDER', a folder with the deck, and the script {AFTER_QUARTO}"
            raise settings.error(message, "project", "post-render")
        folder = root / match[1]
        file = folder / "_quarto.yml"
        if not file.is_file():
            raise settings.error(f"{match[1]} has no _quarto.yml", "project", "post-render")
        nested = _read(file, root)
        if nested.get("format"):
            message = "what concerns Beamer stands under 'format' in the header of the deck itself"
            raise nested.error(message, "format")
        check_keys(nested, KEYS["deck-file"])
        documents = nested.texts("project", "render") or sorted(
            path.name for path in folder.glob("*.qmd")
        )
        if len(documents) != 1:
            message = f"expected one deck in {match[1]}, found {len(documents)}; name it under "
            raise nested.error(f"{message}'project: render'", "project")
        target = nested.text("project", "output-dir")
        output = (folder / target).resolve() if target else book_output / folder.name
        if not output.is_relative_to(book_output.resolve()):
            message = f"'output-dir' must lie inside {book_output.name}"
            raise nested.error(message, "project", "output-dir")
        document = (folder / documents[0]).relative_to(root)
        pdf = output.relative_to(book_output.resolve()) / document.with_suffix(".pdf").name
        return Deck(document, nested, pdf)
    return None

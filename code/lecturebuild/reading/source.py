"""Read a document: expand its includes, find its cells, keep file and line of everything."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lecturebuild.reading.project import EXECUTE, SHARED
from lecturebuild.reading.yamltext import Settings, check_keys, parse
from lecturebuild.steps.errors import LectureError

CELL_OPTIONS: dict[str, Any] = EXECUTE | dict.fromkeys(
    ["label", "fig-cap", "fig-alt", "code-fold", "tags", "cache"]
)
FLAGS = set(EXECUTE)
DOCUMENT_HEADER = SHARED | {"toc": None, "number-sections": None}
# A page shares title, bibliography and filters with its book.
PAGE_HEADER = {key: DOCUMENT_HEADER[key] for key in ("execute", "format", "jupyter", "toc")}

INCLUDE = re.compile(r"""^\s*\{\{<\s*include\s+("[^"]+"|'[^']+'|\S+)\s*>\}\}\s*$""")
INLINE_CELL = re.compile(r"(?<!`)`\{python\}[^`]*`")
SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(/?[\w-]+).*?>\}\}")
FENCE = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}(?!.*`)|~{3,})\s*(?P<info>.*)$")
LABEL = re.compile(r"[A-Za-z][\w:.-]*")
ENGINE = re.compile(r"^\{(\w[\w-]*)(?P<rest>[^}]*)\}\s*$")


@dataclass(frozen=True)
class Line:
    """One line of Markdown and where it stands; `verbatim` inside a code block."""

    text: str
    file: Path
    number: int
    verbatim: bool = False


@dataclass(frozen=True)
class Cell:
    """An executable cell.

    `page` and `index` name it: the document whose kernel executes it, and its place there.
    `line` is the line of its fence, `code_line` that of its first line of code.
    """

    code: str
    options: dict[str, Any]
    indent: str
    file: Path
    line: int
    code_line: int
    page: Path
    index: int

    @property
    def label(self) -> str | None:
        """The cell's label, if it has one."""
        return self.options.get("label")


@dataclass(frozen=True)
class Document:
    """A document with its includes expanded."""

    path: Path
    header: Settings
    blocks: tuple[Line | Cell, ...]

    @property
    def cells(self) -> list[Cell]:
        """All cells, those of included documents too."""
        return [block for block in self.blocks if isinstance(block, Cell)]

    @property
    def own_cells(self) -> list[Cell]:
        """The cells that this document's own kernel executes."""
        return [cell for cell in self.cells if cell.page == self.path]


def name(cell: Cell) -> str:
    """Return how messages call a cell: by its label, or by its place."""
    return f"cell '{cell.label}'" if cell.label else f"cell {cell.index + 1}"


@dataclass
class _Reader:
    root: Path
    pages: tuple[Path, ...]
    defaults: dict[str, Any]
    counts: dict[Path, int]
    blocks: list[Line | Cell]

    def read(self, path: Path, page: Path, stack: tuple[Path, ...], skip: int = 0) -> None:
        """Append the blocks of the file `path`; its cells belong to the kernel of `page`."""
        lines = _lines(self.root, path)
        number = skip
        while number < len(lines):
            text = lines[number]
            number += 1
            if fence := FENCE.match(text):
                end = _closing(lines, number, fence["fence"], path)
                engine = ENGINE.match(fence["info"])
                if fence["info"].startswith("{{"):
                    raise LectureError(
                        "to show a cell as text, put a longer fence around it", path, number
                    )
                if engine:
                    self._cell(path, number, fence["indent"], engine, lines[number:end], page)
                else:
                    for offset, line in enumerate(lines[number - 1 : end + 1]):
                        self.blocks.append(Line(line, path, number + offset, verbatim=True))
                number = end + 1
            elif include := INCLUDE.match(text):
                self._include(path, number, include[1].strip("'\""), page, stack)
            elif (shortcode := SHORTCODE.search(_without_code(text))) is not None:
                name = shortcode[1]
                message = (
                    "an include stands alone on its line"
                    if name == "include"
                    else f"the shortcode '{name}' is not supported; only 'include' is"
                )
                raise LectureError(message, path, number)
            elif INLINE_CELL.search(text):
                message = "code that is executed in a line is not supported; make it a cell"
                raise LectureError(message, path, number)
            else:
                self.blocks.append(Line(text, path, number))

    def _include(
        self, path: Path, number: int, target: str, page: Path, stack: tuple[Path, ...]
    ) -> None:
        if target.startswith("/"):
            raise LectureError(
                f"include {target} by a path relative to this file: Quarto resolves a leading "
                "slash from each project's own folder",
                path,
                number,
            )
        included = (self.root / path.parent / target).resolve()
        if not included.is_file():
            raise LectureError(f"no such file to include: {target}", path, number)
        if not included.is_relative_to(self.root):
            raise LectureError(f"{target} lies outside the project", path, number)
        inner = included.relative_to(self.root)
        if inner in stack:
            chain = " → ".join(str(file) for file in (*stack[stack.index(inner) :], inner))
            raise LectureError(f"includes itself: {chain}", path, number)
        if _lines(self.root, inner)[0].rstrip() == "---":
            raise LectureError(
                "an included document must have no YAML header; give its title as "
                "'# Title {#sec-name}'",
                inner,
                1,
            )
        # A page of the book is executed as that page, wherever else it is included.
        kernel = inner if inner in self.pages else page
        if kernel != page and self.counts.get(kernel):
            raise LectureError(f"{target} is included a second time", path, number)
        self.blocks.append(Line("", path, number))
        self.read(inner, kernel, (*stack, inner))
        self.blocks.append(Line("", path, number))

    def _cell(
        self,
        path: Path,
        number: int,
        indent: str,
        engine: re.Match[str],
        code: list[str],
        page: Path,
    ) -> None:
        if engine[1] != "python" or engine["rest"].strip():
            raise LectureError(
                f"a cell of kind '{engine[0].strip()}' is not supported, only '{{python}}' is",
                path,
                number,
            )
        code = [line.removeprefix(indent) for line in code]
        count = 0
        while count < len(code) and code[count].startswith("#|"):
            count += 1
        header = "\n".join(line[2:].removeprefix(" ") for line in code[:count])
        options = parse(header, path, number + 1)
        check_keys(options, CELL_OPTIONS)
        _check_values(options)
        index = self.counts.get(page, 0)
        self.counts[page] = index + 1
        self.blocks.append(
            Cell(
                code="\n".join(code[count:]),
                options=self.defaults | options.values,
                indent=indent,
                file=path,
                line=number,
                code_line=number + count + 1,
                page=page,
                index=index,
            )
        )


def read_document(root: Path, path: Path, pages: tuple[Path, ...], project: Settings) -> Document:
    """Read the document `path` (relative to `root`) of a project with these settings."""
    lines = _lines(root, path)
    settings, skip = _header(lines, path)
    if path in pages and settings.get("title"):
        raise settings.error("give a page's title as '# Title {#sec-name}' in its text", "title")
    check_keys(settings, PAGE_HEADER if path in pages else DOCUMENT_HEADER)
    defaults: dict[str, Any] = {}
    for source in (project, settings):
        if source.get("jupyter") not in (None, "python3"):
            raise source.error("the only kernel supported is python3", "jupyter")
        execute = source.get("execute") or {}
        defaults |= {key: execute[key] for key in EXECUTE if key in execute}
        for key in FLAGS & execute.keys():
            if not isinstance(execute[key], bool):
                raise source.error(f"'{key}' must be true or false", "execute", key)
        fold = source.get("format", "html", "code-fold")
        defaults |= {"code-fold": fold} if fold is not None else {}
    reader = _Reader(root, pages, defaults, {}, [])
    reader.read(path, path, (path,), skip)
    return Document(path, settings, tuple(reader.blocks))


def _check_values(options: Settings) -> None:
    """Raise an error at the first option of a cell with a value that would be misunderstood."""
    for key, value in options.values.items():
        if key in {*FLAGS, "cache"} and not isinstance(value, bool):
            raise options.error(f"'{key}' must be true or false", key)
        if key == "code-fold" and value not in (True, False, "show"):
            raise options.error("'code-fold' must be true, false or show", key)
        if key in ("fig-cap", "fig-alt") and not isinstance(value, str):
            raise options.error(f"'{key}' must be a text", key)
        if key == "label" and not (isinstance(value, str) and LABEL.fullmatch(value)):
            raise options.error("'label' must be a word such as fig-relu", key)
        if key == "label" and value.startswith("tbl-"):
            raise options.error(
                "a cell cannot be a table that one refers to; write the table in Markdown", key
            )


def _lines(root: Path, path: Path) -> list[str]:
    try:
        lines = (root / path).read_text(encoding="utf-8-sig").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise LectureError("is not UTF-8 text", path) from None
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise LectureError("a NUL character: this is not a text", path, number)
    return lines


def _header(lines: list[str], path: Path) -> tuple[Settings, int]:
    """Return the YAML header and the number of lines it takes."""
    if lines[0].rstrip() != "---":
        return Settings(file=path), 0
    for end, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return parse("\n".join(lines[1:end]), path, first_line=2), end + 1
    raise LectureError("the YAML header that begins here has no closing '---'", path, 1)


def _closing(lines: list[str], start: int, fence: str, path: Path) -> int:
    """Return the index of the line that closes a fence opened on the line before `start`."""
    for index in range(start, len(lines)):
        text = lines[index].strip()
        if text.startswith(fence) and not text.strip(fence[0]):
            return index
    raise LectureError(f"the code block that begins here has no closing {fence}", path, start)


def _without_code(text: str) -> str:
    return re.sub(r"`[^`]*`", "", text)

"""Read a document: expand its includes, find its cells, keep file and line of everything."""

import json
import re
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from lecturebuild.reading.known import KEYS, OPTIONS, STYLES
from lecturebuild.reading.project import Project, check_choices
from lecturebuild.reading.yamltext import LIMITS, Settings, check_keys, parse
from lecturebuild.steps.errors import LectureError, guess
from lecturebuild.steps.files import is_file

MARKUP = re.compile(r"Markdown|HTML|Latex|_repr_")
"""In the code of cells that may show text of their own."""
DEEPEST = 100
"""So many files may include one another, and so many divs stand inside one another."""
TAGS = {"solution", "book"}
"""Tags of cells that mean something."""
FOLDER_FILE = "_metadata.yml"
"""Settings for all documents of a folder; it may say what the header of a page may."""

INCLUDE = re.compile(r"""^\s*\{\{<\s*include\s+("[^"]+"|'[^']+'|\S+)\s*>\}\}\s*$""")
INLINE_CELL = re.compile(r"(?<!`)`\{python\}[^`]*`")
SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(/?[\w-]*)")
ESCAPED = re.compile(r"\{(\{\{<.*?>\}\})\}")
"""A shortcode that is to be shown as it is."""
SPAN = re.compile(r"(?<!`)(`{1,40}+)(?!`).*?(?<!`)\1(?!`)")
"""Code between two rows of as many backticks; not of any number, which could take for ever."""
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
OPTION = re.compile(r"#\s?\|\s?(.*)")
LATE_OPTION = re.compile(
    rf"#\s?\|\s*[\w-]+\s*:|\s*(?:#+\s*[|!]|%+\||//+\|)\s*(?:{'|'.join(KEYS['cell'])})\s*[:=]"
)
"""An option that is a mere comment, since it does not begin with '#|' or stands too late."""
EXAMPLE = re.compile(r"^(\s*)\(@([\w-]*)\)(?=\s)")
FENCE = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}(?!.*`)|~{3,})\s*(?P<info>.*)$")
ATTRIBUTE = r"(?:[#.][^\s=]+|-|[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"']+))"
INFO = re.compile(
    rf"[^\s{{}}`]*\s*(?:\{{(?:=[\w-]+|\s*(?:{ATTRIBUTE}(?:\s+{ATTRIBUTE})*)?\s*)\}})?\s*"
)
"""What may stand behind a fence: a language, {…} with attributes, or both."""
YAML_LINE = re.compile(r"[A-Za-z][\w-]*:(\s|$)")
HIDDEN_CELL = re.compile(r"(?:`{3,}|~{3,})\s*\{\s*[a-zA-Z]\w*")
ENGINE = re.compile(r"^\{(\w[\w-]*)(?P<rest>[^}]*)\}\s*$")


@dataclass(frozen=True)
class Block:
    """A part of a document and where it stands."""

    file: Path
    line: int

    @property
    def place(self) -> tuple[Path, int]:
        """File and line in which it stands."""
        return self.file, self.line

    def error(self, message: str) -> LectureError:
        """Return an error that points to it."""
        return LectureError(message, *self.place)


@dataclass(frozen=True)
class Line(Block):
    """One line of Markdown; `verbatim` inside a code block."""

    text: str
    verbatim: bool = False


@dataclass(frozen=True)
class Cell(Block):
    """An executable cell.

    `page` and `index` name it: the document whose kernel executes it, and its place there.
    `line` is the line of its fence, `code_line` that of its first line of code.
    """

    code: str
    options: dict[str, Any]
    indent: str
    code_line: int
    page: Path
    index: int

    @property
    def label(self) -> str | None:
        """The cell's label, if it has one."""
        return self.options.get("label")

    @property
    def tags(self) -> list[str]:
        """The cell's tags."""
        tags = self.options.get("tags") or []
        return [tags] if isinstance(tags, str) else list(tags)

    @property
    def executed(self) -> bool:
        """Whether the cell is executed at all."""
        return self.options.get("eval", True) is not False


@dataclass(frozen=True)
class Document:
    """A document with its includes expanded."""

    path: Path
    header: Settings
    blocks: tuple[Line | Cell, ...]

    @property
    def lines(self) -> list[Line]:
        """All lines of Markdown, those of code blocks too."""
        return [block for block in self.blocks if isinstance(block, Line)]

    @property
    def text(self) -> list[Line]:
        """The lines of Markdown outside of code."""
        return [line for line in self.lines if not line.verbatim]

    @property
    def cells(self) -> list[Cell]:
        """All cells, those of included documents too."""
        return [block for block in self.blocks if isinstance(block, Cell)]

    @property
    def own_cells(self) -> list[Cell]:
        """The cells that this document's own kernel executes."""
        return [cell for cell in self.cells if cell.page == self.path]


def unplaced(document: Document) -> tuple[Path, int | None]:
    """Return the place of what stands nowhere in a document's text: a cell may have put it out.

    It is the one cell that shows markup; the file alone if there are several.
    """
    places = [cell.place for cell in document.cells if MARKUP.search(cell.code)]
    return (document.path, None) if places[1:] else (*places, (document.path, 1))[0]


def name(cell: Cell) -> str:
    """Return how messages call a cell: by its label, or by its place."""
    return f"cell '{cell.label}'" if cell.label else f"cell {cell.index + 1}"


@dataclass
class _Reader:
    """Reads a file; each that it includes has a reader of its own, which shares the last two."""

    root: Path
    pages: tuple[Path, ...]
    defaults: dict[str, Any]
    path: Path
    page: Path
    """The document whose kernel executes the file's cells."""
    stack: tuple[Path, ...]
    """The files that include one another down to this one."""
    counts: dict[Path, int] = field(default_factory=dict)
    blocks: list[Line | Cell] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = _lines(self.root, self.path)

    def error(self, message: str, number: int) -> LectureError:
        """Return an error that points to a line."""
        return LectureError(message, self.path, number)

    def read(self, number: int = 0) -> None:
        """Append all that stands behind a line."""
        while number < len(self.lines):
            number = self.block(number + 1)

    def block(self, number: int) -> int:
        """Append what begins on a line; return the number of its last line."""
        text = self.lines[number - 1]
        if inside := self.comment(number) or self.formula(number):
            verbatim, end = inside
            for place, line in enumerate(self.lines[number - 1 : end], start=number):
                self.blocks.append(Line(self.path, place, line, verbatim))
            return end
        if fence := FENCE.match(text):
            return self.fenced(number, fence)
        if "{{<" in text and SHORTCODE.search(plain := without_code(text)):
            whole, end = self.shortcode(number)
            include = INCLUDE.match(whole)
            if not include:
                raise self.error(_no_shortcode(plain), number)
            self.include(number, include[1].strip("'\""))
            return end
        if problem := _problem(text, "".join(self.lines[number : number + 1])):
            raise self.error(problem, number)
        self.blocks.append(Line(self.path, number, ESCAPED.sub(r"\1", text)))
        return number

    def comment(self, number: int) -> tuple[bool, int] | None:
        """Return the end of an HTML comment of several lines, if one begins on a line."""
        text = self.lines[number - 1]
        if "<!--" not in text:
            return None
        rest = without_code(text).rpartition("<!--")
        if not rest[1] or "-->" in rest[2] or FENCE.match(text):
            return None
        for end in range(number, len(self.lines)):
            if "-->" in self.lines[end]:
                return True, end + 1
        raise self.error("the comment that begins here has no closing '-->'", number)

    def formula(self, number: int) -> tuple[bool, int] | None:
        """Return the end of a formula in '$$' of several lines, if one begins on a line.

        One that is never closed is text for Pandoc; the gate reports it.
        """
        if not odd_dollars(self.lines[number - 1]) or FENCE.match(self.lines[number - 1]):
            return None
        for end in range(number, len(self.lines)):
            if not self.lines[end].strip():
                return None
            if odd_dollars(self.lines[end]):
                return False, end + 1
        return None

    def fenced(self, number: int, fence: re.Match[str]) -> int:
        """Append a block of code or a cell; return the number of its last line."""
        mark, info = fence["fence"], fence["info"]
        for end in range(number + 1, len(self.lines) + 1):
            text = self.lines[end - 1].strip()
            if text.startswith(mark) and not text.strip(mark[0]):
                break
        else:
            raise self.error(f"the code block that begins here has no closing {mark}", number)
        if info.startswith("{{"):
            raise self.error("to show a cell as text, put a longer fence around it", number)
        code = self.lines[number : end - 1]
        if engine := ENGINE.match(info):
            self.cell(number, fence["indent"], engine, code)
        elif not INFO.fullmatch(info):
            message = f"'{info}' cannot stand behind a fence; write a language, or "
            raise self.error(f"{message}{{.language #label name=value}}", number)
        else:
            self.blocks.append(Line(self.path, number, self.lines[number - 1], verbatim=True))
            self.blocks += self.code(number + 1, code)
            self.blocks.append(Line(self.path, end, self.lines[end - 1], verbatim=True))
        return end

    def code(self, number: int, lines: list[str]) -> list[Line]:
        """Return lines of code; an include in it shows the file's text."""
        code: list[Line] = []
        for here, text in enumerate(lines, start=number):
            if include := INCLUDE.match(text):
                inner = self.included(here, include[1].strip("'\""))
                indent = text[: len(text) - len(text.lstrip())]
                for count, line in enumerate(_lines(self.root, inner), start=1):
                    code.append(Line(inner, count, indent + line, verbatim=True))
            elif "{{<" not in text:
                code.append(Line(self.path, here, text, verbatim=True))
            elif SHORTCODE.search(ESCAPED.sub("", text)):
                raise self.error(_no_shortcode(text), here)
            else:
                code.append(Line(self.path, here, ESCAPED.sub(r"\1", text), verbatim=True))
        return code

    def shortcode(self, number: int) -> tuple[str, int]:
        """Return the text of a shortcode that begins on a line, and the number of its last line."""
        for end in range(number, min(number + 10, len(self.lines)) + 1):
            whole = " ".join(line.strip() for line in self.lines[number - 1 : end])
            if ">}}" in whole:
                return whole, end
        raise self.error("the shortcode that begins here has no closing '>}}'", number)

    def included(self, number: int, target: str) -> Path:
        """Return the path, from the project's folder, of a file that this one includes."""
        if target.startswith("/"):
            message = f"include {target} by a path relative to this file: Quarto resolves a "
            raise self.error(f"{message}leading slash from each project's own folder", number)
        included = (self.root / self.path.parent / target).resolve()
        if not is_file(included):
            raise self.error(f"no such file to include: {target}", number)
        if not included.is_relative_to(self.root):
            raise self.error(f"{target} lies outside the project", number)
        return included.relative_to(self.root)

    def include(self, number: int, target: str) -> None:
        """Append the blocks of a file."""
        inner = self.included(number, target)
        if len(self.stack) > DEEPEST:
            raise self.error(f"includes are nested more than {DEEPEST} deep", number)
        stack = (*self.stack, inner)
        if inner in self.stack:
            chain = " → ".join(map(str, stack[stack.index(inner) :]))
            raise self.error(f"includes itself: {chain}", number)
        # A page of the book is executed as that page, wherever else it is included.
        page = inner if inner in self.pages else self.page
        reader = replace(self, path=inner, page=page, stack=stack)
        if reader.lines[0].rstrip() == "---":
            message = "an included document must have no YAML header; give its title as "
            raise reader.error(f"{message}'# Title {{#sec-name}}'", 1)
        if page != self.page and self.counts.get(page):
            raise self.error(f"{target} is included a second time", number)
        self.blocks.append(Line(self.path, number, ""))
        reader.read()
        self.blocks.append(Line(self.path, number, ""))

    def cell(self, number: int, indent: str, engine: re.Match[str], lines: list[str]) -> None:
        """Append a cell."""
        if engine[1] != "python" or engine["rest"].strip():
            message = f"a cell of kind '{engine[0].strip()}' is not supported, only '{{python}}' is"
            raise self.error(message, number)
        lines = [line.removeprefix(indent) for line in lines]
        code = [line.text for line in self.code(number + 1, lines)]
        header = list(takewhile(bool, map(OPTION.match, code)))
        count = len(header)
        for late, text in enumerate(code[count:], start=number + count + 1):
            if LATE_OPTION.match(text):
                message = f"'{text.strip()}' is a comment here: options begin with '#|' and stand "
                message += "at the beginning of the cell, without a blank line or code before or "
                raise self.error(f"{message}between them", late)
        options = parse("\n".join(found[1] for found in header if found), self.path, number + 1)
        check_keys(options, KEYS["cell"])
        _check_values(options)
        index = self.counts.get(self.page, 0)
        self.counts[self.page] = index + 1
        text, said = "\n".join(code[count:]), self.defaults | options.values
        first = number + count + 1
        self.blocks.append(Cell(self.path, number, text, said, indent, first, self.page, index))


def read(project: Project, path: Path) -> Document:
    """Read a document of a project, a page or the deck."""
    deck = project.deck
    nested = [deck.settings] if deck and deck.document == path else []
    return read_document(project.root, path, project.pages, project.settings, *nested)


def read_document(root: Path, path: Path, pages: tuple[Path, ...], *projects: Settings) -> Document:
    """Read the document `path` (relative to `root`) of a project, or of several, the inner last."""
    lines = _lines(root, path)
    settings, skip = _header(lines, path)
    if path in pages and settings.get("title"):
        raise settings.error("give a page's title as '# Title {#sec-name}' in its text", "title")
    check_keys(settings, KEYS["page-header" if path in pages else "deck-header"])
    check_choices(settings, "format", "beamer")
    for key in KEYS["variables"]:
        _check_variable(settings, "format", "beamer", key)
    _check_variable(settings, "institute")
    settings.texts("format", "beamer", "header-includes")
    style = settings.text("format", "beamer", "highlight-style")
    if style and style not in STYLES and Path(style).suffix != ".theme":
        message = f"'highlight-style' must be a .theme file or one of {', '.join(STYLES)}"
        raise settings.error(message, "format", "beamer", "highlight-style")
    check_choices(settings)
    defaults: dict[str, Any] = {}
    folders = _folder_settings(root, path)
    for source in (*projects, *folders, settings):
        if source.get("jupyter") not in (None, "python3"):
            raise source.error("the only kernel supported is python3", "jupyter")
        execute, fold = source.get("execute"), source.get("format", "html", "code-fold")
        said = execute.items() if isinstance(execute, dict) else ()
        flags = {key: value for key, value in said if key in KEYS["execute"]}
        _check_options(source, flags, "execute")
        for key, unit in LIMITS.items():
            source.positive(unit, "execute", key)
        folds = {} if fold is None else {"code-fold": fold}
        _check_options(source, folds, "format", "html")
        defaults |= flags | folds
    reader = _Reader(root, pages, defaults, path, path, (path,))
    reader.read(skip)
    for source in reversed(folders):
        settings = _with_limits(settings, source)
    return Document(path, settings, tuple(_number_examples(reader.blocks)))


def read_pages(project: Project) -> list[Document]:
    """Read the pages of a book."""
    return [read(project, page) for page in project.pages]


def _folder_settings(root: Path, path: Path) -> list[Settings]:
    """Return what `_metadata.yml` sets for all documents of a folder, the outer folder first."""
    found = []
    for folder in reversed(path.parents):
        file = folder / FOLDER_FILE
        if (root / file).is_file():
            found.append(parse("\n".join(_lines(root, file)), file))
            check_keys(found[-1], KEYS["page-header"])
    return found


def _with_limits(header: Settings, folder: Settings) -> Settings:
    """Return a document's header with the limits that its folder sets and it does not."""
    set_there = {key: folder.get("execute", key) for key in LIMITS}
    own = header.get("execute")
    limits = {key: value for key, value in set_there.items() if value is not None}
    return replace(header, values=header.values | {"execute": limits | (own or {})})


def odd_dollars(text: str) -> bool:
    """Say whether a line begins or ends a formula in '$$' without doing both."""
    return "$$" in text and len(re.findall(r"(?<!\\)\$\$", without_code(text))) % 2 == 1


def _problem(text: str, following: str) -> str:
    """Return what is wrong with a line of Markdown before another one, "" if nothing is."""
    if text.rstrip() == "---" and YAML_LINE.match(following):
        message = "a YAML header stands at the beginning of a file; around a rule of dashes stand "
        return f"{message}blank lines"
    if "{" in text and HIDDEN_CELL.search(without_code(text)):
        return "a cell begins on a line of its own, not in a quotation or behind text"
    if "{python}" in text and INLINE_CELL.search(text):
        return "code that is executed in a line is not supported; make it a cell"
    return ""


def _no_shortcode(text: str) -> str:
    """Return what is wrong with a text that has a shortcode."""
    found = SHORTCODE.search(text)
    name = found[1] if found else ""
    if name == "include":
        return "an include stands alone on its line"
    message = f"the shortcode '{name}' is not supported; only 'include' is. To show it as it is, "
    return f"{message}write {{{{{{< {name} … >}}}}}}"


def _number_examples(blocks: list[Line | Cell]) -> list[Line | Cell]:
    """Write numbers for the '(@)' and '(@name)' of example lists, which count through a document.

    Pandoc would do so, but also take '@fig-relu.' at the beginning of a line for an example.
    """
    names: dict[str, int] = {}
    count = 0
    for place, block in enumerate(blocks):
        if isinstance(block, Line) and not block.verbatim and (found := EXAMPLE.match(block.text)):
            count += 1
            if found[2]:
                names[found[2]] = count
            text = f"{found[1]}({count}){block.text[found.end() :]}"
            blocks[place] = replace(block, text=text)
    if names:
        known = re.compile(rf"\(@({'|'.join(map(re.escape, names))})\)")
        for place, block in enumerate(blocks):
            if isinstance(block, Line) and not block.verbatim:
                text = known.sub(lambda found: f"({names[found[1]]})", block.text)
                blocks[place] = replace(block, text=text)
    return blocks


def _check_options(settings: Settings, options: dict[str, Any], *path: str) -> None:
    """Raise an error at the first option with a value of another kind than it must have."""
    for key, value in options.items():
        pattern, words = OPTIONS.get(key, (".*", ""))
        written = json.dumps(value, ensure_ascii=False, default=lambda _: None)
        if not re.fullmatch(pattern, written, re.S):
            raise settings.error(f"'{key}' must be {words}", *path, key)


def _check_variable(settings: Settings, *path: str) -> None:
    """Raise an error at a setting of which Pandoc's template could make nothing but nonsense."""
    value = settings.get(*path)
    parts = value if isinstance(value, list) else [value]
    if any(isinstance(part, list | dict) for part in parts):
        raise settings.error(f"'{path[-1]}' must be a text or a list of texts", *path)


def _check_values(options: Settings) -> None:
    """Raise an error at the first option of a cell with a value that would be misunderstood."""
    _check_options(options, options.values)
    for key, value in options.values.items():
        texts = value if isinstance(value, list) else [value]
        if key == "tags" and not all(isinstance(text, str) for text in texts):
            raise options.error("'tags' must be a word or a list of words", key)
        if key == "tags" and (unknown := sorted(set(texts) - TAGS)):
            others = f"it knows {', '.join(sorted(TAGS))}"
            hint = guess(unknown[0], TAGS, "did you mean '{}'?") or others
            raise options.error(f"the tag '{unknown[0]}' is not supported; {hint}", key)
        if key in ("lst-cap", "lst-label") and options.get("echo") is False:
            raise options.error(f"'{key}' has no effect on a cell whose code is not shown", key)
        if key == "lst-cap" and not options.get("lst-label"):
            raise options.error("'lst-cap' needs a label, as in 'lst-label: lst-name'", key)
        if key == "label" and value.startswith("tbl-"):
            message = "a cell cannot be a table that one refers to; write the table in Markdown"
            raise options.error(message, key)


def _lines(root: Path, path: Path) -> list[str]:
    try:
        text = (root / path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise LectureError("is not UTF-8 text", path) from None
    lines = text.removesuffix("\n").split("\n")
    if "\0" not in text and not CONTROL.search(text):
        return lines
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise LectureError("a NUL character: this is not a text", path, number)
        if found := CONTROL.search(line):
            message = f"a control character, U+{ord(found[0]):04X}, that no output can show"
            raise LectureError(message, path, number)
    return lines


def _header(lines: list[str], path: Path) -> tuple[Settings, int]:
    """Return the YAML header and the number of lines it takes."""
    if lines[0].rstrip() != "---":
        return Settings(file=path), 0
    for end, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return parse("\n".join(lines[1:end]), path, first_line=2), end + 1
    raise LectureError("the YAML header that begins here has no closing '---'", path, 1)


def without_code(text: str) -> str:
    """Return a line without code, comments and shortcodes that are to be shown."""
    if not any(sign in text for sign in ("`", "<!--", "{{{")):
        return text
    text = ESCAPED.sub("", SPAN.sub("", text))
    kept, here = [], 0  # an expression's time would grow with the square of the length
    while (start := text.find("<!--", here)) >= 0 and (stop := text.find("-->", start)) >= 0:
        kept.append(text[here:start])
        here = stop + len("-->")
    return "".join([*kept, text[here:]])

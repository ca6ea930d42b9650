"""Write the Beamer deck: Pandoc makes LaTeX of it, XeLaTeX makes the PDF.

More than half of a run of LaTeX goes into the preamble. It cannot be kept as a format: XeTeX ends
in a segmentation fault where fonts of the system are in one, as they are once Beamer is loaded. So
it is read ahead (`ahead`).
"""

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from lecturebuild.reading.known import KEYS
from lecturebuild.reading.project import Deck, Project, authors, named_files
from lecturebuild.reading.source import Document
from lecturebuild.reading.yamltext import Settings
from lecturebuild.running import process
from lecturebuild.steps.assuming import confirm
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import digest, discard, in_project, is_file
from lecturebuild.steps.store import Read, Step, Store, before, previous, value
from lecturebuild.writing import addresses, pandoc
from lecturebuild.writing.book import pictures
from lecturebuild.writing.book.page import LOADED, macros, used
from lecturebuild.writing.crossref import Labels
from lecturebuild.writing.deck import handout
from lecturebuild.writing.deck.ahead import DOCUMENT, NOTED, Ahead, Run
from lecturebuild.writing.deck.handout import SOURCE
from lecturebuild.writing.pandoc import Woven
from lecturebuild.writing.words import words

FILTERS = [
    pandoc.FILTERS / f"{name}.lua"
    for name in """paths visibility frames folds muted lettered shapes annotations callouts macros
    crossref pictures""".split()
]
"""In their order; the sooner `visibility` comes, the less there is for the others to look at."""
CITEPROC = {"type": "citeproc"}
MOST = 5
"""So often LaTeX is run, at the most, until nothing changes any more."""
ERROR = re.compile(r"^(?:(?P<file>[^\s:]+\.\w+):(?P<line>\d+): |! )(?P<message>.+)$", re.M)
BODY = re.compile(r"^(\\begin\{frame\}.*?)^(\\end\{frame\})", re.M | re.S)
LABEL = re.compile(r"\\label\{([^}]+)\}")
SECTION = re.compile(r"^(\\section\b(?:(?!\n\n).)*?\\label\{([^}]+)\})", re.M | re.S)
PLACES = Path(__file__).with_name("frames.tex")
EPOCH = {"SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "0")}
INSTALLED = re.compile(r"/(tex|texmf|texlive|miktex|fonts)[^/]*/", re.I)
"""In the path of whatever belongs to LaTeX itself."""
FRAME = re.compile(r"^\\begin\{frame\}(?:\[[^]]*\])?(?:\{(?P<title>.*)\})?")
ID = re.compile(rb"/ID\s*\[\s*<([0-9A-Fa-f]{32})>\s*<([0-9A-Fa-f]{32})>\s*\]")
NO_LATEX = (
    "{program} is not installed, so there is no deck. On Debian or Ubuntu: apt-get install "
    "{package} texlive-latex-recommended texlive-fonts-recommended "
    "texlive-plain-generic lmodern; on macOS: MacTeX"
)
ENGINES = {
    "xelatex": "texlive-xetex",
    "lualatex": "texlive-luatex",
    "pdflatex": "texlive-latex-base",
}
"""The programs that make a deck, and Debian's packages with all that is theirs."""
FONTS = "luaotfload-main.lua"
"""That by which LuaLaTeX loads fonts: Debian's package with the program itself does not have it."""
MISSING = re.compile(r"File `([^']+\.(?:sty|cls))' not found")


def deck_step(
    project: Project, document: Document, woven: Step, index: Step, labels: Step, ahead: Ahead
) -> Step:
    """Return the step that makes the deck's PDF, and with it LaTeX for the handout's notes.

    `labels` are the deck's own; `ahead` may have a run of LaTeX.
    """
    files = [*FILTERS, *LOADED, PLACES, *_used_files(project, document)]
    return Step(
        "deck",
        document.path.as_posix(),
        partial(_write_deck, project, document, ahead),
        inputs=value(
            partial(ingredients, project, document), woven=woven, index=index, labels=labels
        ),
        uses=used(project, files),
        context={"woven": woven},
        slow=True,
    )


def ingredients(
    project: Project, document: Document, woven: Woven, index: dict[str, Any], labels: Labels
) -> dict[str, Any]:
    """Return all that a deck is made from, apart from files."""
    assert project.deck is not None
    return {
        "text": woven.text,
        "settings": _settings(project, project.deck, document),
        "title_page": _metadata(project, project.deck, document),
        "told": {
            "words": words(_language(project, project.deck, document)),
            "index": index,
            "folder": document.path.parent.as_posix(),
            "site": project.settings.text("book", "site-url").rstrip("/"),
        },
        "shown": addresses.shown(project, document, labels.deck_images),
        "titles": {heading["id"]: heading["title"] for heading in labels.headings},
        "header": _beamer(document).get("header-includes"),
        "engine": engine_of(document),
    }


def _write_deck(
    project: Project,
    document: Document,
    ahead: Ahead,
    folder: Path,
    text: str,
    settings: dict[str, Any],
    title_page: dict[str, Any],
    told: dict[str, Any],
    shown: dict[str, Path],
    titles: dict[str, str],
    header: str | list[str] | None,
    engine: str,
    woven: Woven,
) -> Read:
    tex = folder / document.path.with_suffix(".tex").name
    place = project.root / document.path.parent
    (folder / "media").mkdir()
    for name, file in woven.media.items():
        shutil.copyfile(file, folder / "media" / name)
    media = os.path.relpath(folder / "media", place)
    copies = {
        address: f"{media}/{pictures.for_latex(file, folder / 'media').name}"
        for address, file in shown.items()
    }
    # As it is: Pandoc reads YAML in it, which does not know JSON's two escapes for an emoji.
    about = json.dumps(title_page, default=str, ensure_ascii=False)
    (folder / "title-page.json").write_text(about, encoding="utf-8")
    settings = settings | {"metadata-files": [str(folder / "title-page.json")]}
    if header:
        # As a file: beside `include-in-header` Pandoc passes over it.
        own = folder / "header.latex"
        own.write_text("\n".join(header if isinstance(header, list) else [header]), "utf-8")
        settings["include-in-header"] = [str(own), *settings["include-in-header"]]
    written = pandoc.run(
        text,
        settings,
        place,
        woven.origins,
        told | {"media": f"{media}/", "pictures": copies},
        {"QUARTO_PROJECT_DIR": str(place)},
    )
    confirm()  # LaTeX would run in vain
    written = _with_places(written, project, told["index"], titles, told["site"])
    tex.write_text(written, encoding="utf-8")
    read = typeset(tex, project, document, ahead)
    discard(folder / "media")
    handout.write_cards(tex)
    return read


@contextmanager
def read_ahead(project: Project, document: Document, ahead: Ahead) -> Iterator[None]:
    """Have LaTeX begin with the preamble of the last deck; end it if the deck does not need it."""
    kept = Store(project.root).newest("deck", document.path.as_posix())
    tex = kept.folder / document.path.with_suffix(".tex").name if kept else None
    if tex and is_file(tex):
        preamble = tex.read_text(encoding="utf-8").partition(DOCUMENT)[0]
        ahead.run = _begin(project, document, tex.name, preamble)
    try:
        yield
    finally:
        if ahead.run:
            ahead.run.stop()


def _begin(project: Project, document: Document, name: str, preamble: str, number: int = 1) -> Run:
    """Begin a run of LaTeX with the preamble of a file."""
    command = [engine_of(document), "-interaction=nonstopmode", "-halt-on-error"]
    command += ["-file-line-error", "-recorder"]
    # XeLaTeX's PDF is made once, of what the last run has written.
    command += ["-no-pdf"] if command[0] == "xelatex" else []
    return Run(
        command,
        project.build / "latex" / f"{Path(name).stem}-{number}" / name,
        preamble,
        project.root / document.path.parent,
        process.limits_of(document.header, process.project_limits),
        # LaTeX otherwise breaks the lines of its log, and the messages in them; the PDF has the
        # time of making in it, which would make it new with every run.
        {"max_print_line": "10000"} | EPOCH,
    )


def typeset(
    tex: Path,
    project: Project,
    document: Document,
    ahead: Ahead | None = None,
    *,
    once: bool = False,
) -> Read:
    """Make a PDF of a LaTeX file in the folder of a step; return which files LaTeX read.

    What LaTeX noted in its last successful run (the table of contents and the like) saves a run;
    where it does harm, LaTeX starts afresh.
    """
    place = project.root / document.path.parent
    preamble, _, body = tex.read_text(encoding="utf-8").partition(DOCUMENT)
    begin = partial(_begin, project, document, tex.name, preamble)
    run = (ahead.take(preamble) if ahead else None) or begin()
    start = run.started or time.time()
    kept = None if once else previous(tex.parent)
    seeds = [] if kept is None else [f for f in kept.files.values() if f.path.suffix in NOTED]
    for file in seeds:
        shutil.copyfile(file.path, tex.parent / file.path.name)
    done = _run_latex(run, body, tex, document.path, begin, once=once)
    if not done and seeds:
        for left in tex.parent.glob(f"{tex.stem}.*"):
            if left != tex:
                discard(left)
        done = _run_latex(begin(), body, tex, document.path, begin, once=once)
    if done and engine_of(document) == "xelatex":
        # By a path that has nothing of the project's own in it: signs like % or ~ mean something.
        made, pdf = (os.path.relpath(tex.with_suffix(each), place) for each in (".xdv", ".pdf"))
        command = ["xdvipdfmx", "-q", "-E", "-o", pdf, made]
        limits = process.limits_of(document.header, process.project_limits)
        ended = process.run(command, "LaTeX", limits=limits, folder=place, environment=EPOCH)
        done = ended.returncode == 0
    if not done:
        raise _at_command(explain(tex, document.path, project.build / f"{tex.stem}.log"), document)
    names = _inputs(tex, place, project, document.path)
    reads = {name: before(project.root / name, start) for name in names}
    for suffix in (".fls", ".xdv"):
        discard(tex.with_suffix(suffix))
    _name_by_content(tex.with_suffix(".pdf"))
    return Read(reads)


def _at_command(error: LectureError, document: Document) -> LectureError:
    """Return an error about an unknown command with the line of the frame in which it stands."""
    command = re.search(r"Undefined control sequence ?(\\\w+)$", error.message)
    for line in document.lines if command else ():
        after = str(line.file) == str(error.file) and line.line >= (error.line or 0)
        if command and after and re.search(re.escape(command[1]) + r"(?![A-Za-z])", line.text):
            return line.error(error.message)
    return error


def _name_by_content(pdf: Path) -> None:
    """Make the id of a PDF, by chance another one in every run, a hash of its content."""
    content = pdf.read_bytes()
    name = hashlib.md5(ID.sub(b"", content), usedforsecurity=False).hexdigest().encode()

    def renamed(found: re.Match[bytes]) -> bytes:
        return found[0].replace(found[1], name).replace(found[2], name)

    pdf.write_bytes(ID.sub(renamed, content))


def _with_places(
    tex: str, project: Project, index: dict[str, Any], titles: dict[str, str], site: str
) -> str:
    """Name the deck's pages; tell frames their titles as plain text and their places in the book.

    `titles` are those of headings, by their identifiers; without `site` there are no places.
    """
    numbers = count(1)

    def ended(frame: re.Match[str]) -> str:
        label = LABEL.search(frame[0])
        title = _plain(titles.get(label[1], "") if label else "")
        address = _plain(f"{site}/{_place_in_book(frame[0], project, index)}" if site else "")
        return f"{frame[1]}\\lectureframe{{{next(numbers)}}}{{{address}}}{{{title}}}\n{frame[2]}"

    tex = SECTION.sub(r"\\mode<all>{\\lecturesection{\g<2>}}\n\g<1>", tex)
    return BODY.sub(ended, tex)


def _place_in_book(frame: str, project: Project, index: dict[str, Any]) -> str:
    """Return the address, within the book, of what a frame shows; its first page where unknown."""
    label = LABEL.search(frame)
    if label and "page" in index.get(label[1], {}):
        return f"{index[label[1]]['page']}#{label[1]}"
    source = SOURCE.search(frame)
    page = Path(source["file"]) if source else project.pages[0]
    return (page if page in project.pages else project.pages[0]).with_suffix(".html").as_posix()


def cards_step(project: Project, document: Document, deck: Step) -> Step:
    """Return the step that sets the handout's notes, which runs only if one of them has changed."""
    return Step(
        "cards",
        document.path.as_posix(),
        partial(_write_cards, project, document),
        inputs={"cards": value(handout.cards_of, deck=deck), "engine": engine_of(document)},
        slow=True,
    )


def _write_cards(
    project: Project, document: Document, folder: Path, cards: str, engine: str
) -> Read:
    if not cards:
        return Read()
    tex = folder / "cards.tex"
    tex.write_text(cards, encoding="utf-8")
    return typeset(tex, project, document, once=True)


def _inputs(tex: Path, place: Path, project: Project, document: Path) -> list[str]:
    """Return the project's files that LaTeX read, as its recorder lists them."""
    lines = tex.with_suffix(".fls").read_text(encoding="utf-8", errors="replace").splitlines()
    names = {line.removeprefix("INPUT ") for line in lines if line.startswith("INPUT ")}
    files = {Path(os.path.normpath(place / name)) for name in names}
    foreign = [file for file in files if not file.is_relative_to(project.root)]
    for file in sorted(foreign):
        if not INSTALLED.search(str(file)) and file.is_file():
            raise LectureError(f"LaTeX reads {file}, which lies outside the project", document)
    own = [file for file in files if in_project(file, project.root)]
    return sorted(
        str(file.relative_to(project.root))
        for file in own
        if not file.is_relative_to(project.build)
    )


def _beamer(document: Document) -> dict[str, Any]:
    """Return what the deck's header says of Beamer; `format: beamer` alone says nothing."""
    said, header = document.header.get("format", "beamer"), document.header
    toc = {} if header.get("toc") is None else {"toc": header.get("toc")}
    own = said if isinstance(said, dict) else {}
    return toc | {key: value for key, value in own.items() if value is not None}


def _metadata(project: Project, deck: Deck, document: Document) -> dict[str, Any]:
    """Return the title page and the like; Pandoc reads Markdown in it."""
    names = "title subtitle author date institute nocite suppress-bibliography link-citations"
    metadata = {key: document.header.get(key) or deck.settings.get(key) for key in names.split()}
    metadata = {key: value for key, value in metadata.items() if value is not None}
    if language := _language(project, deck, document).text("lang"):
        metadata["lang"] = language
    for source in (deck.settings, document.header):
        source.date("date")
        for key in ("title", "subtitle", "nocite"):
            source.text(key)
        metadata |= {"author": authors(source, "author")} if source.get("author") else {}
    beamer = _beamer(document)
    return metadata | ({"institute": beamer["institute"]} if "institute" in beamer else {})


def _language(project: Project, deck: Deck, document: Document) -> Settings:
    """Return the settings that name the deck's language; of the book if it has none."""
    every = (document.header, deck.settings, project.settings)
    return next((settings for settings in every if settings.get("lang")), project.settings)


def _listed(project: Project, document: Document, key: str) -> list[Path]:
    """Return files that the deck's header names, or else the settings of its folder."""
    assert project.deck is not None
    header, settings = document.header, project.deck.settings
    base = header if header.get(key) is not None else settings
    return named_files(base, project.root / base.file.parent, key)


def _included(project: Project, document: Document) -> list[Path]:
    key = ("format", "beamer", "include-in-header")
    return named_files(document.header, project.root / document.path.parent, *key)


def _used_files(project: Project, document: Document) -> list[Path]:
    if document.header.get("latex-macros") and not macros(project):
        message = "name the file of macros under 'latex-macros' in _quarto.yml, too"
        raise document.header.error(message, "latex-macros")
    keys = ("filters", "bibliography", "csl")
    listed = [file for key in keys for file in _listed(project, document, key)]
    places = (project.root, project.root / document.path.parent)
    listed += pandoc.loaded_by(tuple(_listed(project, document, "filters")), places)
    return listed + _included(project, document) + [Path(file) for file in macros(project).values()]


def _settings(project: Project, deck: Deck, document: Document) -> dict[str, Any]:
    """Return Pandoc's defaults for the deck."""
    beamer = _beamer(document)
    variables = {key: value for key, value in beamer.items() if key in KEYS["variables"]}
    if "author" not in _metadata(project, deck, document):
        # Not on the title page, then, but in the PDF's properties.
        variables["author-meta"] = _plain("; ".join(authors(project.settings, "book", "author")))
    styles = _listed(project, document, "csl")
    return {
        "to": "beamer",
        "standalone": True,
        "slide-level": beamer.get("slide-level", 2),
        "incremental": bool(beamer.get("incremental", False)),
        "table-of-contents": bool(beamer.get("toc", False)),
        **({"toc-depth": beamer["toc-depth"]} if "toc-depth" in beamer else {}),
        **({"highlight-style": beamer["highlight-style"]} if "highlight-style" in beamer else {}),
        "include-in-header": [*map(str, _included(project, document)), str(PLACES)],
        "filters": [
            *map(str, pandoc.others(_listed(project, document, "filters"), FILTERS)),
            *map(str, FILTERS),
            CITEPROC,
        ],
        "variables": variables,
        "metadata": {
            "bibliography": [*map(str, _listed(project, document, "bibliography"))],
        }
        | macros(project)
        | ({"csl": str(styles[0])} if styles else {}),
    }


def _plain(text: str) -> str:
    """Return LaTeX that shows a text as it is, in a PDF's properties or an address."""
    return re.sub(r"[#$%&_{}]", r"\\\g<0>", text.replace("\\", ""))


def engine_of(document: Document) -> str:
    """Return the name of the LaTeX program that a deck's header asks for."""
    return document.header.text("format", "beamer", "pdf-engine") or "xelatex"


def missing_latex(document: Document) -> LectureError | None:
    """Return an error that says what to install, if the program that makes the deck is missing."""
    program = engine_of(document)
    if shutil.which(program) is None:
        missing = program
    elif program == "lualatex" and not _has(FONTS):
        missing = f"luaotfload, by which {program} loads fonts,"
    else:
        return None
    message = NO_LATEX.format(program=missing, package=ENGINES[program])
    return LectureError(message, document.path)


def _has(file: str) -> bool:
    """Say whether LaTeX knows a file; one that cannot be asked will say itself what is missing."""
    if shutil.which("kpsewhich") is None:
        return True
    return process.run(["kpsewhich", file], "kpsewhich", usual=60).returncode == 0


def _run_latex(
    run: Run, body: str, tex: Path, document: Path, begin: Callable[..., Run], *, once: bool
) -> bool:
    """Run LaTeX as often as it needs, or once where nothing refers to anything; say if it went.

    It needs another run as long as what it notes for the next one changes. (latexmk would do the
    same, but cannot in a folder whose name has a sign of Perl's or the shell's in it.)
    """
    for number in range(2, MOST + 2):
        noted = _noted(tex)
        # Where nothing is noted yet there will be a second run: it may read the preamble already.
        following = begin(number) if not once and not any(noted.values()) else None
        try:
            done = _end(run, body, tex, document)
            if not done or once or _noted(tex) == noted:
                return done
            run, following = following or begin(number), None
        finally:
            if following:
                following.stop()
    run.stop()
    return True


def _noted(tex: Path) -> dict[str, str]:
    files = [tex.with_suffix(suffix) for suffix in sorted(NOTED)]
    return {file.suffix: digest(file) for file in files if file.exists()}


def _end(run: Run, body: str, tex: Path, document: Path) -> bool:
    try:
        return run.end(body, tex.parent)
    except process.LimitError as error:
        place = explain(tex, document)
        if "Interruption" not in place.message:
            raise LectureError(error.message, document) from None
        frame = place.message.partition(": Interruption")[0].removeprefix("LaTeX")
        message = error.message.replace("LaTeX", f"LaTeX{frame}", 1)
        raise LectureError(message, place.file, place.line) from None


def explain(tex: Path, deck: Path, kept: Path | None = None) -> LectureError:
    """Turn the first error in LaTeX's log into one that names the source file and the frame.

    Where there is none, the log is put where the author finds it.
    """
    log = tex.with_suffix(".log")
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    error = ERROR.search(text)
    if error is None:
        if kept:
            kept.write_text(text, encoding="utf-8")
        return LectureError(f"LaTeX failed without a message; its log is {kept}", deck)
    message = error["message"].rstrip(".")
    context = re.search(r"^l\.(\d+)", text[error.start() :], re.M)
    # TeX prints, on the next line, what it had read when it stumbled.
    read = text[error.end() :].lstrip("\n").split("\n")[0].strip()
    if "Undefined control sequence" in message:
        message += "".join(re.findall(r" ?\\[A-Za-z@]+", read)[-1:])
    elif missing := MISSING.search(message):
        name = missing[1]
        message += f"; install the package that has it: 'apt-file search /{name}' on Debian, "
        message += f"'tlmgr install {Path(name).stem}' elsewhere"
    elif read and not re.match(r"l\.|<|See the|Type X|\\end\{frame\}", read):
        message += f", after '{read[-60:]}'"
    number = error["line"] or (context[1] if context else None)
    if message.startswith("File ended") and (open_ := _never_ended(tex)):
        number, message = open_
    # LaTeX reads the text of a frame with code from a file of its own.
    read_from = tex.with_suffix(".vrb") if (error["file"] or "").endswith(".vrb") else tex
    file, line, title = origin(read_from, int(number)) if number else (None, None, None)
    frame = f" in the frame '{title}'" if title else ""
    return LectureError(f"LaTeX{frame}: {message}", file or deck, line)


def _never_ended(tex: Path) -> tuple[int, str] | None:
    """Return the line of the first environment that its frame does not end, and a message."""
    stack: list[tuple[int, str]] = []
    for number, text in enumerate(tex.read_text(encoding="utf-8").splitlines(), start=1):
        for word, name in re.findall(r"\\(begin|end)\{([^}]+)\}", text):
            if word == "begin":
                stack.append((number, name))
            elif stack and stack[-1][1] == name:
                stack.pop()
            elif name == "frame" and stack:
                return stack[-1][0], f"\\begin{{{stack[-1][1]}}} has no \\end{{{stack[-1][1]}}}"
    return None


def origin(tex: Path, number: int) -> tuple[str | None, int | None, str | None]:
    """Return the source's file and line and the title of the frame around a line of LaTeX."""
    lines: list[str] = tex.read_text(encoding="utf-8").splitlines()[:number]
    file, line, title = None, None, None
    for text in reversed(lines):
        if file is None and (source := SOURCE.match(text)):
            file, line = source["file"], int(source["line"])
        if frame := FRAME.match(text):
            title = frame["title"]
            break
    return file, line, title

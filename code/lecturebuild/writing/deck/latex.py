"""Write the Beamer deck: Pandoc makes LaTeX of it, latexmk and XeLaTeX make the PDF."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

from lecturebuild.reading.project import Deck, Project
from lecturebuild.reading.source import Document
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import digest, in_project, read_json
from lecturebuild.writing import pandoc
from lecturebuild.writing.weave import Woven

FILTERS = [
    pandoc.FILTERS / f"{name}.lua"
    for name in ("paths", "shapes", "visibility", "code-fold", "crossref", "pictures")
]
ENGINES = {"xelatex": "-xelatex", "lualatex": "-lualatex", "pdflatex": "-pdf"}
ERROR = re.compile(r"^(?:(?P<file>[^\s:]+\.\w+):(?P<line>\d+): |! )(?P<message>.+)$", re.M)
SOURCE = re.compile(r"^% source (?P<file>.+):(?P<line>\d+)$", re.M)
BODY = re.compile(r"^(\\begin\{frame\}.*?)^(\\end\{frame\})", re.M | re.S)
LABEL = re.compile(r"\\label\{([^}]+)\}")
SECTION = re.compile(r"^(\\section\b(?:(?!\n\n).)*?\\label\{([^}]+)\})", re.M | re.S)
PLACES = Path(__file__).with_name("frames.tex")
FRAME = re.compile(r"^\\begin\{frame\}(?:\[[^]]*\])?(?:\{(?P<title>.*)\})?")
NO_LATEX = (
    "{program} is not installed, so there is no deck. On Debian or Ubuntu: apt-get install "
    "texlive-xetex texlive-latex-recommended texlive-fonts-recommended lmodern "
    "latexmk; on macOS: MacTeX"
)


def write_deck(
    project: Project,
    document: Document,
    woven: Woven,
    index: dict[str, Any],
    shown: dict[str, str],
) -> tuple[Path, bool]:
    """Write the deck into the build folder, unless it is there; return the PDF and if it is new.

    `shown` are the files of the pictures that the deck shows, by their addresses.
    """
    deck = project.deck
    assert deck is not None
    folder = project.build / "deck"
    (folder / "media").mkdir(parents=True, exist_ok=True)
    for name, file in woven.media.items():
        if not (folder / "media" / name).exists():
            shutil.copyfile(file, folder / "media" / name)
    tex = folder / document.path.with_suffix(".tex").name
    pdf = tex.with_suffix(".pdf")
    settings, metadata = _settings(project, deck, document, folder), _metadata(deck, document)
    site = project.settings.text("book", "site-url")
    ingredients = json.dumps(
        [woven.text, settings, metadata, index, shown, site], sort_keys=True, default=str
    )
    stamp = folder / "made-from.json"
    kept = read_json(stamp) if pdf.is_file() else None
    if kept and kept == _made_from(ingredients, settings, kept["inputs"], project.root):
        return pdf, False
    stamp.unlink(missing_ok=True)
    place = project.root / document.path.parent
    _write_json(folder / "metadata.json", metadata)
    _write_json(folder / "index.json", index)
    _write_json(folder / "pictures.json", shown)
    _write_json(folder / "defaults.json", settings)
    written = pandoc.run(
        woven.text,
        [f"--defaults={folder / 'defaults.json'}"],
        place,
        woven.origins,
        {"QUARTO_PROJECT_DIR": str(place)},
    )
    tex.write_text(_with_places(written, project, index), encoding="utf-8")
    if not _run_latex(engine_of(document), tex, place):
        pdf.unlink(missing_ok=True)
        raise explain(tex, document.path)
    made_from = _made_from(ingredients, settings, _inputs(tex, place, project), project.root)
    stamp.write_text(json.dumps(made_from), encoding="utf-8")
    return pdf, True


def _with_places(tex: str, project: Project, index: dict[str, Any]) -> str:
    """Name the deck's pages, and tell frames their places in the book, if it has an address."""
    site = project.settings.text("book", "site-url").rstrip("/")
    numbers = count(1)

    def ended(frame: re.Match[str]) -> str:
        address = f"{site}/{_place_in_book(frame[0], project, index)}" if site else ""
        return f"{frame[1]}\\lectureframe{{{next(numbers)}}}{{{_plain(address)}}}\n{frame[2]}"

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


def write_handout(project: Project, document: Document, *, anew: bool) -> Path:
    """Write the deck's handout into the build folder, unless it is there; return it."""
    folder = project.build / "deck"
    tex = folder / document.path.with_suffix(".tex").name
    handout, cards = folder / f"{tex.stem}-handout.pdf", folder / f"{tex.stem}-cards.tex"
    if handout.is_file() and not anew:
        return handout
    handout.unlink(missing_ok=True)
    from pypdf import PdfReader

    from lecturebuild.writing.deck import handout as downloads

    deck = PdfReader(tex.with_suffix(".pdf"))
    text = tex.read_text(encoding="utf-8")
    noted = downloads.notes(text)
    wanted = downloads.cards(text, downloads.aspect_of(deck))
    made, pdf = cards.with_suffix(".made.tex"), cards.with_suffix(".pdf")
    if noted and not (pdf.is_file() and made.is_file() and made.read_text() == wanted):
        cards.write_text(wanted, encoding="utf-8")
        if not _run_latex(
            engine_of(document), cards, project.root / document.path.parent, once=True
        ):
            raise explain(cards, document.path)
        cards.rename(made)
    nav = tex.with_suffix(".nav").read_text(encoding="utf-8")
    downloads.write_handout(handout, deck, nav, noted, pdf)
    return handout


def _made_from(
    ingredients: str, settings: dict[str, Any], inputs: Iterable[str], root: Path
) -> dict[str, Any]:
    """Return digests of all that a deck is made from; `inputs` are the files that LaTeX read."""
    filters = [name for name in settings["filters"] if isinstance(name, str)]
    metadata = settings["metadata"]
    names = [*filters, *metadata["bibliography"], *settings["include-in-header"]]
    files = [Path(name) for name in (*names, metadata.get("csl")) if name]
    return {
        "text": hashlib.sha256(ingredients.encode()).hexdigest(),
        "pandoc": digest(*files),
        "inputs": {name: digest(root / name) for name in inputs},
    }


def _inputs(tex: Path, place: Path, project: Project) -> list[str]:
    """Return the project's files that LaTeX read, as its recorder lists them."""
    lines = tex.with_suffix(".fls").read_text(encoding="utf-8", errors="replace").splitlines()
    names = {line.removeprefix("INPUT ") for line in lines if line.startswith("INPUT ")}
    files = {Path(os.path.normpath(place / name)) for name in names}
    own = [file for file in files if in_project(file, project.root)]
    return sorted(
        str(file.relative_to(project.root))
        for file in own
        if not file.is_relative_to(project.build)
    )


def _beamer(document: Document) -> dict[str, Any]:
    return document.header.get("format", "beamer") or {}


def _metadata(deck: Deck, document: Document) -> dict[str, Any]:
    """Return the title page and the like; Pandoc reads Markdown in it."""
    names = "title subtitle author date institute lang nocite suppress-bibliography link-citations"
    metadata = {key: document.header.get(key) or deck.settings.get(key) for key in names.split()}
    metadata = {key: value for key, value in metadata.items() if value is not None}
    beamer = _beamer(document)
    return metadata | {
        key: beamer[key] for key in ("header-includes", "institute") if key in beamer
    }


def _settings(
    project: Project,
    deck: Deck,
    document: Document,
    folder: Path,
) -> dict[str, Any]:
    """Return Pandoc's defaults file for the deck."""
    place = project.root / document.path.parent
    header, beamer = document.header, _beamer(document)

    def listed(key: str) -> list[str]:
        base = header if header.get(key) is not None else deck.settings
        origin = document.path.parent if base is header else Path(deck.settings.file).parent
        paths = []
        for name in base.texts(key):
            if not (project.root / origin / name).is_file():
                raise base.error(f"no such file: {name}", key)
            paths.append(str(project.root / origin / name))
        return paths

    variables = {
        key: value
        for key, value in beamer.items()
        if key
        in """aspectratio classoption colortheme fontsize fonttheme innertheme navigation
        outertheme section-titles theme themeoptions toc-title""".split()
    }
    if "author" not in _metadata(deck, document):
        # Not on the title page, then, but in the PDF's properties.
        variables["author-meta"] = _plain("; ".join(project.settings.texts("book", "author")))
    styles = listed("csl")
    media = os.path.relpath(folder / "media", place).replace(os.sep, "/")
    return {
        "to": "beamer",
        "standalone": True,
        "slide-level": beamer.get("slide-level", 2),
        "incremental": bool(beamer.get("incremental", False)),
        "table-of-contents": bool(beamer.get("toc", False)),
        "include-in-header": [
            *(str(place / file) for file in header.texts("format", "beamer", "include-in-header")),
            str(PLACES),
        ],
        "filters": [*listed("filters"), *map(str, FILTERS), {"type": "citeproc"}],
        "variables": variables,
        "metadata-files": [str(folder / "metadata.json")],
        "metadata": {
            "lecture-index": str(folder / "index.json"),
            "lecture-pictures": str(folder / "pictures.json"),
            "lecture-media": f"{media}/",
            "lecture-folder": document.path.parent.as_posix(),
            "bibliography": listed("bibliography"),
        }
        | ({"csl": styles[0]} if styles else {}),
    }


def _plain(text: str) -> str:
    """Return LaTeX that shows a text as it is, in a PDF's properties or an address."""
    return re.sub(r"[#$%&_{}]", r"\\\g<0>", text.replace("\\", ""))


def _write_json(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, default=str), encoding="utf-8")


def engine_of(document: Document) -> str:
    """Return the name of the LaTeX program that a deck's header asks for."""
    engine = document.header.text("format", "beamer", "pdf-engine") or "xelatex"
    if engine not in ENGINES:
        raise document.header.error(
            f"'{engine}' is not supported; choose one of {', '.join(ENGINES)}",
            *("format", "beamer", "pdf-engine"),
        )
    return engine


def missing_latex(document: Document) -> LectureError | None:
    """Return an error that says what to install, if a program that makes the deck is missing."""
    for program in ("latexmk", engine_of(document)):
        if shutil.which(program) is None:
            return LectureError(NO_LATEX.format(program=program), document.path)
    return None


def _run_latex(engine: str, tex: Path, folder: Path, *, once: bool = False) -> bool:
    """Run LaTeX as often as it needs, or once where nothing refers to anything; say if it went."""
    options = ["-interaction=nonstopmode", "-halt-on-error", "-file-line-error"]
    command = ["latexmk", "-norc", ENGINES[engine], *options, f"-outdir={tex.parent}", str(tex)]
    if once:
        command = [engine, *options, f"-output-directory={tex.parent}", str(tex)]
    process = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        # LaTeX otherwise breaks the lines of its log, and the messages in them.
        env=os.environ | {"max_print_line": "10000"},
        check=False,
    )
    return process.returncode == 0


def explain(tex: Path, deck: Path) -> LectureError:
    """Turn the first error in LaTeX's log into one that names the source file and the frame."""
    log = tex.with_suffix(".log")
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    error = ERROR.search(text)
    if error is None:
        return LectureError(f"LaTeX failed without a message; its log is {log}", deck)
    message = error["message"].rstrip(".")
    context = re.search(r"^l\.(\d+)", text[error.start() :], re.M)
    # TeX prints, on the next line, what it had read when it stumbled.
    read = text[error.end() :].lstrip("\n").split("\n")[0].strip()
    if "Undefined control sequence" in message:
        message += "".join(re.findall(r" ?\\[A-Za-z@]+", read)[-1:])
    elif read and not re.match(r"l\.|<|See the|\\end\{frame\}", read):
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

"""Write the Beamer deck: Pandoc makes LaTeX of it, latexmk and XeLaTeX make the PDF."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from lecturebuild import pandoc
from lecturebuild.errors import LectureError
from lecturebuild.project import Deck, Project
from lecturebuild.source import Document
from lecturebuild.weave import Woven

FILTERS = [
    pandoc.FILTERS / f"{name}.lua" for name in ("visibility", "code-fold", "crossref", "pictures")
]
ENGINES = {"xelatex": "-xelatex", "lualatex": "-lualatex", "pdflatex": "-pdf"}
ERROR = re.compile(r"^(?:(?P<file>[^\s:]+\.\w+):(?P<line>\d+): |! )(?P<message>.+)$", re.M)
SOURCE = re.compile(r"^% source (?P<file>.+):(?P<line>\d+)$")
FRAME = re.compile(r"^\\begin\{frame\}(?:\[[^]]*\])?(?:\{(?P<title>.*)\})?")
NO_LATEX = (
    "{program} is not installed, so there is no deck. On Debian or Ubuntu: apt-get install texlive-xetex texlive-latex-recommended "
    "texlive-fonts-recommended lmodern latexmk; on macOS: MacTeX"
)


def write_deck(
    project: Project, document: Document, woven: Woven, index: dict[str, Any]
) -> tuple[Path, bool]:
    """Write the deck into the build folder, unless it is there; return the PDF and if it is new."""
    deck = project.deck
    assert deck is not None
    folder = project.build / "deck"
    (folder / "media").mkdir(parents=True, exist_ok=True)
    for name, file in woven.media.items():
        if not (folder / "media" / name).exists():
            shutil.copyfile(file, folder / "media" / name)
    tex = folder / document.path.with_suffix(".tex").name
    pdf = tex.with_suffix(".pdf")
    text = _latex(project, deck, document, woven, index, folder)
    key = _key(text, project.root / document.path.parent)
    stamp = folder / "key.txt"
    if pdf.is_file() and stamp.is_file() and stamp.read_text() == key:
        return pdf, False
    stamp.unlink(missing_ok=True)
    tex.write_text(text, encoding="utf-8")
    if not _run_latex(engine_of(document), tex, project.root / document.path.parent):
        pdf.unlink(missing_ok=True)
        raise explain(tex, document.path)
    stamp.write_text(key)
    return pdf, True


def _key(tex: str, folder: Path) -> str:
    """Digest what LaTeX reads: pictures are named by their content, theme files lie in `folder`."""
    digest = hashlib.sha256(tex.encode())
    for file in sorted([*folder.glob("*.sty"), *folder.glob("*.tex")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _latex(
    project: Project,
    deck: Deck,
    document: Document,
    woven: Woven,
    index: dict[str, Any],
    folder: Path,
) -> str:
    place = project.root / document.path.parent
    header, beamer = document.header, document.header.get("format", "beamer") or {}

    def listed(key: str) -> list[str]:
        base = header if header.get(key) is not None else deck.settings
        origin = document.path.parent if base is header else Path(deck.settings.file).parent
        paths = []
        for name in base.texts(key):
            if not (project.root / origin / name).is_file():
                raise base.error(f"no such file: {name}", key)
            paths.append(str(project.root / origin / name))
        return paths

    metadata_keys = ("title", "subtitle", "author", "date", "institute", "lang", "nocite")
    metadata = {
        key: header.get(key) or deck.settings.get(key)
        for key in (*metadata_keys, "suppress-bibliography", "link-citations")
    }
    metadata = {key: value for key, value in metadata.items() if value is not None}
    metadata |= {key: beamer[key] for key in ("header-includes", "institute") if key in beamer}
    (folder / "metadata.json").write_text(json.dumps(metadata, default=str), encoding="utf-8")
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    variables = {
        key: value
        for key, value in beamer.items()
        if key
        in """aspectratio classoption colortheme fontsize fonttheme innertheme navigation
        outertheme section-titles theme themeoptions toc-title""".split()
    }
    media = os.path.relpath(folder / "media", place).replace(os.sep, "/")
    defaults = folder / "defaults.json"
    settings = {
        "to": "beamer",
        "standalone": True,
        "slide-level": beamer.get("slide-level", 2),
        "incremental": bool(beamer.get("incremental", False)),
        "table-of-contents": bool(beamer.get("toc", False)),
        "metadata-files": [str(folder / "metadata.json")],
        "include-in-header": [
            str(place / file) for file in _as_list(beamer.get("include-in-header"))
        ],
        "filters": [*listed("filters"), *map(str, FILTERS), {"type": "citeproc"}],
        "variables": variables,
        "metadata": {
            "lecture-index": str(folder / "index.json"),
            "lecture-media": f"{media}/",
            "bibliography": listed("bibliography"),
        },
    }
    defaults.write_text(json.dumps(settings, default=str), encoding="utf-8")
    return pandoc.run(
        woven.text,
        [f"--defaults={defaults}"],
        place,
        woven.origins,
        {"QUARTO_PROJECT_DIR": str(place)},
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def engine_of(document: Document) -> str:
    """Return the name of the LaTeX program that a deck's header asks for."""
    engine = document.header.get("format", "beamer", "pdf-engine") or "xelatex"
    if engine not in ENGINES:
        raise document.header.error(
            f"'{engine}' is not supported; choose one of {', '.join(ENGINES)}",
            *("format", "beamer", "pdf-engine"),
        )
    return str(engine)


def missing_latex(document: Document) -> LectureError | None:
    """Return an error that says what to install, if a program that makes the deck is missing."""
    for program in ("latexmk", engine_of(document)):
        if shutil.which(program) is None:
            return LectureError(NO_LATEX.format(program=program), document.path)
    return None


def _run_latex(engine: str, tex: Path, folder: Path) -> bool:
    """Run LaTeX as often as it needs; say whether it succeeded."""
    command = ["latexmk", "-norc", ENGINES[engine], "-interaction=nonstopmode", "-halt-on-error"]
    command += ["-file-line-error", f"-outdir={tex.parent}", str(tex)]
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
    elif read and not re.match(r"l\.|See the|\\end\{frame\}", read):
        message += f", after '{read[-60:]}'"
    number = error["line"] or (context[1] if context else None)
    file, line, title = _origin(tex, int(number)) if number else (None, None, None)
    frame = f" in the frame '{title}'" if title else ""
    return LectureError(f"LaTeX{frame}: {message}", file or deck, line)


def _origin(tex: Path, number: int) -> tuple[str | None, int | None, str | None]:
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

"""Check the deck for what its PDF and LaTeX's log tell: overflowing frames, missing characters."""

import html
import re
import subprocess
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lecturebuild.reading.project import Project
from lecturebuild.reading.source import Document
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.store import Store
from lecturebuild.writing.deck import latex as deck
from lecturebuild.writing.deck.handout import SOURCE

OVERFULL = re.compile(r"^Overfull \\[hv]box \(([\d.]+)pt too (wide|high)\)", re.M)
MISSING = re.compile(r"^Missing character: There is no (\S+).*? in font (.+?)[:/!]", re.M)
PAGE = re.compile(r"(?:^|\s)\[(\d+)\s*[\n\]]")
TITLE = re.compile(r"\\begin\{frame\}(?:\[[^]]*\])?\{((?:[^{}]|\{[^{}]*\})*)\}")
WORD = re.compile(
    r'<page width="([\d.]+)" height="([\d.]+)"|'
    r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*)</word>'
)
TOLERANCE = 1.0
"""So many points may a frame's content be too wide or too high: nobody sees them."""


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, and where."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class Frame:
    """A frame of the deck: where its source stands and its title."""

    file: str
    line: int
    title: str


def read_frames(project: Project, document: Document) -> dict[int, Frame]:
    """Return, for each page of the deck's PDF, the frame it belongs to."""
    assert project.deck is not None
    from pypdf import PdfReader  # takes long to import, and only a deck needs it

    pdf = PdfReader(project.output / project.deck.output)
    tex = _kept(project, document, ".tex").read_text(encoding="utf-8")
    destinations = pdf.named_destinations
    starts: dict[int, Frame] = {}
    for number, body in enumerate(deck.BODY.findall(tex), start=1):
        destination = destinations.get(f"lecture-frame-{number}")
        page = pdf.get_destination_page_number(destination) if destination else None
        if page is not None:
            source, title = SOURCE.search(body[0]), TITLE.match(body[0])
            starts[page + 1] = Frame(
                source["file"] if source else str(document.path),
                int(source["line"]) if source else 0,
                " ".join(title[1].split()) if title else "",
            )
    found: dict[int, Frame] = {}
    frame = Frame(str(document.path), 0, str(document.header.get("title") or ""))
    for page in range(1, len(pdf.pages) + 1):
        frame = starts.get(page, frame)
        found[page] = frame
    return found


def _kept(project: Project, document: Document, suffix: str) -> Path:
    """Return a file that LaTeX wrote when the deck was made last."""
    kept = Store(project.root).newest("deck", document.path.as_posix())
    if kept is None:
        raise LectureError("was not rendered yet", document.path)
    return kept.folder / document.path.with_suffix(suffix).name


def frames(project: Project, document: Document, pages: dict[int, Frame]) -> Iterator[Problem]:
    """Find frames whose content overflows, and characters that the deck's fonts lack."""
    log = _kept(project, document, ".log").read_text(encoding="utf-8", errors="replace")
    shipped = [(found.start(), int(found[1])) for found in PAGE.finditer(log)]
    ends = [end for end, _ in shipped]

    def frame(position: int) -> Frame:
        """Return the frame that LaTeX was at: that of the page it put out next."""
        following = bisect_left(ends, position)
        number = shipped[min(following, len(shipped) - 1)][1] if shipped else 0
        return pages.get(number, Frame(str(document.path), 0, ""))

    for found in OVERFULL.finditer(log):
        if float(found[1]) > TOLERANCE:
            at = frame(found.start())
            message = f"the frame '{at.title}' is {found[1]} pt too {found[2]}"
            yield Problem(at.file, at.line, message)
    for found in MISSING.finditer(log):
        at = frame(found.start())
        font = Path(found[2]).name.strip("[]")
        message = f"the font {font} has no character {found[1]}, in the frame '{at.title}'"
        yield Problem(at.file, _line_with(document, at, found[1]), message)


def _line_with(document: Document, frame: Frame, character: str) -> int:
    """Return the line of a frame's source in which a character stands, else that of its title."""
    for line in document.lines:
        after = str(line.file) == frame.file and line.line >= frame.line
        if after and character in line.text:
            return line.line
    return frame.line


def frame_edges(project: Project, pages: dict[int, Frame]) -> Iterator[Problem]:
    """Find words that stand beyond a frame's edge."""
    assert project.deck is not None
    pdf = project.output / project.deck.output
    command = ["pdftotext", "-bbox", str(pdf), "-"]
    words = subprocess.run(command, capture_output=True, text=True, check=True)
    number, width, height = 0, 0.0, 0.0
    for found in WORD.finditer(words.stdout):
        if found[1]:
            number, width, height = number + 1, float(found[1]), float(found[2])
            continue
        left, top, right, bottom = (float(found[k]) for k in range(3, 7))
        if left < 0 or top < 0 or right > width or bottom > height:
            at = pages[number]
            word = html.unescape(found[7])[:30]
            message = f"'{word}' stands beyond the edge of the frame '{at.title}'"
            yield Problem(at.file, at.line, message)

"""Count, after every rendering, the worst of what `lecture check` would report."""

from collections.abc import Collection

from lecturebuild.checking.book import local_links
from lecturebuild.checking.deck import Frame, Problem, frames
from lecturebuild.reading.project import Project
from lecturebuild.reading.source import Document, read
from lecturebuild.steps.errors import LectureError


def brief(project: Project, formats: Collection[str]) -> str:
    """Return what is wrong in one line, "" if nothing is; it takes a fraction of a second."""
    counts = {"overfull frames": 0, "missing characters": 0, "dead links": 0}
    if project.deck and "beamer" in formats:
        found = _in_frames(project, read(project, project.deck.document))
        missing = [problem for problem in found if "has no character" in problem.message]
        counts["missing characters"] = len(missing)
        # Here the file stands for the page.
        counts["overfull frames"] = len({each.file for each in found if each not in missing})
    if "html" in formats:
        links = local_links(project.output)
        counts["dead links"] = sum(not there for _, _, _, there in links)
    wrong = [f"{count} {what}" for what, count in counts.items() if count]
    return ", ".join(wrong)


def _in_frames(project: Project, deck: Document) -> set[Problem]:
    """Return what is wrong with frames, each called by the number of its page."""
    pages = {number: Frame(str(number), 0, "") for number in range(1, 10_000)}
    try:
        return set(frames(project, deck, pages))
    except LectureError:  # no deck: there is no LaTeX
        return set()

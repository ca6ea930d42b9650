"""Render a project, or say what rendering it would do and why."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lecturebuild import assembling, publishing
from lecturebuild.plan import plan
from lecturebuild.reading.project import Project, find_root, read_project, without_effect
from lecturebuild.running import cluster, execute, imports, process
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.progress import Progress
from lecturebuild.steps.store import Step, Store, locked
from lecturebuild.steps.work import Work, all_steps, explain


@dataclass(frozen=True)
class Rendered:
    """What was rendered, the files a reader opens first, and the records of all steps."""

    project: Project
    files: list[Path]
    records: list[dict[str, Any]]


def render(
    path: Path, formats: tuple[str, ...], progress: Progress, jobs: int | None = None
) -> Rendered:
    """Render the project that `path` lies in.

    The output folder is replaced in one step at the end, so after an error it is as it was.

    Raises
    ------
    LectureError
        At the first thing that the author has to mend.
    """
    project = read_project(find_root(path))
    for warning in without_effect(project.settings):
        print(warning, file=sys.stderr)
    store = Store(project.root)
    with locked(project.build / ".lock", say_waiting), imports.remembering(project.root):
        publishing.recover(project.output)
        publishing.check_place(project)
        last, wanted, no_latex = _last_step(project, formats, progress)
        with cluster.connected(project.root):
            far = cluster.connection()
            jobs = jobs or (far.slots + 1 if far else None)
            Work(store, progress, jobs, execute.stop).carry_out([last])
    if no_latex:
        raise no_latex
    first = project.output / project.pages[0].with_suffix(".html")
    slides = project.output / project.deck.output if project.deck else None
    files = [first] if "html" in wanted else []
    files += [slides] if slides and slides.is_file() else []
    newest = (store.newest(step.kind, step.name) for step in all_steps([last]) if step.kind)
    return Rendered(project, files, [result.record for result in newest if result])


def look_ahead(path: Path) -> None:
    """Read what the next rendering will read, so that it need read only what changes until then."""
    with suppress(Exception):  # the rendering will say what is wrong
        _last_step(read_project(find_root(path)), ("html",), Progress())


def say_waiting() -> None:
    """Tell that another process renders the project."""
    print("waiting for another run that renders this project", flush=True)


def _last_step(
    project: Project, formats: tuple[str, ...], progress: Progress
) -> tuple[Step, tuple[str, ...], LectureError | None]:
    process.project_limits = process.limits_of(project.settings, process.Limits())
    documents = assembling.read_documents(project)
    wanted, no_latex = assembling.possible(project, formats, documents.slides)
    full = "beamer" in formats or documents.slides is None
    return plan(project, documents, wanted, full, progress.cell), wanted, no_latex


def reasons(path: Path, formats: tuple[str, ...]) -> Iterator[str]:
    """Yield the steps that rendering would carry out, each with the reason."""
    project = read_project(find_root(path))
    last, _, _ = _last_step(project, formats, Progress())
    for step, found in explain([last], Store(project.root)):
        yield f"{step.kind:>9}  {step.name}: {'; '.join(found)}"


def why(name: str, formats: tuple[str, ...]) -> Iterator[str]:
    """Yield, of every step with a name, what it was made from and what has changed since.

    Raises
    ------
    LectureError
        There is no such step.
    """
    project = read_project(find_root(Path()))
    store = Store(project.root)
    last, _, _ = _last_step(project, formats, Progress())
    steps = [step for step in all_steps([last]) if step.kind and _is_called(step, name)]
    if not steps:
        known = ", ".join(sorted({step.name for step in all_steps([last]) if step.kind}))
        raise LectureError(f"nothing is made that is called '{name}'; there are {known}")
    stale = {str(step): found for step, found in explain([last], store)}
    for step in steps:
        yield f"{step}"
        kept = store.newest(step.kind, step.name)
        if kept:
            made = datetime.fromtimestamp((kept.folder / "record.json").stat().st_mtime)
            yield f"  made {made:%Y-%m-%d %H:%M:%S} in {kept.seconds:.1f} s from"
            used = kept.record["run"] or {}
            for each in sorted({*kept.record["inputs"], *kept.record["reads"],
                                *used.get("files", {})}):  # fmt: skip
                yield f"    {each}"
        found = stale.get(str(step))
        yield f"  to be made: {'; '.join(found)}" if found else "  nothing has changed since"


def _is_called(step: Step, name: str) -> bool:
    file = Path(step.name)
    return name in (step.name, file.name, file.stem, f"{step.kind} {step.name}")

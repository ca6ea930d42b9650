"""Figures for documents: `figure("relu")` shows what figures/relu.py draws.

This module is imported by every chapter, so it is light: Matplotlib and all else that takes time
to import is left until something is to be drawn.
"""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lecturebuild.reading.scripts import script_of
from lecturebuild.running import cluster, dependencies, imports, process, warm
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import read_json
from lecturebuild.steps.progress import Silent
from lecturebuild.steps.store import Read, Result, Step, Store
from lecturebuild.steps.work import Work

IMPORTS = ("lecturebuild.running.draw",)
"""What is imported before a figure's process is forked."""

DRAW = Path(__file__).with_name("draw.py")


@dataclass(frozen=True)
class Drawn:
    """A figure in the store."""

    name: str
    key: str
    svg: Path
    pdf: Path


@dataclass(frozen=True, repr=False)
class Picture:
    """A figure as Jupyter shows it: SVG for the book, PDF for the deck."""

    name: str
    key: str
    svg: str
    pdf: bytes

    def __repr__(self) -> str:
        return f"figure {self.name}"

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"text/plain": repr(self)}
        target = _quarto_target()
        if target not in {"beamer", "latex"}:
            data["image/svg+xml"] = self.svg
        if target in {"beamer", "latex", None}:
            data["application/pdf"] = base64.b64encode(self.pdf).decode("ascii")
        return data, {"lecturebuild": {"figure": self.name, "key": self.key}}


def _quarto_target() -> str | None:
    """Return the format Quarto renders to; None outside Quarto, where both pictures are wanted.

    Offered both, Quarto 1.9 takes the SVG even for Beamer and then fails to convert it.
    """
    information = os.environ.get("QUARTO_EXECUTE_INFO")
    if not information:
        return None
    content = json.loads(Path(information).read_text(encoding="utf-8"))
    return str(content["format"]["pandoc"]["to"])


def find_root(start: Path | None = None) -> Path:
    """Return the project's root: the closest folder upwards with figures/ and _quarto.yml."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "figures").is_dir() and (folder / "_quarto.yml").is_file():
            return folder
    raise LectureError(f"no folder with figures/ and _quarto.yml at or above {here}")


def figure(name: str) -> Picture:
    """Return the figure that `draw()` of figures/NAME.py makes, for Jupyter to show.

    It is drawn only if something that it depends on has changed since it last was.
    """
    with dependencies.paused():  # it is no part of the cell: the store follows what it is made from
        root = find_root()
        step = figure_step(name, root)
        drawn = _drawn(name, Store(root).get(step))
        svg, pdf = drawn.svg.read_text(encoding="utf-8"), drawn.pdf.read_bytes()
    return Picture(name, drawn.key, svg, pdf)


def draw_figures(
    names: Iterable[str], root: Path, jobs: int | None = None, progress: Silent | None = None
) -> list[Drawn]:
    """Draw the figures that are missing in the store, `jobs` at a time; return all of them."""
    steps = [figure_step(name, root.resolve()) for name in dict.fromkeys(names)]
    with cluster.connected(root.resolve()):
        far = cluster.connection()
        jobs = jobs or (far.slots if far else os.cpu_count())
        return Work(Store(root.resolve()), progress or Silent(), jobs).carry_out(steps)


def figure_step(name: str, root: Path) -> Step:
    """Return the step that draws a figure."""
    uses: dict[str, Any] = {}
    with suppress(LectureError):  # without a script it cannot be drawn, and says so then
        script = script_of(name, root)
        source = script.read_text(encoding="utf-8", errors="replace")  # Python will complain
        files = (script, *imports.modules_of(source, script.parent, root))
        uses = {str(file.relative_to(root)): file for file in files}
        # Matplotlib counts for every figure, whatever imports it.
        libraries = imports.libraries_of(source, *files, DRAW)
        uses |= {f"version of {library}": version for library, version in libraries.items()}
    return Step(
        "figures",
        name,
        partial(_make_figure, name, root),
        uses=uses,
        read=partial(_drawn, name),
        code={"drawing": DRAW},
        changes=partial(dependencies.changes, root),
    )


def _make_figure(name: str, root: Path, folder: Path) -> Read:
    script_of(name, root)
    far = cluster.connection()
    svg, pdf, record = far.run(_draw, name) if far else _draw(root, name)
    if far and [*dependencies.changes(root, asdict(record))]:
        raise LectureError(
            "drawn from other sources or with other library versions than there are here; "
            "was it just changed, or does the cluster differ?",
            f"figures/{name}.py",
        )
    key = hashlib.sha256(svg + pdf).hexdigest()[:16]
    (folder / f"{name}-{key}.svg").write_bytes(svg)
    (folder / f"{name}-{key}.pdf").write_bytes(pdf)
    return Read(run=asdict(record))


def _drawn(name: str, result: Result) -> Drawn:
    svg, pdf = (
        next(file.path for file in result.files.values() if file.path.suffix == suffix)
        for suffix in (".svg", ".pdf")
    )
    return Drawn(name, svg.stem.rpartition("-")[2], svg, pdf)


def _draw(root: Path, name: str) -> tuple[bytes, bytes, dependencies.Record]:
    """Draw a figure in a process of its own; return SVG, PDF and what drawing it used."""
    limits = process.project_limits
    script = Path("figures") / f"{name}.py"
    with TemporaryDirectory(prefix="lecture-") as temporary, dependencies.paused():
        folder = Path(temporary)
        job = warm.Job(
            "lecturebuild.running.draw",
            (name, str(root), temporary),
            folder=str(root),
            environment=dict(os.environ) | {"SOURCE_DATE_EPOCH": "0"},
            memory=limits.data()[0],
            output=str(folder / "output.txt"),
            path=tuple(str(Path(entry).absolute()) for entry in sys.path),
            imports=(*IMPORTS, *warm.needed((root / script).read_text("utf-8", "replace"))),
        )
        child = warm.start(job)
        seconds = limits.time(process.CELL)
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            message = f"was still being drawn after {seconds:g} s; {process.LONGER}"
            raise LectureError(message, script) from None
        finally:
            warm.stop(child)
        process.check_stopping()
        result = read_json(folder / "result.json")
        if result is None:
            output = (folder / "output.txt").read_text("utf-8", "replace")
            line = re.search(rf'File ".*{re.escape(script.as_posix())}", line (\d+)', output)
            message = f"drawing it ended {process.ending(code)}, without a figure"
            raise LectureError(message, script, int(line[1]) if line else None)
        if "error" in result:
            raise LectureError(result["error"], result["file"] or script, result["line"])
        svg, pdf = ((folder / f"{name}.{kind}").read_bytes() for kind in ("svg", "pdf"))
    return svg, pdf, dependencies.record_of(result["record"])

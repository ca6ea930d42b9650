"""Draw one figure, in a process of its own: run its script and save what it returns.

The process begins with Matplotlib imported and nothing drawn (see `warm`), and ends with the
figure. So no figure depends on what another left behind, and one that crashes harms nobody.
"""

import faulthandler
import io
import json
import os
import random
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import matplotlib.backends.backend_pdf
import matplotlib.backends.backend_svg
import matplotlib.pyplot
import numpy as np
from matplotlib.figure import Figure

from lecturebuild.running import dependencies
from lecturebuild.steps.errors import LectureError, relative
from lecturebuild.steps.files import in_project


def _sorted(items: Iterable[Any], key: Callable[[Any], Any] | None = None) -> list[Any]:
    return sorted(items, key=key or _by_name)


def _by_name(item: Any) -> Any:
    """Return what an item is sorted by: itself, but of a path the file's name."""
    if isinstance(item, tuple):
        return tuple(map(_by_name, item))
    return Path(item).name if isinstance(item, str) and item.startswith(os.sep) else item


# A PDF has its fonts in the order of their paths: another one where the project lies elsewhere,
# beside Matplotlib's own fonts.
matplotlib.backends.backend_pdf.sorted = _sorted  # type: ignore[attr-defined]


def main(name: str, root: str, folder: str) -> None:
    """Draw figures/NAME.py into `folder`, as SVG and PDF; result.json tells how it went."""
    faulthandler.enable()
    sys.path.insert(0, str(Path(root) / "figures"))
    deaths: list[LectureError] = []
    script = Path(root) / "figures" / f"{name}.py"
    threading.excepthook = lambda death: deaths.append(
        _failure(death.exc_value or SystemExit(), script, Path(root), thread=True)
    )
    random.seed(0)
    np.random.seed(0)
    mpl.use("agg", force=True)  # no windows
    mpl.rcdefaults()
    result: dict[str, object]
    try:
        dependencies.listen(root)
        figure = _run(script, Path(root))
        svg, pdf = _save(figure, name)
        if deaths:
            raise deaths[0]
        result = {"record": dependencies.finish()}
        with dependencies.paused():
            Path(folder, f"{name}.svg").write_bytes(svg)
            Path(folder, f"{name}.pdf").write_bytes(pdf)
    except LectureError as error:
        result = {"error": error.message, "file": str(error.file or ""), "line": error.line}
    with dependencies.paused():
        temporary = Path(folder, "result.new")
        temporary.write_text(json.dumps(result), encoding="utf-8")
        temporary.replace(Path(folder, "result.json"))
    os._exit(0)  # whatever threads the script left


def _run(script: Path, root: Path) -> Figure:
    place = relative(script, root)
    module = ModuleType(f"figures.{script.stem}")
    module.__file__ = str(script)
    sys.modules[module.__name__] = module
    try:
        exec(compile(script.read_bytes(), str(script), "exec"), module.__dict__)
    except BaseException as error:
        raise _failure(error, script, root) from error
    function = getattr(module, "draw", None)
    if not callable(function):
        raise LectureError("no function draw()", place)
    code = getattr(function, "__code__", None)
    line = code.co_firstlineno if code and code.co_filename == str(script) else None
    try:
        figure = function()
    except BaseException as error:
        raise _failure(error, script, root, line) from error
    if not isinstance(figure, Figure):
        kind = type(figure).__name__
        raise LectureError(f"draw() returned {kind}, not a Matplotlib figure", place, line)
    return figure


def _failure(
    error: BaseException, script: Path, root: Path, line: int | None = None, thread: bool = False
) -> LectureError:
    """Tell where in the script an exception came from, and where in the project's modules."""
    frames = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if in_project(frame.f_code.co_filename, root) and frame.f_code.co_filename != __file__
    ]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 1))
    lines = [number for file, number in frames if file == str(script)]
    text = error.msg if isinstance(error, SyntaxError) else error
    message = f"{type(error).__name__}: {text}".removesuffix(": ")
    if thread:
        message = f"a thread died: {message}"
    if isinstance(error, EOFError):
        message += " (nobody can answer input() here)"
    if frames and frames[-1][0] != str(script):
        message += f" (in {relative(Path(frames[-1][0]), root)}:{frames[-1][1]})"
    return LectureError(message, relative(script, root), lines[-1] if lines else line)


def _save(figure: Figure, name: str) -> tuple[bytes, bytes]:
    """Return a figure as SVG and PDF, the same bytes from run to run."""
    mpl.rcParams.update({"svg.hashsalt": name, "svg.fonttype": "path", "pdf.fonttype": 42})
    svg, pdf = io.BytesIO(), io.BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    figure.savefig(pdf, format="pdf", metadata={"CreationDate": None})
    return svg.getvalue(), pdf.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])

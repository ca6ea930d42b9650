"""Draw one figure: run its script apart from everything else and save what it returns.

The script runs in the process that asks for it, since a fresh process would spend a second or more
on importing libraries for every figure. What a fresh process gives, it gets all the same: the
project's modules are imported anew, so that changes are seen and no figure depends on what another
left behind; Matplotlib has its defaults, random numbers their seed; afterwards all is as before.
"""

import importlib
import importlib.util
import io
import os
import random
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import (
    ExitStack,
    chdir,
    contextmanager,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from pathlib import Path
from types import ModuleType

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from lecturebuild.running.dependencies import modules_of, recorded_reads
from lecturebuild.running.figure_store import Drawing
from lecturebuild.steps.errors import LectureError, relative
from lecturebuild.steps.files import digest, in_project

_KEPT = {"__main__", "lecturebuild"}
_ALONE = threading.Lock()  # modules, folder and style are the whole process's, Dask has threads


def draw(name: str, root: Path) -> Drawing:
    """Run `draw()` of the script figures/NAME.py and save the figure that it returns.

    Raises
    ------
    LectureError
        Names the script, the line in it and what went wrong.
    """
    script = root / "figures" / f"{name}.py"
    with ExitStack() as apart:
        apart.enter_context(_ALONE)
        start = time.perf_counter()
        apart.enter_context(redirect_stdout(io.StringIO()))
        apart.enter_context(redirect_stderr(io.StringIO()))
        apart.enter_context(_seeded())
        apart.enter_context(_default_style())
        reads = apart.enter_context(recorded_reads(root))
        module = apart.enter_context(_fresh_module(script, root))
        apart.enter_context(chdir(root))
        figure = _run(module, script, root)
        svg, pdf = _save(figure, name)
        modules = [file for file in _loaded(root).values() if file]
        reads |= {file.relative_to(root): digest(file) for file in modules}
        return Drawing(svg, pdf, dict(reads), time.perf_counter() - start)


def _run(module: ModuleType, script: Path, root: Path) -> Figure:
    place = relative(script, root)
    try:
        exec(compile(script.read_bytes(), str(script), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise _failure(error, script, root) from error
    function = getattr(module, "draw", None)
    if not callable(function):
        raise LectureError("no function draw()", place)
    code = getattr(function, "__code__", None)
    line = code.co_firstlineno if code and code.co_filename == str(script) else None
    try:
        figure = function()
    except (Exception, SystemExit) as error:
        raise _failure(error, script, root, line) from error
    if not isinstance(figure, Figure):
        kind = type(figure).__name__
        raise LectureError(f"draw() returned {kind}, not a Matplotlib figure", place, line)
    return figure


def _failure(
    error: BaseException, script: Path, root: Path, line: int | None = None
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
    message = f"{type(error).__name__}: {text}"
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


@contextmanager
def _seeded() -> Iterator[None]:
    states = random.getstate(), np.random.get_state()
    random.seed(0)
    np.random.seed(0)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


@contextmanager
def _default_style() -> Iterator[None]:
    """Put Matplotlib's defaults in force; close what pyplot opens meanwhile."""
    if not os.environ.get("MPLBACKEND") and "matplotlib.pyplot" not in sys.modules:
        mpl.use("agg")  # no windows; a Jupyter kernel has named its own backend
    import matplotlib.pyplot as plt

    # Loads the backend now: Jupyter's sets parameters when it is loaded, which are to stay.
    plt.draw_if_interactive()
    opened = set(plt.get_fignums())
    with mpl.rc_context():
        mpl.rcdefaults()
        try:
            yield
        finally:
            for number in set(plt.get_fignums()) - opened:
                plt.close(number)


@contextmanager
def _fresh_module(script: Path, root: Path) -> Iterator[ModuleType]:
    """Give an empty module for a script, with the project's modules forgotten meanwhile."""
    path = sys.path.copy()
    before = {name: sys.modules.pop(name) for name in _loaded(root)}
    module = ModuleType(f"figures.{script.stem}")
    module.__file__ = str(script)
    sys.modules[module.__name__] = module
    sys.path[:] = [str(script.parent), *(str(Path(entry).absolute()) for entry in path)]
    _forget_stale_bytecode(script, root)
    try:
        yield module
    finally:
        for name in _loaded(root):
            del sys.modules[name]
        sys.modules.update(before)
        sys.path[:] = path


def _loaded(root: Path) -> dict[str, Path | None]:
    """Return the project's modules in memory and their files, None for a namespace package."""
    loaded: dict[str, Path | None] = {}
    for name, module in sys.modules.copy().items():
        if isinstance(module, ModuleType) and name.partition(".")[0] not in _KEPT:
            known = vars(module)  # an attribute of a lazy module would load it
            file, folders = known.get("__file__"), known.get("__path__")
            if file and in_project(file, root):
                loaded[name] = Path(file)
            elif not file and folders and in_project(next(iter(folders), ""), root):
                loaded[name] = None
    return loaded


def _forget_stale_bytecode(script: Path, root: Path) -> None:
    """Delete bytecode that Python, which compares whole seconds, could mistake for current."""
    importlib.invalidate_caches()
    source = script.read_text(encoding="utf-8", errors="replace")  # Python will complain
    for file in modules_of(source, script.parent, root):
        bytecode = Path(importlib.util.cache_from_source(file))
        with suppress(OSError):
            if bytecode.stat().st_mtime < file.stat().st_mtime + 2:
                bytecode.unlink()

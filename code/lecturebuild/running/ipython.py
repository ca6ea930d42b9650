"""A Jupyter kernel as cells see it: the process that executes them begins here."""

import builtins
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any

from lecturebuild.running import dependencies
from lecturebuild.steps.files import in_project

numbers = [1]
"""Of the cells so far, as Jupyter counts them; the one that prepares the kernel is the first."""
by_author: list[threading.Thread] = []
"""Threads that a cell or a module of the project starts itself, and no library's pool of workers,
which waits for more work for ever."""
deaths: list[dict[str, Any]] = []
"""Of the threads that ended with an exception: the cell's number, its line, the exception."""


def main(*arguments: str) -> None:
    """Run a kernel; the arguments are ipykernel's own."""
    from ipykernel import kernelapp

    if mpl := sys.modules.get("matplotlib"):
        mpl.rcParams["backend"] = os.environ["MPLBACKEND"]  # as importing it now would
        if Path("matplotlibrc").is_file():
            mpl.rcParams.update(mpl.rc_params())
    if np := sys.modules.get("numpy"):
        np.random.seed()  # or else all kernels would draw the same numbers
    sys.path.insert(0, "")  # only now, so that nothing here is taken for a module of Python's
    sys.argv = ["ipykernel_launcher", *arguments]
    kernelapp.launch_new_instance()


def begin(root: str) -> None:
    """Prepare the kernel for a document's cells."""
    shell = _shell()
    for name in ("exit", "quit"):
        # IPython's would end the kernel a moment later, perhaps in the middle of another cell.
        shell.user_ns[name] = sys.exit
        setattr(builtins, name, sys.exit)
    # What IPython only tells a person at the keyboard: an unknown magic, and the answer to `len?`.
    shell.show_usage_error = lambda error: shell._showtraceback(type(error), error, [str(error)])
    shell.set_hook("show_in_pager", _print_page)
    threading.excepthook = _died
    threading.Thread.start = _start_in_context(threading.Thread.start, root)  # type: ignore
    shell.events.register("pre_run_cell", lambda info: numbers.append(len(numbers) + 1))
    dependencies.listen(root, lambda: len(numbers))


def finish(file: str, patience: float) -> None:
    """Write into a file what the cells used, once the threads that they started have ended."""
    for thread in by_author:
        if not thread.daemon:
            thread.join(patience)
            if thread.is_alive():
                deaths.append({"cell": None, "line": None, "error": f"{thread.name} never ended"})
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(Exception):
            stream.flush()  # type: ignore[union-attr]
    with dependencies.paused():
        content = {"record": dependencies.finish(), "deaths": deaths}
        Path(file).write_text(json.dumps(content), encoding="utf-8")


def _start_in_context(start: Callable[[threading.Thread], None], root: str) -> Callable[..., None]:
    """Return a `Thread.start` after which the thread's output belongs to the cell it is from."""

    def start_in_context(self: threading.Thread) -> None:
        self.run = partial(copy_context().run, self.run)  # type: ignore[method-assign]
        caller = sys._getframe(1).f_globals
        if caller.get("__name__") == "__main__" or in_project(
            caller.get("__file__", ""), Path(root)
        ):
            by_author.append(self)
        start(self)

    return start_in_context


def _print_page(shell: Any, page: str | dict[str, str], *_: Any, **__: Any) -> None:
    print(page if isinstance(page, str) else page.get("text/plain", ""))


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _died(death: threading.ExceptHookArgs) -> None:
    """Note where a thread died, and print it as Python would."""
    if death.exc_type is SystemExit:
        return
    numbers = getattr(_shell().compile, "_filename_map", {})
    places = [
        (numbers[frame.f_code.co_filename], line)
        for frame, line in traceback.walk_tb(death.exc_traceback)
        if frame.f_code.co_filename in numbers
    ]
    cell, line = places[-1] if places else (None, None)
    error = "".join(traceback.format_exception_only(death.exc_type, death.exc_value)).strip()
    deaths.append({"cell": cell, "line": line, "error": error})
    threading.__excepthook__(death)


if __name__ == "__main__":
    main(*sys.argv[1:])

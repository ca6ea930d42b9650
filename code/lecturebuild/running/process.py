"""Start every outside process: with limits, in a group of its own, and never left behind.

Pandoc, LaTeX, Pagefind, kernels and figures are all started here or named to :func:`keep`. When
the renderer ends, be it by an error, Ctrl-C or SIGTERM, it stops what still runs, children and
all; when it is killed, a small process beside it does. A process that takes longer than its limit,
or more memory, ends with a message that says whose it was.
"""

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from lecturebuild.reading.yamltext import LIMITS, Settings
from lecturebuild.steps.errors import LectureError

Place = tuple[Path | str | None, int | None]
"""File and line that a message names."""


@dataclass(frozen=True)
class Limits:
    """What one process may take: seconds, where the document sets them, and memory in GB."""

    seconds: float | None = None
    memory: float = 8.0

    def time(self, usual: float) -> float:
        """Return the seconds allowed, where a process of this kind usually has `usual`."""
        return self.seconds or usual

    def data(self) -> tuple[int, int]:
        """Return the limit of memory as the system takes it, within what this process has."""
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = int(self.memory * 1e9)
        return (wanted if most == resource.RLIM_INFINITY else min(wanted, most)), most


def limits_of(settings: Settings, others: Limits) -> Limits:
    """Return the limits that a document or project file sets, `others` where it sets none."""
    seconds, memory = (settings.positive(unit, "execute", key) for key, unit in LIMITS.items())
    return Limits(seconds or others.seconds, memory or others.memory)


CELL = 1200.0
"""Seconds that a cell or a figure may take where the document sets no limit."""
project_limits = Limits()
"""Those of the project under way."""
LONGER = "set 'execute: timeout: SECONDS' in _quarto.yml or the document if it needs more"
MORE = "set 'execute: memory: GIGABYTES' in _quarto.yml or the document if it needs more"

# The guard waits for the renderer's end, however it comes, and then ends what is left.
_GUARD = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
running = set()
for line in sys.stdin:
    sign, number = line.split()
    (running.add if sign == "+" else running.discard)(int(number))
if running:
    sys.path += sys.argv[1:]
    from lecturebuild.running.process import kill
    for number in running:
        kill(number)
"""

_lock = threading.RLock()
_running: set[int] = set()
_guard: subprocess.Popen[str] | None = None
_guarded = 0  # the process that the guard belongs to: not the parent of a fork
_stopping = 0  # the signal that told the renderer to end


class LimitError(LectureError):
    """A process took longer than it may."""


class Stopped(KeyboardInterrupt):
    """The renderer was told to end by a signal; `signal` is its number."""

    def __init__(self, number: int):
        super().__init__()
        self.signal = number


def run(
    command: Sequence[str | Path],
    what: str,
    *,
    place: Place = (None, None),
    limits: Limits | None = None,
    usual: float = 600,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    text: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, `text` being its input; return what it printed.

    `what` is how a message calls it, such as "LaTeX"; it has `usual` seconds where the document
    sets no limit.
    """
    limits = limits or project_limits
    process = begin(command, limits, folder=folder, environment=environment)
    return finish(process, what, limits, place=place, usual=usual, text=text)


def begin(
    command: Sequence[str | Path],
    limits: Limits,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start a command whose output is kept; :func:`finish` or :func:`stop` must follow."""
    return start(
        command,
        limits,
        cwd=folder,
        env=os.environ | dict(environment or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )


def finish(
    process: subprocess.Popen[str],
    what: str,
    limits: Limits,
    *,
    place: Place = (None, None),
    usual: float = 600,
    text: str = "",
    ask: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Wait for a command that was begun, as :func:`run` does.

    `ask` is the signal that asks it to end before it is killed, so that it can tell where it was.
    """
    seconds = limits.time(usual)
    try:
        out, err = process.communicate(text, timeout=seconds)
    except subprocess.TimeoutExpired:
        if ask:
            with suppress(subprocess.TimeoutExpired, ProcessLookupError):
                os.killpg(process.pid, ask)
                process.communicate(timeout=5)
        raise LimitError(
            f"{what} was still running after {seconds:g} s and was stopped; {LONGER}", *place
        ) from None
    finally:
        stop(process)
    check_stopping()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def start(
    command: Sequence[str | Path], limits: Limits | None, **options: object
) -> subprocess.Popen[str]:
    """Start a process in a group of its own; :func:`stop` must follow."""
    import psutil  # noqa: F401 — now, and not first in a handler, which may interrupt its import

    with _lock:
        check_stopping()
        process = subprocess.Popen(  # type: ignore[call-overload]
            command, start_new_session=True, **options
        )
        keep(process.pid)
    if limits and sys.platform == "linux":  # elsewhere nobody limits memory
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(process.pid, resource.RLIMIT_DATA, limits.data())
    if _stopping:  # since we looked
        kill(process.pid)
    return process  # type: ignore[no-any-return]


def stop(process: subprocess.Popen[str]) -> None:
    """Kill a process with all its children; of one that has ended, what it left; forget it."""
    if process.poll() is None:
        kill(process.pid)
        process.wait()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout, process.stderr):
        with suppress(BrokenPipeError):
            if pipe:
                pipe.close()
    forget(process.pid)


def keep(pid: int) -> None:
    """Have a process, the leader of a group, killed when the renderer ends."""
    with _lock:
        _running.add(pid)
        _tell(f"+ {pid}")


def spare(pid: int) -> None:
    """Have a process killed only when the renderer was killed: it ends by itself otherwise."""
    with _lock:
        _running.discard(pid)


def forget(pid: int) -> None:
    """Leave a process alone from now on: it has ended."""
    with _lock:
        _running.discard(pid)
        _tell(f"- {pid}")


def kill(pid: int) -> None:
    """Kill a process and its children, those with groups of their own too."""
    import psutil

    with suppress(psutil.Error):
        for child in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    for send in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def ending(code: int) -> str:
    """Tell in words how a process ended."""
    if code >= 0:
        return f"with exit code {code}"
    reason = "; out of memory?" if code == -signal.SIGKILL else ""
    return f"by the signal {signal.Signals(-code).name}{reason}"


def stopping() -> bool:
    """Say whether the renderer was told to end."""
    return _stopping != 0


def check_stopping() -> None:
    """End this thread's work if the renderer was told to end."""
    if _stopping and threading.current_thread() is threading.main_thread():
        raise Stopped(_stopping)
    if _stopping:
        raise LectureError("interrupted")


def _tell(line: str) -> None:
    """Tell the guard of a process; start it if need be."""
    global _guard, _guarded
    if _guard is None or _guarded != os.getpid():
        command = [sys.executable, "-I", "-S", "-c", _GUARD, *sys.path]
        _guard = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
            cwd="/",
            start_new_session=True,
        )
        _guarded = os.getpid()
    assert _guard.stdin is not None
    with suppress(BrokenPipeError):
        _guard.stdin.write(f"{line}\n")
        _guard.stdin.flush()


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and a closed terminal stop all processes, then raise :class:`Stopped`."""
    global _stopping
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop_all(number: int, frame: FrameType | None) -> None:
        global _stopping
        _stopping = number
        for pid in tuple(_running):
            kill(pid)
        raise Stopped(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop_all) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _stopping = 0

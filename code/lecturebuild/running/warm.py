"""Processes for figures and kernels, each forked from one that has imported what all of them need.

Importing NumPy and Matplotlib takes longer than most figures and cells do. So on Linux one process,
the warm one, imports them once; it draws nothing and runs nothing of the project's, so that every
child begins in the same state. Where a fork is not safe (macOS), every child is a fresh process.
TensorFlow is never imported here: it starts threads, which do not survive a fork.

The forkserver of `multiprocessing` imports once and for all what it is told to before the first
child; its children are no main processes, which code in cells may ask for, and import the
renderer's own main module again.
"""

import atexit
import ctypes
import gc
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from lecturebuild.running import process
from lecturebuild.running.process import Limits

FORKS = sys.platform == "linux"
SAFE = (
    *("numpy.random", "matplotlib.pyplot", "matplotlib.backends.backend_pdf"),
    *("matplotlib.backends.backend_svg", "pandas", "scipy.stats", "scipy.optimize", "sklearn"),
)
"""What may be imported before the fork, where a job needs it: none of these starts a thread."""

QUIET = {
    # With threads of its own for each small product of matrices, NumPy is several times slower
    # where several processes compute, and sums may differ from run to run.
    "OPENBLAS_NUM_THREADS": "1",
    # The same order of a set in every run.
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True)
class Job:
    """What a child does.

    `task` is the module whose `main(*arguments)` it calls; it works in `folder` with this
    `environment`, and prints into the file `output`. `imports` are what the warm process imports
    first, `path` is where it looks for modules; `memory` is its limit in bytes.
    """

    task: str
    arguments: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]
    memory: int
    output: str = os.devnull
    imports: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


def needed(source: str) -> tuple[str, ...]:
    """Return what a source imports of the modules that may be imported before the fork."""
    names = set(re.findall(r"^\s*(?:import|from)\s+(\w+)", source, re.M))
    return tuple(name for name in SAFE if name.partition(".")[0] in names)


class Child:
    """A process that the warm one forked, with the methods of a Popen that Jupyter needs."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; return its exit code."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        """Kill it and its children."""
        if self.returncode is None:
            process.kill(self.pid)

    def end(self, code: int) -> None:
        """Note that it has ended, and end what it left running."""
        self.returncode = code
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        process.forget(self.pid)
        self._ended.set()


class _Warm:
    """The warm process, as the renderer sees it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.alive = True
        self._process = process.start(
            # Without -P, Python would look for modules in the current folder too.
            [sys.executable, "-P", "-m", __name__],
            None,
            cwd="/",
            env=QUIET | os.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        process.spare(self._process.pid)  # it is to see its children end
        self._children: dict[int, Child] = {}
        self._started: list[Child] = []
        self._turn, self._news = threading.Lock(), threading.Condition()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def start(self, job: Job) -> Child:
        """Fork a child that does a job."""
        with self._turn, self._news:
            with suppress(BrokenPipeError):
                print(json.dumps(asdict(job)), file=self._process.stdin, flush=True)
            self._news.wait_for(lambda: self._started or not self.alive)
            process.check_stopping()
            if not self._started:
                raise OSError("the process that starts kernels and figures died; render again")
            return self._started.pop()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            what, pid, code = line.split()
            with self._news:
                if what == "started":
                    child = self._children[int(pid)] = Child(int(pid))
                    process.keep(child.pid)
                    self._started.append(child)
                else:
                    self._children.pop(int(pid)).end(int(code))
                self._news.notify_all()
        with self._news:
            self.alive = False
            for child in self._children.values():
                process.kill(child.pid)
                child.end(-signal.SIGKILL)
            process.stop(self._process)
            self._news.notify_all()

    def end(self) -> None:
        """End it, with what it started."""
        if self.owner == os.getpid() and self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
            self._listener.join(3)
            if self._listener.is_alive():
                process.kill(self._process.pid)
                self._listener.join()


_warm: _Warm | None = None
_lock = threading.Lock()


def start(job: Job) -> Child | subprocess.Popen[str]:
    """Start a child; :func:`stop` must follow."""
    global _warm
    if not FORKS:
        return _start_fresh(job)
    with _lock:
        if _warm is None or not _warm.alive or _warm.owner != os.getpid():
            _warm = _Warm()
            atexit.register(_warm.end)
    return _warm.start(job)


def stop(child: "Child | subprocess.Popen[str]") -> None:
    """End a child that may still run."""
    if isinstance(child, Child):
        child.kill()
        child.wait()
    else:
        process.stop(child)


def _start_fresh(job: Job) -> subprocess.Popen[str]:
    path = {"PYTHONPATH": os.pathsep.join(job.path)} if job.path else {}
    with Path(job.output).open("w") as output:
        return process.start(
            [sys.executable, "-P", "-m", job.task, *job.arguments],
            Limits(memory=job.memory / 1e9),
            cwd=job.folder,
            env={**QUIET, **job.environment, **path},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
        )


children: set[int] = set()


def main() -> None:
    """Fork children as they are asked for, and tell when they started and ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    asked = b""
    while True:
        ready, _, _ = select.select([0, reading], [], [])
        if reading in ready:
            os.read(reading, 4096)
            _reap(answers)
        if 0 in ready:
            more = os.read(0, 1 << 16)
            if not more:
                _end_all()
                return
            *lines, asked = (asked + more).split(b"\n")
            for line in lines:
                job = Job(**json.loads(line))
                for name in job.imports:
                    with suppress(Exception):  # the child will say what is wrong with it
                        import_module(name)
                gc.freeze()
                here = os.getpid()
                pid = os.fork()
                if pid == 0:
                    _end_with(here)
                    _do(job)
                children.add(pid)
                print("started", pid, 0, file=answers)


def _end_all() -> None:
    """Kill the children that are left and see them end."""
    for pid in children:
        process.kill(pid)
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _reap(answers: object) -> None:
    """Tell which children have ended."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            children.discard(pid)
            print("ended", pid, os.waitstatus_to_exitcode(status), file=answers)  # type: ignore


def _end_with(parent: int) -> None:
    """Have the system end this process when its parent has ended, in whatever way."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # already
        os._exit(1)


def _do(job: Job) -> None:
    """Become the process that a job asks for; never return."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.closerange(3, 64)
        for target, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)):
            opened = os.open(job.output if target else os.devnull, flags, 0o600)
            os.dup2(opened, target)
            os.close(opened)
        os.dup2(1, 2)
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (job.memory, most))
        os.environ.clear()
        os.environ.update({**QUIET, **job.environment})
        os.chdir(job.folder)
        sys.argv = [job.task, *job.arguments]
        sys.path[:] = job.path or sys.path
        import_module(job.task).main(*job.arguments)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()

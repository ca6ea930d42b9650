r"""Let LaTeX read the preamble of a deck while the deck is still being written.

More than half of a run goes into the preamble, which hardly ever changes. So LaTeX begins with
that of the last deck, and waits at a gate before `\begin{document}`: a pipe, which it reads until
that is closed. By then the rest of the file is there. What LaTeX reads is the same as without;
where the preamble has become another, it begins again.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lecturebuild.running import process
from lecturebuild.running.process import Limits
from lecturebuild.steps.files import discard

DOCUMENT = "\n\\begin{document}\n"
NOTED = {".aux", ".nav", ".out", ".snm", ".toc"}
"""Kinds of files in which LaTeX notes what its next run needs."""


@dataclass(eq=False)
class Run:
    """A run of LaTeX that begins with the preamble, all that stands before the document.

    LaTeX runs in `folder`; it reads `tex`, which is written here, in a folder of its own, where
    what LaTeX writes comes to lie as well.
    """

    command: Sequence[str]
    tex: Path
    preamble: str
    folder: Path
    limits: Limits
    environment: dict[str, str]
    started: float = 0.0
    _process: subprocess.Popen[str] | None = None
    _pipe: int | None = None

    def __post_init__(self) -> None:
        discard(self.tex.parent)
        self.tex.parent.mkdir(parents=True)
        gate = self._gate.relative_to(self.tex.parent)
        place = os.path.relpath(self.tex.parent, self.folder)
        wait = f"\\csname @@input\\endcsname {place}/{gate} "
        start = f"{self.preamble}\n{wait}{DOCUMENT.lstrip()}"
        self.tex.write_text(start, encoding="utf-8")
        with suppress(OSError):  # not every file system has pipes: then it begins later
            os.mkfifo(self._gate)
            self._pipe = os.open(self._gate, os.O_RDWR)  # to write alone would wait for a reader
            self._begin()

    def _begin(self) -> subprocess.Popen[str]:
        self.started = time.time()
        # By a path that has nothing of the project's own in it: signs like % or ~ mean something.
        name = Path(os.path.relpath(self.tex, self.folder))
        command = [*self.command, f"-output-directory={name.parent}", str(name)]
        self._process = process.begin(
            command, self.limits, folder=self.folder, environment=self.environment
        )
        return self._process

    @property
    def _gate(self) -> Path:
        return self.tex.with_name("gate.tex")

    def end(self, document: str, target: Path) -> bool:
        """Give LaTeX the document and wait for its end; say whether it went well.

        The folder `target` has what the last run has noted, and gets what this one writes.
        """
        for file in target.iterdir():
            if file.stem == self.tex.stem and file.suffix in NOTED:
                shutil.copyfile(file, self.tex.with_name(file.name))
        with self.tex.open("a", encoding="utf-8") as rest:
            rest.write(document)
        empty = self.tex.with_name("open")
        empty.touch()
        empty.replace(self._gate)  # should LaTeX come there only now
        self._let()
        try:
            run = self._process or self._begin()
            # Asked to end, LaTeX writes into its log where it was.
            return process.finish(run, "LaTeX", self.limits, ask=signal.SIGINT).returncode == 0
        finally:
            for made in self.tex.parent.iterdir():
                if made not in (self.tex, self._gate):
                    made.replace(target / made.name)
            discard(self.tex.parent)

    def _let(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def stop(self) -> None:
        """End a run that is not needed."""
        self._let()
        if self._process:
            process.stop(self._process)
        discard(self.tex.parent)


class Ahead:
    """A place for a run that has begun before it is known whether it will be needed."""

    run: Run | None = None

    def take(self, preamble: str) -> Run | None:
        """Return the run if it reads this preamble; end it otherwise."""
        run, self.run = self.run, None
        if run and run.preamble != preamble:
            run.stop()
            return None
        return run

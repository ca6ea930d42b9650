"""Tell a person what is going on: a live display on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE = 20.0
"""Seconds between two lines about what takes long, where nobody sees a live display."""


class Silent:
    """Tells nothing."""

    def begin(self, step: str) -> None:
        """Take note that a step has begun."""

    def end(self, kind: str, step: str, seconds: float | None = None) -> None:
        """Take note that a step has ended."""

    def forget(self, step: str) -> None:
        """Take note that a step was not needed, or failed."""


class Progress(Silent):
    """Work under way, finished steps with their times, and a summary.

    On a terminal the steps under way are shown live with rich; otherwise each finished step is a
    line.
    """

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.times: dict[str, list[tuple[str, float]]] = {}
        self._running: dict[str, float] = {}
        self._lock = threading.Lock()
        self._live: Any = None
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        if not sys.stdout.isatty():
            threading.Thread(target=self._tell_of_long_steps, daemon=True).start()
        return self

    def _tell_of_long_steps(self) -> None:
        """Print a line now and then, so that a log shows that something is still going on."""
        while not self._ended.wait(PATIENCE):
            with self._lock:
                running = sorted((began, step) for step, began in self._running.items())
            if running:
                began, step = running[0]
                print(f"   still  {step}  {time.perf_counter() - began:.0f} s", flush=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def begin(self, step: str) -> None:
        """Show that a step has begun."""
        with self._lock:
            self._running[step] = time.perf_counter()
            if sys.stdout.isatty():
                self._show()

    def end(self, kind: str, step: str, seconds: float | None = None) -> None:
        """Note a finished step; `kind` groups it in the summary."""
        with self._lock:
            began = self._running.pop(step, None)
            if seconds is None:
                seconds = time.perf_counter() - (began or time.perf_counter())
            self.times.setdefault(kind, []).append((step, seconds))
            line = f"{kind:>8}  {step}  {seconds:.1f} s"
            if sys.stdout.isatty():
                self._show(line)
            else:
                print(line, flush=True)

    def forget(self, step: str) -> None:
        """Drop a step that turned out to need no work."""
        with self._lock:
            self._running.pop(step, None)

    def cell(self, page: Path, name: str, seconds: float | None) -> None:
        """Show that a cell of a page has begun or, with its seconds, that it has ended."""
        step = f"{page} {name}"
        self.begin(step) if seconds is None else self.end("cells", step, seconds)

    def summary(self) -> str:
        """Return the number and time of the steps of each kind, and the time in all."""
        parts = [
            f"{len(steps)} {kind} {sum(seconds for _, seconds in steps):.1f} s"
            for kind, steps in self.times.items()
        ]
        whole = f"{time.perf_counter() - self.start:.1f} s in all"
        return f"{'; '.join(parts)}; {whole}" if parts else f"nothing changed, {whole}"

    def slowest(self, number: int = 8) -> list[str]:
        """Return lines that name this run's slowest cells and figures, of those above a second."""
        steps = [
            (seconds, f"{kind:>8}  {step}")
            for kind in ("figures", "cells")
            for step, seconds in self.times.get(kind, [])
            if seconds >= 1
        ]
        return [f"{seconds:6.1f} s  {text}" for seconds, text in sorted(steps)[::-1][:number]]

    def _show(self, line: str | None = None) -> None:
        from rich.live import Live

        if self._live is None:
            self._live = Live(get_renderable=self._under_way, refresh_per_second=4, transient=True)
            self._live.start()
        if line:
            self._live.console.print(line, highlight=False, markup=False)

    def _under_way(self) -> Any:
        """Return what the live display shows: the steps under way and their seconds so far."""
        from rich.text import Text

        now = time.perf_counter()
        steps = list(self._running.items())
        return Text("\n".join(f"          {step}  {now - began:.0f} s" for step, began in steps))

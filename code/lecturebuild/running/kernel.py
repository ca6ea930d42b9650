"""Execute the cells of one document in a Jupyter kernel of its own, within limits."""

import asyncio
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from lecturebuild.reading.source import Cell, name
from lecturebuild.running import dependencies, process, warm
from lecturebuild.running.dependencies import Record
from lecturebuild.running.process import Limits
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import read_json

OPTIONS = [
    "--InlineBackend.figure_formats={'svg', 'pdf'}",
    # Ids in an SVG that do not change from run to run.
    "--InlineBackend.rc={'svg.hashsalt': 'lecture'}",
    "--HistoryManager.enabled=False",
]
IMPORTS: tuple[str, ...] = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger"),
    *("IPython.core.debugger", "IPython.core.oinspect", "IPython.core.completerlib"),
    *("IPython.core.pylabtools", "IPython.extensions.storemagic", "tornado.platform.asyncio"),
    *("lecturebuild", "lecturebuild.running.ipython"),
)
"""What is imported before a kernel is forked."""
TASK = "lecturebuild.running.ipython"
BEFORE = f"import {TASK} as _lecture; _lecture.begin({{root!r}}); del _lecture"
AFTER = f"import {TASK} as _lecture; _lecture.finish({{file!r}}, {{patience}}); del _lecture"
FIRST = 2
"""The kernel's number of the first cell; 1 prepares it."""
LATER = {"stream", "display_data", "error"}
"""What a thread of a cell may still give once the cell has ended."""
PATIENCE = 5
"""Seconds in which a kernel may end when all its cells are done."""
LONGEST = 70
"""Characters of the folder for sockets; the system takes no names of more than about 100."""


async def execute(
    cells: Sequence[Cell],
    folder: Path,
    root: Path,
    limits: Limits,
    check: Callable[[Cell, list[dict[str, Any]]], None],
    report: Callable[[str, float | None], None],
) -> tuple[list[list[dict[str, Any]]], list[float], Record]:
    """Execute a document's cells in `folder`; return Jupyter's outputs, seconds, and what was used.

    Parameters
    ----------
    check : callable
        Called with each cell and its outputs once it has ended; may raise an error.
    report : callable
        Called with a cell's name when it begins and, with the seconds it took, when it has ended.
    """
    source = "\n".join(cell.code for cell in cells)
    named = dependencies.named_files(source, folder, root)
    named |= dependencies.settings_in(folder, root)
    times: list[float] = []
    async with AsyncExitStack() as stack:
        own = Path(stack.enter_context(_short_folder()))
        patience = limits.time(process.CELL)
        sources = [
            BEFORE.format(root=str(root)),
            *(cell.code for cell in cells),
            AFTER.format(file=str(own / "used.json"), patience=patience),
        ]
        made = [
            NotebookNode(cell_type="code", execution_count=None, metadata={}, source=s, outputs=[])
            for s in sources
        ]
        notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata={}, cells=made)
        manager = _Manager(own, folder, limits, warm.needed(source))
        client = _Client(
            notebook,
            km=manager,
            timeout=None,
            startup_timeout=300,
            iopub_timeout=int(patience) + 1,
            raise_on_iopub_timeout=True,
            allow_errors=True,
        )
        # Not nbclient's own context: its signal handlers take an interrupt for a dead kernel.
        stack.push_async_exit(partial(_stop, client))
        try:
            await client.async_start_new_kernel()
            await client.async_start_new_kernel_client()
            await client.async_execute_cell(notebook.cells[0], 0)
        except (RuntimeError, OSError, DeadKernelError) as error:
            _check_cancelled()
            message = f"the kernel for its cells does not start: {_last_line(own) or error}"
            raise cells[0].error(message) from None
        for index, cell in enumerate(cells, start=1):
            if not cell.executed:
                times.append(0.0)
                continue
            report(name(cell), None)
            start = time.perf_counter()
            client.timeout = max(1, int(limits.time(process.CELL)))
            try:
                await client.async_execute_cell(notebook.cells[index], index)
            except CellTimeoutError:
                message = f"{name(cell)} was still running after {client.timeout} s and was stopped"
                raise cell.error(f"{message}; {process.LONGER}") from None
            except DeadKernelError:
                _check_cancelled()
                ending = process.ending(manager.exit_code())
                raise cell.error(f"{name(cell)}: the kernel died, {ending}") from None
            times.append(time.perf_counter() - start)
            report(name(cell), times[-1])
            check(cell, notebook.cells[index].outputs)
        try:
            await client.async_execute_cell(notebook.cells[-1], len(cells) + 1)
        except (DeadKernelError, CellTimeoutError):
            _check_cancelled()
        used = read_json(own / "used.json")
        if used is None:
            trouble = [output.get("evalue", "") for output in notebook.cells[-1].outputs]
            message = "the kernel ended before it could tell what its cells used: "
            message += "; ".join(filter(None, trouble)) or process.ending(manager.exit_code())
            raise cells[-1].error(message)
    executed = [cell for cell in cells if cell.executed]
    _check_threads(executed, used["deaths"])
    outputs = [_joined(cell.outputs) for cell in notebook.cells[1:-1]]
    starts = [executed[number - FIRST] for number in used["record"]["children"]]
    children = [name(cell) for cell in starts if not cell.options.get("cache")]
    record = dependencies.record_of(used["record"] | {"children": children})
    return outputs, times, dependencies.with_named(record, named, root)


def _short_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder of our own for sockets: no other user of the machine can listen."""
    usual = tempfile.gettempdir()
    return tempfile.TemporaryDirectory(
        prefix="lecture-", dir=usual if len(usual) < LONGEST else "/tmp"
    )


class _Provisioner(LocalProvisioner):
    """Starts the kernel's process as all processes of the renderer are started."""

    job: warm.Job

    async def launch_kernel(self, cmd: list[str], **_: Any) -> Any:
        child = await asyncio.to_thread(warm.start, self.job)
        self.process: Any = child
        self.pid = self.pgid = child.pid
        return self.connection_info


class _Manager(AsyncKernelManager):
    """Manages a kernel that needs neither an installed kernel nor the user's configuration."""

    def __init__(self, own: Path, folder: Path, limits: Limits, imports: tuple[str, ...]):
        super().__init__(transport="ipc", ip=f"{own}/kernel", connection_file=f"{own}/kernel.json")
        self.client_factory = _Channels
        self.starter = _Provisioner(parent=self, kernel_spec=self.kernel_spec, kernel_id="")
        self.provisioner = self.starter
        environment = os.environ | {
            # A date in a picture would make it new with every run.
            "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "0"),
            # Another one, named in the environment, would show no picture at all.
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            # No start-up files of the user's.
            "IPYTHONDIR": f"{own}/ipython",
        }
        self.starter.job = warm.Job(
            TASK,
            ("-f", f"{own}/kernel.json", *OPTIONS),
            folder=str(folder),
            environment=environment,
            memory=limits.data()[0],
            output=str(own / "output.txt"),
            imports=(*IMPORTS, *imports),
        )

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(argv=[sys.executable], display_name="Python", language="python")

    def exit_code(self) -> int:
        """Return the exit code of the kernel's process."""
        code = self.starter.process.poll() if self.starter.process else None
        return 0 if code is None else code


class _Channels(AsyncKernelClient):
    """Waits for a kernel no longer than until it answers on all channels.

    Jupyter's own way then listens for another 0.2 s to hear that nothing comes.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered a question."""
        until = time.monotonic() + (timeout or math.inf)
        while not await self._answers(self.kernel_info()):
            if not await self.is_alive():
                raise RuntimeError("it died")
            if time.monotonic() > until:
                raise RuntimeError(f"it did not answer within {timeout:g} s")

    async def _answers(self, asked: str) -> bool:
        """Say whether the answer comes, and on the other channel that it was given."""
        with suppress(Empty):
            while _parent(await self.shell_channel.get_msg(timeout=1)) != asked:
                pass
            while True:
                message = await self.iopub_channel.get_msg(timeout=0.2)
                idle = message["content"].get("execution_state") == "idle"
                if idle and _parent(message) == asked:
                    return True
        return False


def _parent(message: dict[str, Any]) -> str | None:
    """Return the id of the message that this one answers."""
    return message["parent_header"].get("msg_id")  # type: ignore[no-any-return]


class _Client(NotebookClient):
    """Puts what a thread prints later to the cell that started it."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.asked: dict[str, tuple[NotebookNode, int]] = {}

    async def _async_poll_output_msg(
        self, parent_msg_id: str, cell: NotebookNode, cell_index: int
    ) -> None:
        assert self.kc is not None
        self.asked[parent_msg_id] = cell, cell_index
        while True:
            message = await self.kc.iopub_channel.get_msg(timeout=None)
            parent = _parent(message)
            try:
                if parent == parent_msg_id:
                    self.process_message(message, cell, cell_index)
                elif parent in self.asked and message["msg_type"] in LATER:
                    self.process_message(message, *self.asked[parent])
            except CellExecutionComplete:
                return


async def _stop(client: Any, kind: type[BaseException] | None, *_: Any) -> None:
    """Stop a kernel; after an error, here or elsewhere, or an interrupt without waiting for it."""
    if client.kc is not None:
        client.kc.stop_channels()
    if client.km.has_kernel:
        child = client.km.starter.process
        if kind is None:
            await client.km.request_shutdown()
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(child.wait, PATIENCE)
        if child is not None:
            await asyncio.to_thread(warm.stop, child)
    await client.km.cleanup_resources()


def _check_cancelled() -> None:
    """Go on with a cancellation, which nbclient takes for a dead kernel."""
    task = asyncio.current_task()
    if process.stopping() or (task and task.cancelling()):
        raise asyncio.CancelledError


def _last_line(own: Path) -> str:
    """Return the last line that a kernel's process printed."""
    file = own / "output.txt"
    lines = file.read_text("utf-8", "replace").strip().splitlines() if file.is_file() else []
    return lines[-1].strip() if lines else ""


def _check_threads(executed: Sequence[Cell], deaths: list[dict[str, Any]]) -> None:
    """Raise an error if a thread of a cell died."""
    for death in deaths:
        number = (death["cell"] or 0) - FIRST
        cell = executed[number] if 0 <= number < len(executed) else executed[-1]
        if cell.options.get("error", False):
            continue
        line = cell.code_line + death["line"] - 1 if death["line"] else cell.line
        raise LectureError(f"{name(cell)}: a thread died: {death['error']}", cell.file, line)


def _joined(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return outputs with all of each stream in one: chance tears its lines apart.

    What nbclient does for it takes, on one long line, a time that grows with the square.
    """
    joined: list[dict[str, Any]] = []
    parts: dict[str, list[str]] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            joined.append(output)
        elif output["name"] in parts:
            parts[output["name"]].append(output["text"])
        else:
            parts[output["name"]] = [output["text"]]
            joined.append(output)
    streams = [output for output in joined if output["output_type"] == "stream"]
    for output in streams:
        output["text"] = "".join(parts[output["name"]])
    if [output["name"] for output in streams] == ["stdout", "stderr"]:
        # What comes first is chance.
        first, second = (joined.index(output) for output in streams)
        if second == first + 1:
            joined[first], joined[second] = joined[second], joined[first]
    return joined

"""Draw figures and execute cells on a Dask cluster, whose address DASK_SCHEDULER_ADDRESS gives.

The project's own files go along, so a worker needs nothing but the same packages: it works in a
copy of its own, and what a figure or a document gives comes back as bytes. Dask gives the work of a
worker that is lost to another one.
"""

import hashlib
import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lecturebuild.running import process
from lecturebuild.running.process import Limits
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import in_project, own_files, pack

T = TypeVar("T")

_connection: "Connection | None" = None


@dataclass(frozen=True)
class Connection:
    """A cluster, and the project as it was sent there."""

    client: Any
    packed: Any
    path: tuple[str, ...]

    def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return `work(root, *arguments)`, done by a worker in its copy of the project."""
        limits = process.project_limits
        future = self.client.submit(
            _work, work, self.packed, self.path, limits, *arguments, pure=False
        )
        try:
            result: T = future.result()
        except LectureError:
            raise
        except Exception as error:
            raise LectureError(f"on the Dask cluster: {type(error).__name__}: {error}") from error
        return result

    @property
    def slots(self) -> int:
        """So much the cluster does at a time."""
        return sum(self.client.nthreads().values()) or 1


def connection() -> Connection | None:
    """Return the connection, if there is one."""
    return _connection


@contextmanager
def connected(root: Path) -> Iterator[None]:
    """Have a connection meanwhile, if an address is set."""
    global _connection
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not address or _connection:
        yield
        return
    from distributed import Client

    path = tuple(
        str(Path(entry).resolve().relative_to(root))
        for entry in sys.path
        if in_project(Path(entry).resolve(), root)
    )
    with Client(address) as client:  # type: ignore[no-untyped-call]
        content = packed_project(root)
        packed = client.scatter((hashlib.sha256(content).hexdigest(), content), broadcast=True)
        _connection = Connection(client, packed, path)
        try:
            yield
        finally:
            _connection = None


def packed_project(root: Path) -> bytes:
    """Return the project's own files, but for what builds make, in one."""
    memory = io.BytesIO()
    files = own_files(root, lambda folder: folder.parent == root and folder.name[0] == "_")
    own = (file for file in files if in_project(file, root) and file.is_file())
    pack(memory, {file.relative_to(root).as_posix(): file for file in own})
    return memory.getvalue()


def _work(
    work: Callable[..., T],
    packed: tuple[str, bytes],
    path: tuple[str, ...],
    limits: Limits,
    *arguments: Any,
) -> T:
    """Do a piece of work; this runs in the process of a worker."""
    from distributed import get_worker

    os.environ.pop("DASK_SCHEDULER_ADDRESS", None)
    process.project_limits = limits
    name, content = packed
    root = Path(get_worker().local_directory).resolve() / f"lecture-{name[:16]}"
    if not root.is_dir():
        new = Path(tempfile.mkdtemp(dir=root.parent))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(new)
        with suppress(OSError):  # another thread was faster
            new.rename(root)
    for entry in reversed(path):
        if str(root / entry) not in sys.path:
            sys.path.insert(0, str(root / entry))
    return work(root, *arguments)

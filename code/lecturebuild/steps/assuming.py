"""What a step was begun with that is not known yet: what another, still running, will give.

Some steps nearly always give what they gave last time, whatever was changed: a word more in a
chapter changes none of its labels. So those that need them begin meanwhile, assuming just that.
Before anything of it is kept they wait until it is known; where it was wrong they begin again.
"""

import threading
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from lecturebuild.steps.errors import CancelledError

T = TypeVar("T")


@dataclass(eq=False)
class Assumption:
    """That a step will give a result with a certain digest; `known` is set once it has ended."""

    digest: str
    known: threading.Event = field(default_factory=threading.Event)
    right: bool = False

    def end(self, digest: str) -> bool:
        """Tell what the step has given; say whether that was assumed."""
        self.right = digest == self.digest
        self.known.set()
        return self.right


_open: ContextVar[tuple[Assumption, ...]] = ContextVar("assumptions", default=())


def assuming(assumptions: Iterable[Assumption], make: Callable[[], T]) -> T:
    """Do something that rests on assumptions; it fails for good only if these were right."""
    token = _open.set(tuple(assumptions))
    try:
        return make()
    except Exception:
        confirm()
        raise
    finally:
        _open.reset(token)


def confirm() -> None:
    """Wait until it is known whether this thread's work rests on anything wrong; end it then."""
    for assumption in _open.get():
        assumption.known.wait()
        if not assumption.right:
            raise CancelledError("begun on a wrong assumption")

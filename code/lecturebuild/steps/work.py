"""Carry out a plan: steps in the order in which they need each other, several at a time."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from lecturebuild.steps.errors import CancelledError, LectureError
from lecturebuild.steps.progress import Silent
from lecturebuild.steps.store import Result, Step, Store


@dataclass(eq=False)
class Work:
    """A plan that is carried out.

    Steps that run are threads: what takes time in them are other processes. Values are computed,
    and results looked up, in between.

    Parameters
    ----------
    stop : callable
        Called when something has failed or the user interrupts: it ends what runs in vain.
    """

    store: Store
    progress: Silent
    jobs: int | None = None
    stop: Callable[[], None] = lambda: None
    done: dict[Step, Any] = field(default_factory=dict)
    errors: dict[Step, LectureError] = field(default_factory=dict)

    def carry_out(self, targets: Iterable[Step]) -> list[Any]:
        """Return what the steps give, making what is missing.

        After an error everything that it does not concern is finished, save slow steps, so that
        the message does not depend on chance.

        Raises
        ------
        LectureError
            That of the first step that failed, in the order in which the plan names them.
        """
        targets = list(targets)
        order = {step: number for number, step in enumerate(all_steps(targets))}
        waits = {step: set(_needs(step)) for step in order}
        users: dict[Step, list[Step]] = {step: [] for step in order}
        for step, needed in waits.items():
            for other in needed:
                users[other].append(step)
        # What a slow step waits for comes before what nothing waits for.
        early = set(all_steps(step for step in order if step.slow))
        free = [step for step in order if not waits[step]]
        ready: list[Step] = []
        running: dict[Future[Result], Step] = {}
        # One more than there are processors: a process that starts waits as much as it computes.
        jobs = self.jobs or (os.cpu_count() or 1) + 1
        pool, beside = ThreadPoolExecutor(jobs), ExitStack()
        try:
            while free or ready or running:
                while free:
                    step = free.pop(0)
                    if not self._settle(step):
                        ready.append(step)
                        continue
                    free += _freed(step, users, waits)
                ready.sort(key=lambda step: (not step.slow, step not in early, order[step]))
                while ready and len(running) < jobs:
                    step = ready.pop(0)
                    if step.slow and self.errors:
                        self.errors[step] = next(iter(self.errors.values()))
                        free += _freed(step, users, waits)
                    else:
                        if step.beside:
                            beside.enter_context(step.beside())
                        running[pool.submit(self._make, step)] = step
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    step = running.pop(future)
                    self._finish(step, future)
                    free += _freed(step, users, waits)
                free.sort(key=order.__getitem__)
        except BaseException:
            self.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
            beside.close()
        if self.errors:
            raise self._first_error(order)
        return [self.done[target] for target in targets]

    def _first_error(self, order: dict[Step, int]) -> LectureError:
        """Return the error to show: of figures, which do not need each other, all at once."""
        told = {s: e for s, e in self.errors.items() if not isinstance(e, CancelledError)}
        first = min(told, key=order.__getitem__)
        same = [step for step in sorted(told, key=order.__getitem__) if step.kind == "figures"]
        if first not in same or len(same) == 1:
            return told[first]
        lines = [f"{len(same)} figures could not be drawn:", *(str(told[step]) for step in same)]
        return LectureError("\n  ".join(lines))

    def _settle(self, step: Step) -> bool:
        """Compute a value or find a result in the store; False if the step has to run."""
        failed = [self.errors[other] for other in _needs(step) if other in self.errors]
        if failed:
            self.errors[step] = failed[0]
            return True
        inputs = _resolved(step.inputs, self.done)
        try:
            if not step.kind:
                self.done[step] = step.make(**inputs)
                return True
            found = self.store.lookup(step, self.store.key(step, inputs))
            if found:
                self._give(step, found)
                return True
        except LectureError as error:
            self._failed(step, error)
            return True
        return False

    def _make(self, step: Step) -> Result:
        if not step.tells:
            self.progress.begin(step.name)
        inputs, context = _resolved(step.inputs, self.done), _resolved(step.context, self.done)
        return self.store.make(step, inputs, context)

    def _finish(self, step: Step, future: "Future[Result]") -> None:
        try:
            result = future.result()
            if result.new and not step.tells:
                self.progress.end(step.kind, step.name, result.seconds)
            else:  # by another process
                self.progress.forget(step.name)
            self._give(step, result)
        except LectureError as error:
            self.progress.forget(step.name)
            self._failed(step, error)

    def _give(self, step: Step, result: Result) -> None:
        self.done[step] = step.read(result) if step.read else result

    def _failed(self, step: Step, error: LectureError) -> None:
        if not self.errors:
            self.stop()
        self.errors[step] = error


def _freed(step: Step, users: dict[Step, list[Step]], waits: dict[Step, set[Step]]) -> list[Step]:
    """Return the steps that waited for this one alone."""
    freed = []
    for user in users[step]:
        waits[user].discard(step)
        if not waits[user]:
            freed.append(user)
    return freed


def explain(targets: Iterable[Step], store: Store) -> Iterator[tuple[Step, list[str]]]:
    """Yield the steps that are to be made, with reasons, and make none of them."""
    done: dict[Step, Any] = {}
    unknown: dict[Step, str] = {}
    for step in all_steps(targets):
        waits = sorted({unknown[other] for other in _needs(step) if other in unknown})
        if waits:
            unknown[step] = str(step) if step.kind else waits[0]
            if step.kind:
                yield step, [f"if {waits[0]} gives something new"]
            continue
        inputs = _resolved(step.inputs, done)
        if not step.kind:
            done[step] = step.make(**inputs)
            continue
        parts = store.key(step, inputs)
        if found := store.lookup(step, parts):
            done[step] = step.read(found) if step.read else found
        else:
            unknown[step] = str(step)
            yield step, store.reasons(step, parts)


def _needs(step: Step) -> Iterator[Step]:
    yield from _steps_in(step.inputs)
    yield from _steps_in(step.context)
    yield from step.after


def _steps_in(item: Any) -> Iterator[Step]:
    if isinstance(item, Step):
        yield item
    elif isinstance(item, Mapping):
        for each in item.values():
            yield from _steps_in(each)
    elif isinstance(item, list | tuple):
        for each in item:
            yield from _steps_in(each)


def _resolved(item: Any, done: Mapping[Step, Any]) -> Any:
    """Return an input with what they gave in place of steps."""
    if isinstance(item, Step):
        return done[item]
    if isinstance(item, Mapping):
        return {name: _resolved(each, done) for name, each in item.items()}
    if isinstance(item, list | tuple):
        return type(item)(_resolved(each, done) for each in item)
    return item


def all_steps(targets: Iterable[Step]) -> Iterator[Step]:
    """Yield targets and all steps that they need, each after those it needs."""
    seen: set[Step] = set()

    def visit(step: Step) -> Iterator[Step]:
        if step not in seen:
            seen.add(step)
            for other in _needs(step):
                yield from visit(other)
            yield step

    for target in targets:
        yield from visit(target)

"""Carry out a plan: steps in the order in which they need each other, several at a time."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lecturebuild.steps.assuming import Assumption, assuming
from lecturebuild.steps.errors import CancelledError, LectureError
from lecturebuild.steps.progress import Silent
from lecturebuild.steps.store import Result, Step, Store


class _Plan:
    """The steps that are to be done, and which of them wait for which."""

    def __init__(self, targets: Iterable[Step]):
        self.order = {step: number for number, step in enumerate(all_steps(targets))}
        self.needs = {step: set(_needs(step)) for step in self.order}
        self.waits = {step: set(needed) for step, needed in self.needs.items()}
        self.users: dict[Step, list[Step]] = {step: [] for step in self.order}
        for step, needed in self.needs.items():
            for other in needed:
                self.users[other].append(step)
        # What a slow step waits for comes first, then what begins the longest row of steps.
        self.early = set(all_steps(step for step in self.order if step.slow))
        self.row = dict.fromkeys(self.order, 0)
        for step in reversed(self.order):
            self.row[step] = max((self.row[user] + bool(user.kind) for user in self.users[step]),
                                 default=0)  # fmt: skip
        self.free = [step for step in self.order if not self.waits[step]]
        """Those that wait for nothing more, in their order."""

    def settled(self, step: Step) -> None:
        """Free those that waited for a step alone."""
        for user in self.users[step]:
            self.waits[user].discard(step)
            if not self.waits[user]:
                self.free.append(user)
        self.free.sort(key=self.order.__getitem__)

    def again(self, steps: set[Step], known: Collection[Step], running: Collection[Step]) -> None:
        """Have steps done again once what they need is known, and their vain runs have ended.

        What needs them and has not begun waits for them once more.
        """
        for step in steps:
            self.waits[step] = self.needs[step].difference(known) | ({step} & {*running})
            for user in {*self.users[step]} - steps:
                self.waits[user].add(step)
            self.free.append(step)
        self.free = [step for step in self.free if not self.waits[step]]

    def in_vain(self, step: Step) -> bool:
        """Say whether a run that has ended was in vain."""
        waits = self.waits[step]
        vain = step in waits
        waits.discard(step)
        if vain and not waits:
            self.free.append(step)
        return vain

    def first(self, ready: list[Step]) -> Step:
        """Take out the step that is to begin first."""
        first = min(
            ready,
            key=lambda step: (
                not step.slow,
                step not in self.early,
                -self.row[step],
                self.order[step],
            ),
        )
        ready.remove(first)
        return first


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
    assumed: dict[Step, Assumption] = field(default_factory=dict)
    """What is assumed of steps that run."""
    rests: dict[Step, set[Step]] = field(default_factory=dict)
    """On which of those each step rests."""
    doubtful: list[Step] = field(default_factory=list)
    """Steps that have to wait until it is known whether they rest on anything wrong."""

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
        plan = _Plan(targets)
        ready: list[Step] = []
        running: dict[Future[Result], Step] = {}
        # One more than there are processors: a process that starts waits as much as it computes.
        # Twice as many, if they only find out whether what was assumed of them is right.
        jobs = self.jobs or (os.cpu_count() or 1) + 1
        most = self.jobs or 2 * jobs
        pool, beside = ThreadPoolExecutor(most), ExitStack()
        try:
            while plan.free or ready or running:
                while plan.free:
                    step = plan.free.pop(0)
                    self.rests[step] = self._rests_on(plan.needs[step])
                    publishes = step in targets
                    settled = None if self.rests[step] and publishes else self._settle(step)
                    if settled is None:
                        self.doubtful.append(step)
                    elif settled:
                        plan.settled(step)
                    else:
                        ready.append(step)
                while ready and len(running) < min(jobs + len(self.assumed), most):
                    step = plan.first(ready)
                    if step.slow and self.errors:
                        self.errors[step] = next(iter(self.errors.values()))
                        plan.settled(step)
                        continue
                    if step.beside:
                        beside.enter_context(step.beside())
                    running[pool.submit(self._job(step))] = step
                    if self._assume(step):
                        plan.settled(step)
                        break  # what may begin now comes before what nothing waits for
                if plan.free:
                    continue
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    step = running.pop(future)
                    if plan.in_vain(step):
                        self.progress.forget(step.name)
                        continue
                    digest = self._finish(step, future)
                    assumption = self.assumed.pop(step, None)
                    if assumption is None:
                        plan.settled(step)
                    elif assumption.end(digest):
                        self._release(step, plan)
                    else:
                        wrong = self._withdraw(step)
                        ready = [each for each in ready if each not in wrong]
                        plan.again(wrong, {*self.done, *self.errors}, running.values())
        except BaseException:
            self.stop()
            raise
        finally:
            for assumption in self.assumed.values():
                assumption.end("")
            pool.shutdown(cancel_futures=True)
            beside.close()
        if self.errors:
            raise self._first_error(plan.order)
        return [self.done[target] for target in targets]

    def _rests_on(self, needed: Iterable[Step]) -> set[Step]:
        """Return the steps that run yet and of which a step that needs others assumes something."""
        found = (self.rests[step] | ({step} & self.assumed.keys()) for step in needed)
        return set().union(*found)

    def _assume(self, step: Step) -> bool:
        """Assume that a step that begins will give what it gave last time, if that is likely."""
        if not step.steady:
            return False
        kept = self.store.likely(step, self.store.key(step, _resolved(step.inputs, self.done)))
        if kept:
            self.assumed[step] = Assumption(kept.digest)
            self._give(step, kept)
        return kept is not None

    def _release(self, step: Step, plan: _Plan) -> None:
        """Let go on what rests on a right assumption about a step."""
        for rest in self.rests.values():
            rest.discard(step)
        plan.free += [each for each in self.doubtful if not self.rests[each]]
        self.doubtful = [each for each in self.doubtful if self.rests[each]]

    def _withdraw(self, step: Step) -> set[Step]:
        """Forget and return all that rests on a wrong assumption about a step."""
        wrong = {each for each, rest in self.rests.items() if step in rest}
        for each in wrong:
            del self.rests[each]
            self.done.pop(each, None)
            self.errors.pop(each, None)
            if assumption := self.assumed.pop(each, None):
                assumption.end("")
        self.doubtful = [each for each in self.doubtful if each not in wrong]
        return wrong

    def _first_error(self, order: dict[Step, int]) -> LectureError:
        """Return the error to show: of figures, which do not need each other, all at once."""
        told = {s: e for s, e in self.errors.items() if not isinstance(e, CancelledError)}
        first = min(told, key=order.__getitem__)
        same = [step for step in sorted(told, key=order.__getitem__) if step.kind == "figures"]
        if first not in same or len(same) == 1:
            return told[first]
        lines = [f"{len(same)} figures could not be drawn:", *(str(told[step]) for step in same)]
        return LectureError("\n  ".join(lines))

    def _settle(self, step: Step) -> bool | None:
        """Compute a value or find a result in the store; False if the step has to run.

        None if it failed, but rests on what may be wrong.
        """
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
        except Exception as error:
            if self.rests[step]:
                return None
            if not isinstance(error, LectureError):
                raise
            self._failed(step, error)
            return True
        return False

    def _job(self, step: Step) -> Callable[[], Result]:
        """Return what makes a step, from what is known now."""
        if not step.tells:
            self.progress.begin(step.name)
        inputs, context = _resolved(step.inputs, self.done), _resolved(step.context, self.done)
        assumptions = [self.assumed[each] for each in self.rests[step]]
        return partial(assuming, assumptions, partial(self.store.make, step, inputs, context))

    def _finish(self, step: Step, future: "Future[Result]") -> str:
        """Take over what a step has given; return its digest, "" after an error."""
        self.done.pop(step, None)  # it was assumed
        try:
            result = future.result()
        except LectureError as error:
            self.progress.forget(step.name)
            self._failed(step, error)
            return ""
        if result.new and not step.tells:
            self.progress.end(step.kind, step.name, result.seconds)
        else:  # by another process
            self.progress.forget(step.name)
        self._give(step, result)
        return result.digest

    def _give(self, step: Step, result: Result) -> None:
        self.done[step] = step.read(result) if step.read else result

    def _failed(self, step: Step, error: LectureError) -> None:
        if not self.errors:
            self.stop()
        self.errors[step] = error


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

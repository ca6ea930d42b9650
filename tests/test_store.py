"""The store of steps: a result is used again exactly while all that it was made from holds."""

import json
import multiprocessing
import os
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.progress import Silent
from lecturebuild.steps.store import Read, Step, Store, value
from lecturebuild.steps.work import Work, explain

MADE = []
"""The names of the steps that were made."""


@pytest.fixture
def store(tmp_path):
    MADE.clear()
    (tmp_path / "data.txt").write_text("one")
    return Store(tmp_path)


def copy(folder, source, name="made.txt"):
    MADE.append(source.name)
    (folder / name).write_text(source.read_text() + "!")


def step(store, name="a", **more):
    return Step("tests", name, copy, {"source": store.root / "data.txt"}, **more)


def run(store, *steps, **options):
    return Work(store, Silent(), **options).carry_out(steps)


def test_made_once_and_again_when_an_input_changed(store):
    [first] = run(store, step(store))
    [second] = run(store, step(store))
    assert (first.new, second.new) == (True, False)
    assert second.only.path.read_text() == "one!"
    (store.root / "data.txt").write_text("two")
    [third] = run(store, step(store))
    assert (third.new, third.only.path.read_text()) == (True, "two!")
    (store.root / "data.txt").write_text("one")
    [fourth] = run(store, step(store))
    assert (fourth.new, fourth.folder) == (False, first.folder)


def empty(file):
    file.write_bytes(b"")


def flip(file):
    status = file.stat()
    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def link(file):
    file.rename(file.with_name("other"))
    file.symlink_to("other")


def folder_instead(file):
    file.unlink()
    file.mkdir()


DAMAGES = [empty, flip, link, folder_instead, lambda file: file.unlink()]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["made.txt", "record.json"])
def test_damaged_result_is_made_anew(store, damage, name):
    [before] = run(store, step(store))
    damage(before.folder / name)
    [after] = run(store, step(store))
    assert after.only.path.read_text() == "one!"
    assert not after.only.path.is_symlink()
    assert not run(store, step(store))[0].new


@pytest.mark.parametrize("part", ["tests", "tests/a", "tests/a/.lock", "tests/a/.new", ""])
@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_lies_in_the_way_is_put_aside(store, part, kind):
    place = store.folder / part
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == "file":
        place.write_text("in the way")
    elif kind == "folder":
        place.mkdir(exist_ok=True)
    else:
        place.symlink_to("nowhere")
    [made] = run(store, step(store))
    assert made.only.path.read_text() == "one!"


def test_copied_project_needs_nothing_anew(store):
    [made] = run(store, step(store))
    os.utime(made.only.path, (1, 1))
    assert not run(store, step(store))[0].new
    assert len(MADE) == 1


def test_names_do_not_collide(store):
    names = ["a+b", "a/b", "a", "a/b/c", "ä ß", "a%2Fb", "x" * 200]
    results = run(store, *(step(store, name) for name in names))
    assert len({result.folder for result in results}) == len(names)
    assert not any(result.new for result in run(store, *(step(store, name) for name in names)))
    assert {name for _, name in store.names()} == set(names)


def test_three_results_of_each_step_are_kept(store):
    for number in range(6):
        (store.root / "data.txt").write_text(str(number))
        run(store, step(store), step(store, "a/b"))
    folders = [file.parent for file in store.folder.rglob("record.json")]
    assert sorted(folder.parent.name for folder in folders) == ["a"] * 3 + ["b"] * 3


def test_failed_step_leaves_nothing_and_is_tried_again(store):
    def fail(folder):
        (folder / "half").write_text("half")
        raise LectureError("broken", "a.qmd", 3)

    for _ in range(2):
        with pytest.raises(LectureError, match=r"a\.qmd:3: broken"):
            run(store, Step("tests", "a", fail))
    assert [file.name for file in store.folder.rglob("*") if file.is_file()] == [".lock"]


def test_what_a_killed_run_left_is_cleared(store):
    half = store.folder / "tests" / "a" / ".new"
    half.mkdir(parents=True)
    (half / "half.txt").write_text("half")
    [made] = run(store, step(store))
    assert set(made.files) == {"made.txt"}


def test_input_changed_meanwhile_is_read_again(store):
    def slow(folder, source):
        MADE.append(source.read_text())
        (folder / "made.txt").write_text(source.read_text())
        source.write_text("two")

    inputs = {"source": store.root / "data.txt"}
    [made] = run(store, Step("tests", "a", slow, inputs))
    assert MADE == ["one", "two"]
    assert made.only.path.read_text() == "two"


def test_input_that_never_rests_is_an_error(store):
    def restless(folder, source):
        source.write_text(str(time.time_ns()))

    inputs = {"source": store.root / "data.txt"}
    with pytest.raises(LectureError, match="tests a: what it is made from changes while it"):
        run(store, Step("tests", "a", restless, inputs))


def test_what_was_read_on_the_way_counts_as_it_was_then(store):
    other = store.root / "other.txt"
    other.write_text("first")

    def read(folder):
        found = {"other.txt": store_digest(other), "missing.txt": "missing"}
        MADE.append(other.read_text())
        (folder / "made.txt").write_text(other.read_text())
        other.write_text("second")  # while the step is under way
        return Read(found)

    [made] = run(store, Step("tests", "a", read))
    assert made.only.path.read_text() == "first"
    [again] = run(store, Step("tests", "a", read))
    assert again.only.path.read_text() == "second"
    assert MADE == ["first", "second"]
    run(store, Step("tests", "a", read))
    (store.root / "missing.txt").write_text("it is there now")
    assert run(store, Step("tests", "a", read))[0].new


def store_digest(file):
    from lecturebuild.steps.files import digest

    return digest(file)


def make_in_process(root, log):
    def slow(folder):
        with log.open("a") as file:
            file.write("made\n")
        time.sleep(0.5)
        (folder / "made.txt").write_text("done")

    run(Store(root), Step("tests", "a", slow, code={}))


def test_two_processes_make_a_step_once(store):
    log = store.root / "log.txt"
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=make_in_process, args=(store.root, log)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
        assert process.exitcode == 0
    assert log.read_text() == "made\n"


def test_same_result_stops_what_follows(store):
    def constant(folder, source):
        (folder / "made.txt").write_text("always the same")

    def follow(folder, before):
        MADE.append("follow")
        (folder / "made.txt").write_text(before.only.path.read_text())

    def plan():
        first = Step("tests", "a", constant, {"source": store.root / "data.txt"})
        return Step("tests", "b", follow, {"before": first})

    run(store, plan())
    (store.root / "data.txt").write_text("two")
    run(store, plan())
    assert MADE == ["follow"]


def test_reasons_are_told(store):
    plan = Step("tests", "b", copy, {"source": store.root / "data.txt"}, {"setting": 1})
    assert [reasons for _, reasons in explain([plan], store)] == [["was not made yet"]]
    run(store, plan)
    assert list(explain([plan], store)) == []
    (store.root / "data.txt").write_text("two")
    plan = Step("tests", "b", copy, {"source": store.root / "data.txt"}, {"other": 1})
    [[_, reasons]] = explain([plan], store)
    assert reasons == ["source changed", "other is new", "setting is gone"]
    assert len(MADE) == 1


def test_code_of_a_step_counts(store, tmp_path):
    code = tmp_path / "code.py"
    code.write_text("1")
    run(store, step(store, code={"code.py": code}))
    assert not run(store, step(store, code={"code.py": code}))[0].new
    code.write_text("2")
    assert run(store, step(store, code={"code.py": code}))[0].new


def test_code_that_changed_since_it_was_loaded_is_another_one(store, tmp_path):
    code = tmp_path / "code.py"
    code.write_text("1")
    os.utime(code, (1e9, 1e9))
    loaded = store.key(step(store, code={"code.py": code}), {})["code code.py"]
    os.utime(code)  # the same text, but perhaps not what this process has loaded
    assert store.key(step(store, code={"code.py": code}), {})["code code.py"] != loaded


def test_error_is_that_of_the_first_step_of_the_plan(store):
    def fail(folder, after, name):
        time.sleep(after)
        raise LectureError(name)

    steps = [
        Step("tests", name, fail, {"after": after, "name": name})
        for name, after in (("first", 0.3), ("second", 0))
    ]
    whole = value(lambda of: of, of=steps)
    with pytest.raises(LectureError, match="first"):
        run(store, whole, jobs=2)


def test_store_holds_no_pickles(store):
    [made] = run(store, step(store))
    assert json.loads((made.folder / "record.json").read_text())["files"].keys() == {"made.txt"}


def test_what_a_slow_step_waits_for_comes_first(store):
    def noted(name, **more):
        return replace(step(store, name, **more), make=partial(note, name))

    run(store, noted("page"), noted("deck", after=(noted("early"),), slow=True), jobs=1)
    assert MADE == ["early", "deck", "page"]


def note(name, folder, source):
    MADE.append(name)


def test_slow_step_does_not_begin_after_an_error(store):
    def fail(folder, source):
        raise LectureError("no")

    slow = replace(step(store, "slow", slow=True), make=partial(note, "slow"))
    with pytest.raises(LectureError, match="no"):
        run(store, replace(step(store, "first", slow=True), make=fail), slow, jobs=1)
    assert MADE == []


@pytest.mark.parametrize("fails", [False, True])
def test_what_runs_beside_a_step_ends_with_all_work(store, fails):
    @contextmanager
    def beside():
        MADE.append("begun")
        yield
        MADE.append("ended")

    def make(name, folder, source):
        MADE.append(name)
        if fails:
            raise LectureError("no")

    with pytest.raises(LectureError) if fails else nullcontext():
        run(store, replace(step(store, "a", beside=beside), make=partial(make, "a")))
    assert MADE == ["begun", "a", "ended"]


def both(began, folder, first, text):
    """Make a file of two texts; tell that it began."""
    MADE.append("second")
    if began:
        began.set()
    (folder / "made.txt").write_text(first + text)


def content(result):
    return result.only.path.read_text()


def site(store, text, waits=None, began=None, **first):
    """Return a step that publishes: what a steady step gives of a text, and one that needs that."""
    letter = Step(
        "tests",
        "first",
        partial(first_letter, waits=waits),
        {"text": text},
        read=content,
        steady=True,
    )
    letter = replace(letter, **first)
    inputs = {"first": letter, "text": text}
    second = Step("tests", "second", partial(both, began), inputs, read=content)
    return value(published, text=second, first=value(refuse, letter=letter))


def published(text, first):
    MADE.append("published")
    return text


def refuse(letter):
    if letter == "r":
        raise LectureError("an r")
    return letter


def first_letter(folder, text, waits=None):
    MADE.append("first")
    if waits:
        assert waits.wait(60)
    (folder / "made.txt").write_text(text[0])


def test_what_needs_a_steady_step_begins_before_that_has_ended(store):
    assert run(store, site(store, "ab")) == ["aab"]
    began = threading.Event()
    assert run(store, site(store, "ac", began, began)) == ["aac"]
    assert sorted(MADE) == sorted(["first", "second", "published"] * 2)


def test_what_rests_on_a_wrong_assumption_is_made_again_and_not_published(store):
    run(store, site(store, "ab"))
    began = threading.Event()
    assert run(store, site(store, "bc", began, began)) == ["bbc"]
    assert (sorted(MADE[3:-1]), MADE[-1]) == (["first", "second", "second"], "published")
    kept = {file.read_text() for file in store.folder.glob("tests/second/*/made.txt")}
    assert kept == {"aab", "bbc"}


def test_what_needs_a_step_that_is_made_again_waits_for_it(store):
    again = threading.Event()

    def first(folder, text):
        time.sleep(0.2 if text == "bc" else 0)  # what is assumed of it is known then
        (folder / "made.txt").write_text(text[0])

    def second(folder, first):
        if first == "b":  # and not what was assumed
            again.set()
            time.sleep(0.3)
        (folder / "made.txt").write_text(first)

    def other(folder, text):
        assert text == "ab" or again.wait(60)
        (folder / "made.txt").write_text(text)

    def plan(text):
        letter = Step("tests", "first", first, {"text": text}, read=content, steady=True)
        of_letter = Step("tests", "second", second, {"first": letter}, read=content)
        of_text = Step("tests", "other", other, {"text": text}, read=content)
        return value(joined, first=of_letter, other=of_text)

    assert run(store, plan("ab")) == ["aab"]
    assert run(store, plan("bc")) == ["bbc"]


def test_nothing_is_published_while_it_is_only_assumed(store):
    run(store, site(store, "ab"))

    def wait_in_vain(folder, text):
        time.sleep(0.3)
        MADE.append("first")
        (folder / "made.txt").write_text("a")

    # The second step's result is in the store: it has only to be published.
    late = site(store, "ab", make=wait_in_vain, inputs={"text": "az"})
    assert run(store, late) == ["aab"]
    assert MADE[-2:] == ["first", "published"]


def test_with_another_code_nothing_is_assumed(store):
    run(store, site(store, "ab"))
    began = threading.Event()

    def first(folder, text):
        assert not began.wait(0.5)
        (folder / "made.txt").write_text(text[0])

    assert run(store, site(store, "ac", None, began, make=first, uses={"version": 2})) == ["aac"]


@pytest.mark.parametrize(
    "before, now, told", [("ra", "rb", "an r"), ("ra", "ab", None), ("ab", "rb", "an r")]
)
def test_error_is_told_only_if_what_it_rests_on_is_right(before, now, told, store):
    with suppress(LectureError):
        run(store, site(store, before))
    began = threading.Event()
    with pytest.raises(LectureError, match=told) if told else nullcontext():
        assert run(store, site(store, now, began, began)) == ["aab"]


@pytest.mark.parametrize("error", [LectureError("this fails"), ZeroDivisionError("this fails")])
def test_step_that_is_assumed_and_fails_gives_its_own_error(error, store):
    run(store, site(store, "ab"))

    def fail(folder, text):
        raise error

    with pytest.raises(type(error), match="this fails"):
        run(store, site(store, "ac", make=fail))
    assert MADE.count("published") == 1


@pytest.mark.parametrize("jobs", [None, 1, 2])
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=strategies.data())
def test_random_plans_give_what_they_give_without_assumptions(store, jobs, data):
    """Steps in layers, each of some of the steps before it; the sources change and change back."""
    letters = strategies.sampled_from("abc")
    shape = data.draw(
        strategies.lists(
            strategies.tuples(strategies.sets(strategies.integers(0, 9), max_size=3),
                              strategies.booleans(), strategies.booleans()),
            min_size=2, max_size=9,
        )
    )  # fmt: skip
    store.folder = store.root / "_build" / str(data.draw(strategies.uuids()))

    def plan(sources, steady):
        steps = []
        for number, (needs, keeps, likely) in enumerate(shape):
            inputs = {f"of {need}": steps[need] for need in sorted(needs) if need < number}
            inputs = {name.replace(" ", "_"): step for name, step in inputs.items()}
            inputs["source"] = sources[number]
            if keeps:
                make = partial(half, str(number))
                steps.append(Step("tests", str(number), make, inputs, read=content,
                                  steady=steady and likely))  # fmt: skip
            else:
                steps.append(value(joined, **inputs))
        return value(joined, **{f"of_{number}": step for number, step in enumerate(steps)})

    for _ in range(4):
        sources = [data.draw(letters) for _ in shape]
        plain = Store(store.root / "other")
        assert run(store, plan(sources, True), jobs=jobs) == run(plain, plan(sources, False))


def half(told, folder, **inputs):
    """Make a file that is often the same though the inputs differ."""
    whole = joined(**inputs)
    (folder / "made.txt").write_text("x" if "a" in whole else whole[:4])


def joined(**inputs):
    return "".join(inputs.values())

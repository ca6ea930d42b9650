"""The renderer's stages: nothing imports upwards, and every folder is small enough to be read."""

import ast
from functools import cache
from pathlib import Path

import pytest

CODE = Path(__file__).parents[1] / "code" / "lecturebuild"
BELOW = {
    "steps": set(),
    "reading": {"steps"},
    "running": {"steps", "reading"},
    "writing": {"steps", "reading", "running"},
    "previewing": {"steps", "reading"},
    "checking": {"steps", "reading", "writing"},
}


def imported(file):
    """Yield the modules of the renderer that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lecturebuild"):
            for name in node.names:
                yield f"{node.module}.{name.name}".split(".")[1]


@pytest.mark.parametrize("stage", BELOW)
def test_no_stage_imports_what_comes_after_it(stage):
    files = list((CODE / stage).rglob("*.py"))
    found = {(file.name, name) for file in files for name in imported(file)}
    assert {(file, name) for file, name in found if name not in BELOW[stage] | {stage}} == set()
    assert len(files) > 2


def test_the_plan_fits_on_a_page():
    assert len((CODE / "plan.py").read_text(encoding="utf-8").splitlines()) <= 120


def storeys():
    """Return the number of modules in the longest chain in which each imports the next."""
    names = {".".join(file.relative_to(CODE).with_suffix("").parts): file
             for file in CODE.rglob("*.py")}  # fmt: skip

    @cache
    def height(name):
        below = [0]
        for node in ast.walk(ast.parse(names[name].read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lecturebuild"):
                module = node.module.partition(".")[2]
                found = (f"{module}.{entry.name}".strip(".") for entry in node.names)
                below += [height(each if each in names else module)
                          for each in found if each in names or module in names]  # fmt: skip
        return 1 + max(below)

    return max(map(height, names))


def test_the_house_grows_no_higher():
    assert storeys() <= 13

"""The renderer's stages: nothing imports upwards, and every folder is small enough to be read."""

import ast
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

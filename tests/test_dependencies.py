"""What Python depends on is found: modules, libraries, data files."""

import json
import os
import subprocess
import sys

import pytest

from lecturebuild.running import imports
from lecturebuild.running.dependencies import MISSING, digest, named_files, record_of
from lecturebuild.running.imports import libraries_of, modules_of
from lecturebuild.steps.files import in_project


def names_of(source, root, folder="figures"):
    modules = modules_of(source, root / folder, root)
    return [module.relative_to(root).as_posix() for module in modules]


PACKAGE = {
    "code/physics/__init__.py": "",
    "code/physics/units.py": "GEV = 1",
    "code/physics/jets/__init__.py": "from ..units import GEV",
    "code/physics/jets/cone.py": "from . import clusters",
    "code/physics/jets/clusters.py": "",
    "code/plain/flat.py": "",
    "figures/shared.py": "import physics",
    ".venv/lib/python3/site-packages/vendored.py": "",
}

IMPORTS = [
    ("import numpy, os.path", []),
    ("import shared", ["code/physics/__init__.py", "figures/shared.py"]),
    (
        "from physics import units",
        ["code/physics/__init__.py", "code/physics/units.py"],
    ),
    (
        "import physics.units as u",
        ["code/physics/__init__.py", "code/physics/units.py"],
    ),
    (
        "def draw():\n    from physics import jets",
        ["code/physics/__init__.py", "code/physics/jets/__init__.py", "code/physics/units.py"],
    ),
    (
        "from physics.jets.cone import radius",
        [
            "code/physics/__init__.py",
            "code/physics/jets/__init__.py",
            "code/physics/jets/clusters.py",
            "code/physics/jets/cone.py",
            "code/physics/units.py",
        ],
    ),
    ("from plain import flat", ["code/plain/flat.py"]),
    ("import vendored", []),
    ("%matplotlib inline\n!ls\nimport shared", ["code/physics/__init__.py", "figures/shared.py"]),
    ("this is no Python", []),
    ("from ............ import shared", []),
]


@pytest.mark.parametrize("source, expected", IMPORTS)
def test_modules_are_found_through_every_kind_of_import(source, expected, tmp_path, monkeypatch):
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path / "code")
    monkeypatch.syspath_prepend(tmp_path / ".venv/lib/python3/site-packages")
    assert names_of(source, tmp_path) == expected


def test_modules_that_import_each_other_are_found_once(tmp_path, monkeypatch):
    (tmp_path / "one.py").write_text("import two")
    (tmp_path / "two.py").write_text("import one")
    assert names_of("import one", tmp_path, ".") == ["one.py", "two.py"]


LIBRARIES = [
    ("import os", set()),
    ("import numpy as np", {"numpy"}),
    ("import sklearn.metrics", {"scikit-learn"}),
    ("from mpl_toolkits import mplot3d", {"matplotlib"}),
    ("import yaml", {"PyYAML"}),
    ("import not_installed_anywhere", set()),
]


@pytest.mark.parametrize("source, expected", LIBRARIES)
def test_libraries_are_named_by_their_distributions(source, expected):
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    libraries = libraries_of(source)
    assert libraries.pop("python") == python
    assert libraries.keys() == expected


def test_libraries_of_modules_count_with_their_versions(tmp_path):
    import numpy

    module = tmp_path / "module.py"
    module.write_text("import numpy")
    assert libraries_of("", module)["numpy"] == numpy.__version__


def test_digest_follows_contents_even_within_one_tick_of_the_clock(tmp_path):
    file = tmp_path / "data.txt"
    digests = []
    for content in ("1", "2", "1"):
        file.write_text(content)
        digests.append(digest(file))
    assert digests[0] == digests[2] != digests[1]
    assert digest(tmp_path / "none") == MISSING


def used_by(code, root, **environment):
    """Run Python in a process that notes what it uses; return the record."""
    program = f"""
import json, sys
from lecturebuild.running import dependencies
dependencies.listen({str(root)!r})
exec(compile(sys.stdin.read(), {str(root / "chapters" / "cell.py")!r}, "exec"))
print(json.dumps(dependencies.finish()), file=sys.__stdout__)
"""
    folder = root / "chapters"
    folder.mkdir(exist_ok=True, parents=True)
    result = subprocess.run(
        [sys.executable, "-c", program],
        input=code,
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | environment,
    )
    assert result.returncode == 0, result.stderr
    return record_of(json.loads(result.stdout.splitlines()[-1]))


FILES = {
    "data/a.csv": "1",
    "data/sub/b.csv": "2",
    ".data/x": "hidden",
    "code/m1.py": "V = 1",
    "code/lazy/__init__.py": "import importlib\n"
    "def __getattr__(name): return importlib.import_module('.impl', __name__).V",
    "code/lazy/impl.py": "V = 1",
    "extra/m2.py": "V = 1",
}

# How a cell may use something, and what of the project is then changed.
USES = {
    "open": ("open('../data/a.csv').read()", "data/a.csv"),
    "os.open": ("import os; os.open('../data/a.csv', os.O_RDONLY)", "data/a.csv"),
    "numpy": ("import numpy as np; np.loadtxt('../data/a.csv')", "data/a.csv"),
    "hidden": ("open('../.data/x').read()", ".data/x"),
    "outside": ("open('../../outside.txt').read()", "../outside.txt"),
    "sqlite": ("import sqlite3; sqlite3.connect('../data/a.csv')", "data/a.csv"),
    "missing": ("try: open('../data/new')\nexcept OSError: pass", "data/new"),
    "exists": ("import os; os.path.exists('../data/new')", "data/new"),
    "is_file": ("from pathlib import Path; Path('../data/new').is_file()", "data/new"),
    "size": ("import os; os.path.getsize('../data/a.csv')", "data/a.csv"),
    "access": ("import os; os.access('../data/new', os.R_OK)", "data/new"),
    "listdir": ("import os; os.listdir('../data')", "data/new"),
    "iterdir": ("from pathlib import Path; [*Path('../data').iterdir()]", "data/new"),
    "glob": ("import glob; glob.glob('../data/*')", "data/new"),
    "rglob": ("from pathlib import Path; [*Path('../data').rglob('*')]", "data/sub/new"),
    "walk": ("import os; [*os.walk('../data')]", "data/sub/new"),
    "import": ("import sys; sys.path.append('../code'); import m1", "code/m1.py"),
    "import_module": (
        "import sys, importlib; sys.path.append('../code'); importlib.import_module('m' + '1')",
        "code/m1.py",
    ),
    "__import__": ("import sys; sys.path.append('../code'); __import__('m1')", "code/m1.py"),
    "lazy": ("import sys; sys.path.append('../code'); import lazy; lazy.x", "code/lazy/impl.py"),
    "extra": ("import sys; sys.path.insert(0, '../extra'); import m2", "extra/m2.py"),
    "runpy": ("import runpy; runpy.run_path('../extra/m2.py')", "extra/m2.py"),
    "exec": ("exec(open('../extra/m2.py').read())", "extra/m2.py"),
    "spec": (
        "from importlib import util as u; s = u.spec_from_file_location('m', '../extra/m2.py');"
        "m = u.module_from_spec(s); s.loader.exec_module(m)",
        "extra/m2.py",
    ),
    "pkgutil": ("import pkgutil; [*pkgutil.iter_modules(['../code'])]", "code/new.py"),
}


@pytest.mark.parametrize("code, changed", USES.values(), ids=USES)
def test_whatever_is_used_counts_however_it_is_used(code, changed, tmp_path):
    root = tmp_path / "project"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (tmp_path / "outside.txt").write_text("1")
    record = used_by(code, root)
    assert not [*record.changes(root)]
    assert not record.children
    (root / "data/unrelated.txt" if "data" not in changed else root / "other.txt").write_text("")
    assert not [*record.changes(root)]
    (root / changed).write_text("V = 2")
    assert [*record.changes(root)]


def test_environment_counts_where_a_cell_asks_for_it(tmp_path, monkeypatch):
    code = "import os; os.getenv('LECT'), os.environ.get('NONE'), {**os.environ}, os.environ.copy()"
    monkeypatch.setenv("LECT", "1")
    record = used_by(code, tmp_path)
    assert record.environment.keys() == {"LECT", "NONE"}
    assert not [*record.changes(tmp_path)]
    monkeypatch.setenv("LECT", "2")
    assert [*record.changes(tmp_path)] == ["the environment variable LECT"]


CHILDREN = [
    ("import subprocess; subprocess.run(['true'])", True),
    ("import os; os.system('true')", True),
    ("import os; os.popen('true').read()", True),
    ("import multiprocessing as m; p = m.Process(target=print); p.start(); p.join()", True),
    ("import platform, ctypes.util; ctypes.util.find_library('c'); platform.processor()", True),
    ("import joblib; joblib.cpu_count(only_physical_cores=True)", False),
]


@pytest.mark.parametrize("code, starts", CHILDREN)
def test_child_processes_of_the_author_are_noted_not_those_of_libraries(code, starts, tmp_path):
    assert bool(used_by(code, tmp_path).children) == starts


def test_what_is_read_counts_as_it_was_then(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "b.csv").write_text("1,2")
    seen = digest(data / "b.csv")
    code = """
from pathlib import Path
data = Path("../data")
(data / "b.csv").read_text()
import subprocess, sys
(data / "own.txt").write_text("written, then read")
(data / "own.txt").read_text()
(data / "made.new").write_text("made")
(data / "made.new").replace(data / "made.txt")
(data / "gone.txt").write_text("gone")
(data / "gone.txt").unlink()
(Path("../_figures")).mkdir()
(Path("../_figures/old.svg")).write_text("")
(Path("../_figures/old.svg")).read_text()
subprocess.run([sys.executable, "-c", "open('../data/b.csv', 'w').write('3,4')"])
"""
    record = used_by(code, tmp_path)
    assert record.files == {"data/b.csv": seen}
    assert record.written == ("data/made.txt", "data/own.txt")
    assert [*record.changes(tmp_path)] == ["data/b.csv"]
    (data / "made.txt").unlink()
    assert "data/made.txt, which is gone" in record.changes(tmp_path)


def test_old_bytecode_is_not_run(tmp_path):
    module = tmp_path / "code" / "m.py"
    module.parent.mkdir()
    code = "import sys; sys.path.append('../code'); import m; open('../out', 'w').write(m.V)"
    for text in ("V = 'one'", "V = 'two'"):
        module.write_text(text)
        os.utime(module, (1, 1))  # same size, same time
        if text.endswith("one'"):
            subprocess.run([sys.executable, "-c", "import m"], cwd=module.parent, check=True)
        used_by(code, tmp_path)
    assert (tmp_path / "out").read_text() == "two"


def test_file_whose_name_stands_in_the_source_counts(tmp_path):
    (tmp_path / "data").mkdir()
    for name in ("d.h5", "e.h5", "other.h5"):
        (tmp_path / "data" / name).write_text("1")
    source = "import h5py\n%matplotlib inline\nh5py.File('../data/d.h5'); f(DATA / 'e.h5', 'none')"
    found = named_files(source, tmp_path / "chapters", tmp_path)
    assert found == {f"data/{name}": digest(tmp_path / "data" / name) for name in ("d.h5", "e.h5")}


def test_the_environment_is_not_the_project_wherever_it_lies(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    outer, inner = tmp_path, tmp_path / "env" / "lecture"
    assert in_project(outer / "figures" / "relu.py", outer)
    assert not in_project(outer / "env" / "lib" / "module.py", outer)
    assert in_project(inner / "figures" / "relu.py", inner)


REMEMBERED = [
    ("figures/shared.py", "import physics, other", "a module imports another one"),
    ("figures/numpy.py", "", "a module has come to lie before a library"),
    ("figures/physics/__init__.py", "", "a package has come to lie before another one"),
]


@pytest.mark.parametrize("name, text, what", REMEMBERED, ids=[case[2] for case in REMEMBERED])
def test_what_an_earlier_process_found_is_looked_at_again_when(
    name, text, what, tmp_path, monkeypatch
):
    source = "import numpy, shared"
    files = {"figures/shared.py": "import physics", "figures/other.py": "", "code/physics.py": ""}
    for file, content in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(content)
    (tmp_path / "_build").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "code")
    with imports.remembering(tmp_path):
        before = names_of(source, tmp_path)
    assert before == ["code/physics.py", "figures/shared.py"]
    read = []
    monkeypatch.setattr(imports, "_modules_of", lambda *given: read.append(given) or [])
    with imports.remembering(tmp_path):
        assert names_of(source, tmp_path) == before  # nothing is read
    assert read == []
    monkeypatch.undo()
    monkeypatch.syspath_prepend(tmp_path / "code")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    with imports.remembering(tmp_path):
        again = names_of(source, tmp_path)
    assert again == names_of(source, tmp_path) != before


def test_libraries_are_looked_at_again_after_an_installation(tmp_path, monkeypatch):
    packages = tmp_path / "site-packages"
    (packages / "jets-1.0.dist-info").mkdir(parents=True)
    (packages / "jets-1.0.dist-info" / "METADATA").write_text("Name: jets\nVersion: 1.0\n")
    (packages / "jets-1.0.dist-info" / "RECORD").write_text("jets.py,,\n")
    (tmp_path / "_build").mkdir()
    monkeypatch.syspath_prepend(packages)
    for version in ("1.0", "2.0"):
        (packages / "jets-1.0.dist-info").rename(packages / f"jets-{version}.dist-info")
        information = packages / f"jets-{version}.dist-info" / "METADATA"
        information.write_text(f"Name: jets\nVersion: {version}\n")
        os.utime(packages, ns=(0, int(float(version))))
        for cached in (imports._installed, imports._owners, imports.version):
            cached.cache_clear()
        with imports.remembering(tmp_path):
            assert libraries_of("import jets")["jets"] == version
        (packages / "jets-1.0.dist-info").mkdir(exist_ok=True)


def test_damaged_note_of_imports_is_passed_over(tmp_path):
    (tmp_path / "_build").mkdir()
    (tmp_path / "one.py").write_text("")
    with imports.remembering(tmp_path):
        assert names_of("import one", tmp_path, ".") == ["one.py"]
    note = tmp_path / imports.NOTE
    whole = note.read_text()
    flipped = whole.replace("one.py", "two.py")
    assert flipped != whole
    for damaged in ("", "{", "\n[]", flipped, whole[:-9]):
        note.write_text(damaged)
        with imports.remembering(tmp_path):
            assert names_of("import one", tmp_path, ".") == ["one.py"]
        assert note.read_text() == whole
    note.unlink()
    note.mkdir()
    with imports.remembering(tmp_path):
        assert names_of("import one", tmp_path, ".") == ["one.py"]
    assert note.read_text() == whole

"""What Python depends on is found: modules, libraries, data files."""

import subprocess
import sys

import pytest

from lecturebuild.running.dependencies import (
    MISSING,
    digest,
    libraries_of,
    modules_of,
    recorded_reads,
)
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


def test_reads_are_recorded_with_what_was_read(tmp_path):
    import numpy as np

    data = tmp_path / "data"
    data.mkdir()
    np.save(data / "a.npy", np.arange(3))
    (data / "b.csv").write_text("1,2")
    (data / "helper.py").write_text("")
    (tmp_path / "_figures").mkdir()
    (tmp_path / "_figures" / "old.svg").write_text("")
    seen = digest(data / "b.csv")
    with recorded_reads(tmp_path) as reads:
        np.load(data / "a.npy")
        np.loadtxt(data / "b.csv", delimiter=",")
        (data / "b.csv").write_text("3,4")
        (data / "own.txt").write_text("written, then read")
        (data / "own.txt").read_text()
        (data / "helper.py").read_text()
        (tmp_path / "_figures" / "old.svg").read_text()
        digest(data / "unread.txt")
        with pytest.raises(FileNotFoundError):
            (data / "none.txt").read_text()
    (data / "own.txt").read_text()
    names = {path.as_posix(): value for path, value in reads.items()}
    assert names == {
        "data/a.npy": digest(data / "a.npy"),
        "data/b.csv": seen,
        "data/none.txt": MISSING,
    }


KERNEL = """
from pathlib import Path
from lecturebuild.running import dependencies
root = Path({root!r})
dependencies.start_recording(str(root))
(root / "outer.txt").read_text()
with dependencies.recorded_reads(root):
    (root / "inner.txt").read_text()
dependencies.digest(root / "hashed.txt")
(root / "made.new").write_text("made")
(root / "made.new").replace(root / "made.txt")
(root / "gone.txt").write_text("gone")
(root / "gone.txt").unlink()
print([[str(path) for path in paths] for paths in dependencies.recorded()])
"""


def test_recording_in_a_kernel_leaves_out_what_figures_read_and_what_is_gone(tmp_path):
    for name in ("outer", "inner", "hashed"):
        (tmp_path / f"{name}.txt").write_text(name)
    command = [sys.executable, "-c", KERNEL.format(root=str(tmp_path))]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[['outer.txt'], ['made.txt']]"


def test_the_environment_is_not_the_project_wherever_it_lies(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    outer, inner = tmp_path, tmp_path / "env" / "lecture"
    assert in_project(outer / "figures" / "relu.py", outer)
    assert not in_project(outer / "env" / "lib" / "module.py", outer)
    assert in_project(inner / "figures" / "relu.py", inner)

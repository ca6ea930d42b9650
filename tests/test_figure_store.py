"""A figure is drawn anew exactly when something it depends on changed."""

import os
import signal
import subprocess
import sys
import time

import pytest
from figure_project import SCRIPT, lookup, make_project

from lecturebuild.running import imports
from lecturebuild.steps.store import Store


@pytest.fixture
def project(tmp_path, monkeypatch):
    return make_project(tmp_path, monkeypatch)


CHANGES = [
    ("figures/line.py", "import numpy", "import  numpy"),
    ("code/helper.py", "2", "3"),
    ("code/deeper.py", "1", "5"),
    ("data/values.csv", "3", "4"),
]


@pytest.mark.parametrize("file, old, new", CHANGES)
def test_change_of_a_dependency_redraws_and_the_way_back_does_not(project, file, old, new):
    [before] = project.draw()
    text = (project.root / file).read_text()
    project.write(file, text.replace(old, new))
    assert lookup("line", project.root) is None
    [after] = project.draw()
    assert after.svg.parent != before.svg.parent
    if file != "figures/line.py":
        assert after.svg.read_bytes() != before.svg.read_bytes()
    record = Store(project.root).newest("figures", "line").record
    assert file in {*record["inputs"], *record["run"]["files"]}
    project.write(file, text)
    assert lookup("line", project.root).svg == before.svg
    assert project.runs == ["line"] * 2


def test_change_of_a_library_redraws(project, monkeypatch):
    project.draw()
    version = imports.version
    monkeypatch.setattr(
        imports, "version", lambda name: "0" if name == "matplotlib" else version(name)
    )
    assert lookup("line", project.root) is None


def test_change_of_anything_else_does_not_redraw(project):
    project.draw()
    project.write("code/unrelated.py", "1")
    project.write("data/unrelated.csv", "1")
    project.script("other")
    os.utime(project.root / "code" / "helper.py", (1, 1))
    project.draw()
    assert project.runs == ["line"]


def test_module_named_only_at_run_time_is_a_dependency(project):
    text = SCRIPT.format(log=str(project.log), name="line")
    dynamic = "import importlib\nhelper = importlib.import_module('hel' + 'per')"
    project.write("figures/line.py", text.replace("import helper", dynamic))
    project.draw()
    project.write("code/helper.py", "FACTOR = 3")
    assert lookup("line", project.root) is None


def test_three_versions_are_kept(project):
    project.script("line-2")
    project.draw("line-2")
    keys = []
    for number in range(5):
        project.write("code/deeper.py", f"BASE = {number}")
        keys += [drawn.key for drawn in project.draw()]
    kept = {name for name in project.store if name.endswith(".svg") and "line-2-" not in name}
    assert kept == {f"line-{key}.svg" for key in keys[2:]}
    assert len(project.store) == 12


def test_drawing_twice_gives_the_same_bytes(project):
    [one] = project.draw()
    images = one.svg.read_bytes(), one.pdf.read_bytes()
    command = "import sys; from pathlib import Path; "
    command += "from lecturebuild.running.figures import draw_figures; "
    command += "sys.path.insert(0, 'code'); draw_figures(['line'], Path.cwd())"
    one.svg.unlink()
    one.pdf.unlink()
    subprocess.run([sys.executable, "-c", command], cwd=project.root, check=True)
    assert project.runs == ["line"] * 2
    assert (one.svg.read_bytes(), one.pdf.read_bytes()) == images
    assert images[0].startswith(b"<?xml")
    assert images[1].startswith(b"%PDF")


DRAW = """
import sys
from pathlib import Path
from lecturebuild.running.figures import draw_figures
sys.path.insert(0, "code")
print(draw_figures(["line"], Path.cwd())[0].key)
"""


def start_drawing(project):
    return subprocess.Popen(
        [sys.executable, "-c", DRAW], cwd=project.root, stdout=subprocess.PIPE, text=True
    )


def slow_down(project, seconds):
    script = project.root / "figures" / "line.py"
    text = script.read_text().replace("    print", f"    time.sleep({seconds})\n    print")
    script.write_text(f"import time\n{text}")


def test_two_processes_draw_once(project):
    slow_down(project, 1)
    processes = [start_drawing(project), start_drawing(project)]
    keys = {process.communicate(timeout=30)[0] for process in processes}
    assert len(keys) == 1
    assert project.runs == ["line"]


def test_killed_run_leaves_no_result_and_no_lock(project):
    slow_down(project, 60)
    process = start_drawing(project)
    while not project.runs:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert project.store == []
    project.script("line")
    # What a run leaves that is killed while it writes.
    write_half = project.root / "_build" / "store" / "figures" / "line" / ".new" / "line-0.svg"
    write_half.parent.mkdir(exist_ok=True)
    write_half.write_text("half")
    assert lookup("line", project.root) is None
    [drawn] = project.draw()
    assert len(project.store) == 3
    drawn.pdf.unlink()
    assert lookup("line", project.root) is None


def test_source_changed_while_it_is_drawn_is_drawn_again(project):
    script = project.root / "figures" / "line.py"
    change = f"    Path({str(project.root)!r}, 'code', 'deeper.py').write_text('BASE = 7')\n"
    script.write_text(script.read_text().replace("    print", f"{change}    print"))
    [drawn] = project.draw()
    assert project.runs == ["line"] * 2
    assert lookup("line", project.root) == drawn

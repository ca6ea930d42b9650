"""Figures are drawn apart from everything else and show themselves as the output needs them."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from figure_project import Done, lookup, make_project

from lecturebuild import figure
from lecturebuild.running.figures import find_root
from lecturebuild.steps.errors import LectureError


@pytest.fixture
def project(tmp_path, monkeypatch):
    return make_project(tmp_path, monkeypatch)


def test_drawing_leaves_the_process_as_it_was(project, capfd):
    import helper
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    import numpy as np

    script = project.root / "figures" / "line.py"
    text = script.read_text().replace("Figure(figsize", "plt.figure(figsize")
    text = f"import matplotlib.pyplot as plt\nplt.rcParams['lines.linewidth'] = 9\n{text}"
    script.write_text(text)
    before = dict(mpl.rcParams), sys.path.copy(), np.random.get_state()[1].tolist(), Path.cwd()
    project.draw()
    after = dict(mpl.rcParams), sys.path.copy(), np.random.get_state()[1].tolist(), Path.cwd()
    assert after == before
    assert plt.get_fignums() == []
    assert sys.modules.pop("helper") is helper
    assert sys.modules.pop("deeper")
    assert capfd.readouterr().out == ""


def test_own_style_of_the_process_does_not_show_in_a_figure(project):
    import matplotlib as mpl

    [plain] = project.draw()
    image = plain.svg.read_bytes()
    plain.svg.unlink()
    with mpl.rc_context({"lines.linewidth": 9, "savefig.dpi": 30}):
        project.draw()
    assert plain.svg.read_bytes() == image


ERRORS = [
    ("raise ValueError('no good')", "figures/bad.py:1: ValueError: no good"),
    ("x = 1", "figures/bad.py: no function draw()"),
    ("x = 1\ndef draw(:", "figures/bad.py:2: SyntaxError: invalid syntax"),
    ("\ndef draw():\n    1 / 0", "figures/bad.py:3: ZeroDivisionError: division by zero"),
    ("\ndef draw(): return 3", "figures/bad.py:2: draw() returned int, not a Matplotlib figure"),
    ("def draw(size): pass", "figures/bad.py:1: TypeError: draw() missing 1 required"),
    ("import broken", "figures/bad.py:1: KeyError: 'mass' (in code/broken.py:2)"),
    ("import unfinished", "figures/bad.py:1: SyntaxError: '(' was never closed (in code/unfin"),
    ("import nowhere", "figures/bad.py:1: ModuleNotFoundError: No module named 'nowhere'"),
    ("raise SystemExit(3)", "figures/bad.py:1: SystemExit: 3"),
]


@pytest.mark.parametrize("text, message", ERRORS)
def test_errors_name_file_line_and_cause(project, text, message):
    project.write("figures/bad.py", text)
    project.write("code/broken.py", "masses = {}\nmasses['mass']")
    project.write("code/unfinished.py", "f(")
    with pytest.raises(LectureError) as caught:
        figure("bad")
    assert str(caught.value).startswith(message)
    assert project.store == []


@pytest.mark.parametrize("name, hint", [("lime", " (did you mean line?)"), ("../line", "")])
def test_missing_script_is_named_with_the_closest(project, name, hint):
    with pytest.raises(LectureError, match="no figure script") as caught:
        figure(name)
    assert str(caught.value) == f"no figure script figures/{name}.py{hint}"


def test_figures_are_drawn_in_parallel_and_errors_come_last(project):
    names = ["a", "b"]
    for name in names:
        project.script(name)
    project.write("figures/bad.py", "raise ValueError('no good')")
    done = Done()
    with pytest.raises(LectureError) as caught:
        project.draw("bad", "a", "missing", "b", jobs=2, progress=done)
    lines = str(caught.value).splitlines()
    assert lines[0] == "2 figures could not be drawn:"
    assert sorted(lines[1:]) == [
        "  figures/bad.py:1: ValueError: no good",
        "  no figure script figures/missing.py",
    ]
    assert sorted(done.names) == names
    assert [drawn.name for drawn in project.draw("b", "a", "b")] == ["b", "a"]
    assert sorted(project.runs) == names


def test_dask_cluster_draws_even_where_workers_have_threads(project, monkeypatch):
    from distributed import LocalCluster

    names = ["one", "two", "three"]
    for name in names:
        project.script(name)
        script = project.root / "figures" / f"{name}.py"
        worker = "psutil.Process().parent().parent().pid"
        text = script.read_text().replace(f'"{name}\\n"', f'f"{{{worker}}}\\n"')
        script.write_text(f"import psutil\n{text}")
    with LocalCluster(
        n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None
    ) as cluster:
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", cluster.scheduler_address)
        drawn = project.draw(*names)
        worker = str(cluster.workers[0].pid)
    assert project.runs == [worker] * 3
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS")
    images = [item.svg.read_bytes() for item in drawn]
    for item in drawn:
        item.svg.unlink()
    assert [item.svg.read_bytes() for item in project.draw(*names, jobs=1)] == images


def test_drawing_in_a_kernel_leaves_its_own_pictures_alone(project):
    nbclient = pytest.importorskip("nbclient")
    from nbformat import v4

    script = project.root / "figures" / "line.py"
    text = script.read_text().replace("fig = Figure(", "plt.figure(); fig = plt.figure(")
    script.write_text(f"import matplotlib.pyplot as plt\n{text}")
    cells = [
        "import sys; sys.path.insert(0, '../code')",
        "from lecturebuild import figure; figure('line')",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]);",
    ]
    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    place = {"metadata": {"path": str(project.root / "slides")}}
    nbclient.NotebookClient(notebook, kernel_name="python3", resources=place).execute()
    kinds = [[output.output_type for output in cell.outputs] for cell in notebook.cells]
    assert kinds == [[], ["execute_result"], ["display_data"]]
    assert "image/svg+xml" in notebook.cells[1].outputs[0].data


QUARTO = [
    (None, {"image/svg+xml", "application/pdf"}),
    ("beamer", {"application/pdf"}),
    ("latex", {"application/pdf"}),
    ("html", {"image/svg+xml"}),
]


@pytest.mark.parametrize("target, kinds", QUARTO)
def test_ipython_shows_what_the_output_can_use(project, monkeypatch, tmp_path, target, kinds):
    from IPython.core.interactiveshell import InteractiveShell

    if target:
        information = tmp_path / "info.json"
        information.write_text(json.dumps({"format": {"pandoc": {"to": target}}}))
        monkeypatch.setenv("QUARTO_EXECUTE_INFO", str(information))
    picture = figure("line")
    data, metadata = InteractiveShell.instance().display_formatter.format(picture)
    drawn = lookup("line", project.root)
    assert data.keys() == kinds | {"text/plain"}
    assert data["text/plain"] == "figure line"
    assert data.get("image/svg+xml", drawn.svg.read_text()) == drawn.svg.read_text()
    if "application/pdf" in kinds:
        assert base64.b64decode(data["application/pdf"]) == drawn.pdf.read_bytes()
    assert metadata == {"lecturebuild": {"figure": "line", "key": drawn.key}}


def test_root_is_found_from_any_folder_inside(project, tmp_path):
    assert find_root() == project.root.resolve()
    with pytest.raises(LectureError, match="no folder with figures/"):
        find_root(tmp_path)


def test_looking_a_figure_up_imports_nothing_heavy(project):
    project.draw()
    command = "import sys; from lecturebuild import figure; sys.path.insert(0, '../code');"
    command += "first = set(sys.modules); figure('line'); print(*first, '|', *sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    light, looked_up = (part.split() for part in result.stdout.split("|"))
    heavy = {"matplotlib", "numpy", "joblib", "IPython", "distributed", "filelock"}
    assert not heavy & {*light, *looked_up}
    assert "importlib.metadata" not in light
    assert project.runs == ["line"]

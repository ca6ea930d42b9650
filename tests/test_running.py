"""Whatever a cell, a figure, LaTeX or Pandoc does, the renderer goes on or says what is wrong."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest
from figure_project import Done, make_project
from projects import lecture, make, read_page, render, text, write

from lecturebuild.reading.yamltext import parse
from lecturebuild.running import kernel, process, warm
from lecturebuild.running.process import Limits
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.programs import executable
from lecturebuild.writing import pandoc
from lecturebuild.writing.deck import latex
from lecturebuild.writing.deck.ahead import DOCUMENT, Run

COMMAND = [
    sys.executable,
    "-c",
    "import sys; from lecturebuild.cli import main; sys.exit(main())",
]

# --- Figures


@pytest.fixture
def project(tmp_path, monkeypatch):
    return make_project(tmp_path, monkeypatch)


CRASHES = {
    "killed": ("import ctypes\nctypes.string_at(0)", ":2: drawing it ended by the signal SIGSEGV"),
    "left": ("import os\nos._exit(0)", ": drawing it ended with exit code 0, without a figure"),
    "exited": ("import sys\nsys.exit()", ":2: SystemExit"),
    "asked": (
        "\ninput()",
        ":2: EOFError: EOF when reading a line (nobody can answer input() here)",
    ),
    "thread": (
        "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start(); t.join()\n"
        "from matplotlib.figure import Figure\ndraw = Figure",
        ":2: a thread died: ZeroDivisionError: division by zero",
    ),
    "big": ("x = bytearray(10**12)", ":1: MemoryError"),
    "endless": ("while True: pass", ": was still being drawn after 20 s; set 'execute: timeout"),
}


def test_figure_that_crashes_is_an_error_of_its_own_and_the_others_are_drawn(project, monkeypatch):
    monkeypatch.setattr(process, "project_limits", Limits(20))
    for name, (code, _) in CRASHES.items():
        project.write(f"figures/{name}.py", code)
    done = Done()
    with pytest.raises(LectureError) as caught:
        project.draw(*CRASHES, "line", progress=done)
    lines = sorted(str(caught.value).splitlines()[1:])
    for line, name in zip(lines, sorted(CRASHES), strict=True):
        assert line.startswith(f"  figures/{name}.py{CRASHES[name][1]}")
    assert done.names == ["line"]


SPOILER = """
import decimal, locale, os, random, sys, warnings
import matplotlib as mpl, matplotlib.pyplot as plt, numpy as np
from matplotlib.figure import Figure

def draw():
    mpl.colormaps.register(mpl.colormaps["viridis"].copy(), name="mine")
    np.seterr(all="raise"); np.set_printoptions(precision=1)
    os.environ["LECTURE"] = "spoilt"
    warnings.simplefilter("error")
    sys.setrecursionlimit(400)
    decimal.getcontext().prec = 2
    mpl.rcParams["lines.linewidth"] = 9
    plt.figure(); random.random(); np.random.rand()
    np.pi = 3
    return state()

def state():
    fig = Figure(figsize=(3, 2))
    seen = [np.geterr(), np.get_printoptions(), os.environ.get("LECTURE"), len(warnings.filters)]
    seen += [sys.getrecursionlimit(), decimal.getcontext().prec, mpl.rcParams["lines.linewidth"]]
    seen += ["mine" in mpl.colormaps, plt.get_fignums(), random.random(), np.random.rand(), np.pi]
    fig.text(0, 0.5, str(seen).replace("{", "(").replace("$", ""))
    return fig
"""


def test_no_figure_depends_on_what_was_drawn_before_it(project):
    project.write("figures/spoiler.py", SPOILER)
    project.write("figures/state.py", SPOILER + "\ndraw = state\n")
    pictures = []
    for names in (["spoiler", "state"], ["state", "spoiler"]):
        shutil.rmtree(project.root / "_build" / "store", ignore_errors=True)
        drawn = {figure.name: figure for figure in project.draw(*names, jobs=1)}
        pictures.append(drawn["state"].svg.read_bytes())
    assert pictures[0] == pictures[1]


# --- Cells


def cell(code, *options):
    return "\n".join(["```{python}", *(f"#| {option}" for option in options), code, "```", ""])


PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
POOL = """\
from concurrent.futures import ThreadPoolExecutor
from joblib import Parallel, delayed
ThreadPoolExecutor(1).submit(abs, -1).result()
sum(Parallel(2)(delayed(abs)(i) for i in (-1, 2)))
'REST'"""
LATER = "import threading\nt = threading.Timer(1, print, ['LATER']); t.start(); print('FIRST')"
RIGHT = {
    "print": cell("print = None") + cell("'REST'"),
    "stdout": cell("import io, sys\nsys.stdout = io.StringIO()\nprint('AWAY')") + cell("'REST'"),
    "long": cell("print('x' * 10**7)", "output: false") + cell("print('y' * 200_000); 'REST'"),
    "later": cell(LATER) + cell("'SECOND'") + cell("t.join(); 'REST'"),
    "later-still": cell(LATER),
    "plot": cell(PLOT),
    "startup": cell("'LEAKED' if 'LEAK' in globals() else 'REST'"),
    "wheel": cell("for i in range(3): print(i, end='\\r')\nprint('ab\\bc'); 'REST'"),
}


@pytest.fixture(scope="module")
def odd_cells(tmp_path_factory):
    """Render pages with odd cells, in odd surroundings; return the project's folder."""
    base = tmp_path_factory.mktemp("odd")
    startup = base / "ipython" / "profile_default" / "startup"
    write(base, {str(startup / "00.py"): "LEAK = 1"})
    long = base / ("t" * 90)
    long.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLBACKEND", "agg")
        patch.setenv("IPYTHONDIR", str(base / "ipython"))
        patch.setenv("JUPYTER_CONFIG_DIR", str(base / "jupyter"))
        patch.setenv("TMPDIR", str(long))
        patch.setattr("tempfile.tempdir", None)
        write(base, {"jupyter/jupyter_config.py": "1 / 0", "jupyter/jupyter_config.json": "{"})
        pages = {f"chapters/{name}.qmd": f"# {name}\n\n{body}" for name, body in RIGHT.items()}
        shadows = {f"chapters/{name}.py": "1 / 0" for name in ("types", "queue", "zmq")}
        root = make(base / "lecture", pages | shadows)
        render(root)
    return root


@pytest.mark.parametrize("name", RIGHT)
def test_odd_cell_comes_out_right(odd_cells, name):
    page = read_page(odd_cells, f"chapters/{name}.html")
    outputs = [text(output) for output in page.all("div", "cell-output")]
    assert "LEAKED" not in outputs
    if name in ("plot",):
        assert len(page.all("img")) == 1
    elif name == "later":
        assert outputs == ["FIRST LATER", "'SECOND'", "'REST'"]
    elif name == "later-still":
        assert outputs == ["FIRST LATER"]
    elif name == "wheel":
        assert outputs == ["ac", "'REST'"]
    else:
        assert outputs[-1] == "'REST'"
    if name == "long":
        assert outputs[0] == "y" * 200_000


def test_pool_that_waits_for_more_work_holds_nothing_up(tmp_path):
    root = make(tmp_path, {"a.qmd": f"# A\n\n{cell(POOL)}"})
    render(root)
    assert [text(o) for o in read_page(root, "a.html").all("div", "cell-output")] == ["'REST'"]


WRONG = {
    "exit": ("exit()", "a.qmd:3: cell 1 failed: SystemExit"),
    "os-exit": ("import os\nos._exit(0)", "a.qmd:3: cell 1: the kernel died, with exit code 0"),
    "signal": ("import ctypes\nctypes.string_at(0)", "the kernel died, by the signal SIGSEGV"),
    "thread": (
        "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start(); t.join()",
        "a.qmd:6: cell 1: a thread died: ZeroDivisionError: division by zero",
    ),
    "memory": ("x = bytearray(10**12)", "a.qmd:5: cell 1 failed: MemoryError"),
    "group": (
        "raise ExceptionGroup('both', [ValueError(1), TypeError(2)])",
        "cell 1 failed: ExceptionGroup: both (2 sub-exceptions)",
    ),
    "bundle": (
        "class A:\n    def _repr_mimebundle_(self, **_):\n        return {'text/plain': 3}\nA()",
        "a.qmd:3: cell 1 shows an output that no notebook can have: 3 is not valid",
    ),
    "input": ("input()", "a.qmd:5: cell 1 failed: StdinNotImplementedError"),
}


@pytest.mark.parametrize("code, message", WRONG.values(), ids=WRONG)
def test_cell_that_ends_its_kernel_is_named(tmp_path, code, message):
    run = lecture("render", make(tmp_path, {"a.qmd": f"# A\n\n{cell(code, 'echo: true')}"}))
    assert run.code == 1
    assert message in run.err
    assert run.err.count("\n") == 1


def test_kernel_that_cannot_answer_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, "LATEST", 5)
    page = "\n".join(["# A\n", cell("import sys\nsys.stdout = None"), cell("1")])
    run = lecture("render", make(tmp_path, {"a.qmd": page}))
    assert "a.qmd:8: cell 2 got no answer from the kernel: a cell has replaced" in run.err


def test_cell_without_end_is_stopped_and_named(tmp_path):
    page = f"---\nexecute:\n  timeout: 5\n---\n# A\n\n{cell('while True: pass', 'label: loop')}"
    run = lecture("render", make(tmp_path, {"a.qmd": page}))
    message = "a.qmd:7: cell 'loop' was still running after 5 s and was stopped; set 'execute: time"
    assert (run.code, message in run.err) == (1, True), run.err


@pytest.mark.parametrize("value", ["x", "-1", "0", "[1]", "true"])
def test_limit_that_is_no_number_is_refused(tmp_path, value):
    settings = parse(f"execute:\n  timeout: {value}\n", Path("_quarto.yml"))
    with pytest.raises(LectureError, match=r"_quarto.yml:2: 'timeout' must be a number of seconds"):
        process.limits_of(settings, Limits())


@pytest.mark.parametrize("file", ["a.qmd", "_metadata.yml"])
def test_limit_that_is_no_number_is_refused_though_nothing_runs(tmp_path, file):
    root = make(tmp_path, {"a.qmd": "# A\n"})
    settings = "execute:\n  memory: lots\n"
    text, line = (f"---\n{settings}---\n# A\n", 3) if file == "a.qmd" else (settings, 2)
    write(root, {file: text})
    message = f"{file}:{line}: 'memory' must be a number of gigabytes"
    assert message in lecture("render", root).err


def test_limit_of_a_folder_holds_in_it(tmp_path):
    page = f"# A\n\n{cell('while True: pass', 'label: loop')}"
    root = make(tmp_path, {"parts/a.qmd": page})
    write(root, {"_metadata.yml": "execute: {timeout: 900}\n"})
    write(root, {"parts/_metadata.yml": "execute: {timeout: 5}\n"})
    assert "was still running after 5 s" in lecture("render", root).err


def test_cell_that_starts_processes_is_executed_every_time_unless_told(tmp_path):
    code = "import subprocess\nprint(subprocess.run(['cat', '../x.txt'], capture_output=True))"
    page = f"# A\n\n{cell(code, 'label: child')}"
    write(tmp_path, {"x.txt": "one"})
    root = make(tmp_path / "lecture", {"a.qmd": page})
    runs = [render(root), render(root)]
    write(root, {"a.qmd": page.replace("#| label", "#| cache: true\n#| label")})
    runs += [render(root), render(root)]
    executed = ["cells  a.qmd cell 'child'" in run.out for run in runs]
    told = [run.out.count("a.qmd: cell 'child' starts other processes") for run in runs]
    assert (executed, told) == ([True, True, True, False], [1, 1, 0, 0])


def test_settings_of_matplotlib_beside_a_chapter_are_followed(tmp_path):
    code = "import matplotlib\nprint('WIDTH', matplotlib.rcParams['lines.linewidth'])"
    root = make(tmp_path, {"parts/a.qmd": f"# A\n\n{cell(code)}"})
    shown = []
    for width in ("", "4", "5", ""):
        file = root / "parts" / "matplotlibrc"
        write(root, {"parts/matplotlibrc": f"lines.linewidth: {width}\n"})
        if not width:
            file.unlink()
        render(root)
        shown.append(text(read_page(root, "parts/a.html").all("article")[0]))
    for width, page in zip(("1.5", "4.0", "5.0", "1.5"), shown, strict=True):
        assert f"WIDTH {width}" in page


def test_too_few_files_that_may_be_open_are_told(tmp_path):
    root = make(tmp_path, {"a.qmd": f"# A\n\n{cell('1')}"})
    for few in (24, 32):
        command = ["sh", "-c", f'ulimit -n {few}; exec "$@"', "sh", *COMMAND, "render", root]
        run = subprocess.run(command, capture_output=True, text=True)
        told = "Too many open files" in run.stderr or "does not start" in run.stderr
        assert run.returncode == 0 or told, run.stderr
        assert "own, please report" not in run.stderr


EDITS = {
    "data": ("open('../data/x').read()", "data/x"),
    "helper": ("import helper; helper.V", "chapters/helper.py"),
}


@pytest.mark.parametrize("use, edited", EDITS.values(), ids=EDITS)
def test_edit_while_a_cell_runs_is_followed_by_the_next_render(tmp_path, use, edited):
    code = f"v = {use}\n" if use.startswith("open") else f"{use.replace('; ', chr(10) + 'v = ')}\n"
    code += f"import os\nif not os.path.exists({str(tmp_path / 'once')!r}):\n"
    code += f"    open({str(tmp_path / 'once')!r}, 'w').close()\n"
    root = make(tmp_path / "lecture", {"chapters/a.qmd": ""})
    old, new = ("V = 'old'", "V = 'new'") if edited.endswith(".py") else ("old", "new")
    write(root, {edited: old})
    # The edit comes from outside, while the cell waits.
    code = f"{code}import time; time.sleep(3)\nprint('VALUE', v)"
    write(root, {"chapters/a.qmd": f"# A\n\n{cell(code)}"})
    command = [*COMMAND, "render", root]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not (tmp_path / "once").exists():
        time.sleep(0.05)
        assert running.poll() is None, running.stdout.read()
    write(root, {edited: new})
    running.communicate()
    render(root)
    assert "VALUE new" in text(read_page(root, "chapters/a.html").tree)


# --- LaTeX and Pandoc


def test_latex_without_end_is_stopped_and_its_frame_named(tmp_path):
    tex = tmp_path / "deck.tex"
    preamble = "\\documentclass{article}\\let\\frame\\relax\\newenvironment{frame}[1]{}{}"
    document = (
        "\\begin{frame}{Fine}\n% source a.qmd:3\nx\n\\end{frame}\n"
        "\\begin{frame}{Loop}\n% source a.qmd:7\n\\loop\\iftrue\\repeat\n\\end{frame}\n"
        "\\end{document}\n"
    )
    tex.write_text(preamble + DOCUMENT + document)
    options = ["-interaction=nonstopmode", "-no-pdf"]
    own = tmp_path / "_build" / "deck.tex"
    run = Run(["xelatex", *options], own, preamble, tmp_path, Limits(15), {})
    with pytest.raises(LectureError) as caught:
        latex._end(run, document, tex, Path("deck.qmd"))
    message = "a.qmd:7: LaTeX in the frame 'Loop' was still running after 15 s and was stopped"
    assert str(caught.value).startswith(message)


def test_pandoc_is_ours_whatever_else_is_installed(tmp_path, monkeypatch):
    newer = tmp_path / "pandoc"
    newer.write_text("#!/bin/sh\necho pandoc 99.0\n")
    newer.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    ours = executable.__wrapped__()
    assert Path(ours).is_relative_to(sys.prefix)
    said = subprocess.run([ours, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("pandoc 3.")


def test_pandoc_without_end_is_stopped_and_the_line_named(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "project_limits", Limits(4))
    body = f"text\n\n{'[' * 40}\n"
    origins = tuple((Path("a.qmd"), number) for number in range(1, 5))
    with pytest.raises(LectureError, match=r"a.qmd:3: Pandoc was still running after 4 s"):
        pandoc.run(body, {"to": "html"}, tmp_path, origins)


def test_pandoc_without_bounds_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "project_limits", Limits(memory=0.1))
    with pytest.raises(LectureError, match="Pandoc needs more memory than it may have"):
        pandoc.run("*a* [b](c) " * 100_000, {"to": "html"}, tmp_path)


# --- Signals

STARTS = """\
import os, pathlib, subprocess, sys, time
children = [subprocess.Popen(["sleep", "600"]),
            subprocess.Popen(["sleep", "600"], start_new_session=True)]
pids = [os.getpid(), *(child.pid for child in children)]
pathlib.Path({file!r}).write_text(" ".join(map(str, pids)))
while True: pass
"""
FIGURE = cell("from lecturebuild import figure\nfigure('x')", "label: fig-x", "fig-cap: x")
WAYS = [
    ("cell", signal.SIGTERM, 143),
    ("cell", signal.SIGINT, 130),
    ("cell", signal.SIGKILL, -9),
    ("figure", signal.SIGTERM, 143),
    ("figure", signal.SIGKILL, -9),
]


def start_and_stop(base, where, number):
    """Render something that never ends, stop the renderer by a signal; return what it left."""
    code = STARTS.format(file=str(base / "pids"))
    body = cell(code) if where == "cell" else FIGURE
    root = make(base / "lecture", {"a.qmd": f"# A\n\n{body}"})
    write(root, {"figures/x.py": code, "_book/index.html": "old"})
    write(root, {"_book/.lecture.json": '{"index.html": ""}'})
    command = [*COMMAND, "render", root]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    file = base / "pids"
    while not (file.exists() and len(file.read_text().split()) == 3):
        time.sleep(0.05)
        assert running.poll() is None, running.stderr.read()
    ours = psutil.Process(running.pid).children(recursive=True)
    ours += [psutil.Process(int(pid)) for pid in file.read_text().split()]
    running.send_signal(number)
    _, error = running.communicate(timeout=60)
    _, left = psutil.wait_procs(set(ours), timeout=30)
    return running.returncode, error, left


@pytest.mark.parametrize("where, number, code", WAYS)
def test_renderer_that_is_stopped_leaves_nothing_running(tmp_path, where, number, code):
    returned, error, left = start_and_stop(tmp_path, where, number)
    assert (returned, left) == (code, [])
    if number != signal.SIGKILL:
        assert error == "lecture: interrupted; nothing was published\n"
    assert (tmp_path / "lecture/_book/index.html").read_text() == "old"


def test_what_a_process_leaves_running_ends_with_it(tmp_path):
    command = ["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!"]
    pid = int(process.run(command, "sh").stdout)
    end = time.time() + 10  # a killed process dies when it is its turn
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.time() < end
        time.sleep(0.01)


@pytest.mark.skipif(not warm.FORKS, reason="only on Linux are processes forked from a warm one")
def test_what_was_forked_ends_with_the_warm_process_however_that_ends(tmp_path):
    write(tmp_path, {"sleeper.py": "import time\n\n\ndef main():\n    time.sleep(60)\n"})
    job = warm.Job("sleeper", (), str(tmp_path), {}, 10**9, path=(str(tmp_path), *sys.path))
    command = [sys.executable, "-P", "-m", "lecturebuild.running.warm"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as parent:
        print(json.dumps(asdict(job)), file=parent.stdin, flush=True)
        what, pid, _ = parent.stdout.readline().split()
        child = psutil.Process(int(pid))
        assert what == "started"
        assert child.is_running()
        parent.kill()
    _, alive = psutil.wait_procs([child], timeout=20)
    assert not alive

"""Time the renderer, Jupyter Book 1, nbconvert and Quarto on the same synthetic lecture.

Every chapter has plain cells with Matplotlib figures, prose, formulas, references, a table and a
block of code. The renderer makes book and deck of it, or the book alone; the others make the HTML
alone, Quarto where it is installed. They take turns, so that a slow moment meets all.
Seconds of the processors tell more than those of the clock where others use the machine as well.
Nothing is asserted.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from matplotlib.figure import Figure
from nbformat import v4

from nnlecture import style

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "_build" / "bench-venv"
PLOT = ROOT / "docs" / "bench.png"
INSTALLED = ENVIRONMENT / "installed"
PACKAGES = ["jupyter-book<2", "ipykernel", "matplotlib", "nbconvert", "numpy"]

CELL = """\
import matplotlib.pyplot as plt
import numpy as np

t = np.linspace(0, 10, 400)
fig, ax = plt.subplots(figsize=(5, 3))
for mode in range(1, 4):
    ax.plot(t, np.exp(-t / {decay}) * np.sin(mode * t), label=f"mode {{mode}}")
ax.set_xlabel("time")
ax.set_ylabel("amplitude")
ax.legend()
plt.show()"""
CAPTION = "Three damped oscillations with a decay time of {decay}."
ALT = "Three lines that swing around zero, each swing smaller than the one before."
FORMULA = r"y_k(t) = e^{{-t/{decay}}} \sin(k\, t), \qquad k = 1, 2, 3"
POINT = "* Every swing is smaller than the one before"
"""Stands in the book and in the deck alike, so that a change of it changes both."""

PROSE = """\
An oscillation that loses energy does so, in the simplest case, in proportion to what is left, and
what decays in proportion to itself decays exponentially. After one decay time the amplitude is
down to 37 per cent, after three of them to five, and after seven nobody sees the line move. The
three modes of {figure} share this decay time of {decay} and differ in their frequency alone, which
is why their envelopes agree while their zeros do not.

By {equation} the zeros of mode $k$ lie at the multiples of $\\pi / k$, and the damping does not
move them. It does move the maxima, to $\\tan(k t) = k \\tau$, a little earlier than without it.
Reading a frequency off the maxima is therefore wrong by an amount that depends on the damping;
reading it off the zeros is not. {section} comes back to this. The energy goes with the square of
the amplitude, so that it falls twice as fast and its decay time is half as long."""
TABLE = """\
| mode | frequency | first zero |
|------|-----------|------------|
| 1    | 0.159     | 3.14       |
| 2    | 0.318     | 1.57       |
| 3    | 0.477     | 1.05       |"""
CODE = """\
```python
def envelope(t, decay_time):
    return np.exp(-t / decay_time)
```"""


def write_lecture(folder: Path, chapters: int, figures: int) -> None:
    """Write the lecture, a book and a deck that includes all chapters, as the renderer reads it."""
    names = [f"chapters/chapter-{number}.qmd" for number in range(1, chapters + 1)]
    listed = "".join(f"    - {name}\n" for name in names)
    included = "\n\n".join(f"{{{{< include ../{name} >}}}}" for name in names)
    _write(folder / "index.qmd", "# Oscillations {.unnumbered}\n\nA synthetic lecture.\n")
    _write(
        folder / "_quarto.yml",
        "project:\n  type: book\n  post-render: quarto render slides\n"
        f"book:\n  title: Oscillations\n  author: Nobody\n  chapters:\n    - index.qmd\n{listed}",
    )
    _write(folder / "slides" / "_quarto.yml", "project:\n  output-dir: ../_book/slides\n")
    _write(
        folder / "slides" / "deck.qmd",
        "---\ntitle: Oscillations\njupyter: python3\nformat:\n  beamer:\n    aspectratio: 169\n"
        f"    pdf-engine: xelatex\n    slide-level: 2\n---\n\n{included}\n",
    )
    for number, name in enumerate(names, start=1):
        parts = [f"# Oscillations, part {number} {{#sec-{number}}}"]
        parts += [_quarto_section(number, figure) for figure in range(1, figures + 1)]
        parts += ["## Modes", TABLE, CODE]
        _write(folder / name, "\n\n".join(parts) + "\n")


def _quarto_section(chapter: int, number: int) -> str:
    name, decay = f"{chapter}-{number}", chapter + number / 10
    prose = PROSE.format(
        decay=decay, figure=f"@fig-{name}", equation=f"@eq-{name}", section=f"@sec-{chapter}"
    )
    return f"""\
## Decay time {decay} {{#sec-{name}}}

```{{python}}
#| label: fig-{name}
#| fig-cap: "{CAPTION.format(decay=decay)}"
#| fig-alt: "{ALT}"
#| echo: false
{CELL.format(decay=decay)}
```

$$ {FORMULA.format(decay=decay)} $$ {{#eq-{name}}}

{POINT}

::: {{.content-hidden when-format="beamer"}}
{prose}
:::"""


def write_jupyter_book(folder: Path, chapters: int, figures: int) -> None:
    """Write the same lecture as a Jupyter Book in MyST Markdown."""
    names = [f"chapter-{number}" for number in range(1, chapters + 1)]
    listed = "".join(f"  - file: {name}\n" for name in names)
    _write(folder / "index.md", "# Oscillations\n\nA synthetic lecture.\n")
    # With its cache, Jupyter Book executes no chapter again whose cells are unchanged.
    _write(
        folder / "_config.yml",
        "title: Oscillations\nauthor: Nobody\nexecute:\n  execute_notebooks: cache\n",
    )
    _write(folder / "_toc.yml", f"format: jb-book\nroot: index\nchapters:\n{listed}")
    for number, name in enumerate(names, start=1):
        parts = [
            "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n"
            "kernelspec:\n  display_name: Python 3\n  name: python3\n---",
            f"(sec-{number})=\n# Oscillations, part {number}",
        ]
        parts += [_myst_section(number, figure) for figure in range(1, figures + 1)]
        parts += ["## Modes", TABLE, CODE]
        _write(folder / f"{name}.md", "\n\n".join(parts) + "\n")


def _myst_section(chapter: int, number: int) -> str:
    name, decay = f"{chapter}-{number}", chapter + number / 10
    prose = PROSE.format(
        decay=decay,
        figure=f"{{numref}}`fig-{name}`",
        equation=f"{{eq}}`eq-{name}`",
        section=f"{{ref}}`sec-{chapter}`",
    )
    return f"""\
(sec-{name})=
## Decay time {decay}

```{{code-cell}} ipython3
---
tags: [remove-input]
mystnb:
  figure:
    name: fig-{name}
    caption: "{CAPTION.format(decay=decay)}"
  image:
    alt: "{ALT}"
---
{CELL.format(decay=decay)}
```

$$ {FORMULA.format(decay=decay)} $$ (eq-{name})

{POINT}

{prose}"""


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def write_notebooks(folder: Path, chapters: int, figures: int) -> None:
    """Write the same lecture as notebooks, a chapter each, for nbconvert."""
    for chapter in range(1, chapters + 1):
        cells = [v4.new_markdown_cell(f"# Oscillations, part {chapter}")]
        for number in range(1, figures + 1):
            decay, name = chapter + number / 10, f"{chapter}-{number}"
            prose = PROSE.format(
                decay=decay, figure=f"figure {name}", equation=f"({name})", section="The chapter"
            )
            formula = f"$$ {FORMULA.format(decay=decay)} $$"
            cells.append(v4.new_code_cell(CELL.format(decay=decay)))
            cells.append(v4.new_markdown_cell(f"{formula}\n\n{POINT}\n\n{prose}"))
        cells.append(v4.new_markdown_cell(f"## Modes\n\n{TABLE}\n\n{CODE}"))
        notebook = v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        folder.mkdir(exist_ok=True)
        nbformat.write(notebook, folder / f"chapter-{chapter:03}.ipynb")


def install_others() -> Path:
    """Install Jupyter Book 1 and nbconvert into an environment of their own, once."""
    if not INSTALLED.exists():
        print("Installing Jupyter Book 1 and nbconvert (once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip = [ENVIRONMENT / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES], check=True)
        INSTALLED.touch()
    return ENVIRONMENT / "bin"


@dataclass(frozen=True)
class Cost:
    """What a run took: seconds of the clock and of the processors, and the peak memory in MB.

    The memory is that of the process and all its children together.
    """

    seconds: float
    cpu: float
    memory: float


def timed(command: list[str], folder: Path) -> Cost:
    """Run a command, start and end of the process included; return what it took.

    Raises
    ------
    SystemExit
        If the command failed, with the end of its output.
    """
    # So that each finds the kernel of its own environment.
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    # Where Python may not keep what it compiles, it would compile us alone anew each time.
    environment = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        run = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment | {"PATH": path},
        )
        peak = [0.0]
        watch = threading.Thread(target=_watch, args=(run, peak))
        watch.start()
        run.wait()
        seconds = time.perf_counter() - start
        watch.join()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if run.returncode != 0:
            output.seek(0)
            tail = "\n".join(output.read().splitlines()[-30:])
            name = Path(command[0]).name
            raise SystemExit(f"{tail}\n{name} ended with exit code {run.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, cpu, peak[0])


def _watch(run: subprocess.Popen[bytes], peak: list[float]) -> None:
    """Note the largest memory of a process and its children; what they share counts once."""
    while run.poll() is None:
        total = 0
        try:
            own = psutil.Process(run.pid)
            for each in [own, *own.children(recursive=True)]:
                memory = each.memory_full_info()
                total += getattr(memory, "pss", memory.uss)
        except psutil.Error:
            pass
        peak[0] = max(peak[0], total / 1e6)
        time.sleep(0.2)


def add_word(file: Path, word: str) -> None:
    """Add a word to a chapter's first point."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(POINT, f"{POINT} {word}", 1), encoding="utf-8")


@dataclass(frozen=True)
class Engine:
    """A program that renders: how its lecture is written, what is run, a chapter's file."""

    name: str
    write: Callable[[Path, int, int], None]
    command: tuple[str, ...]
    chapter: str


def engines() -> list[Engine]:
    """Return the programs to compare; Quarto where it is installed."""
    others = install_others()
    code = "import sys; from lecturebuild.cli import main; sys.exit(main())"
    lecture, chapter = (sys.executable, "-c", code, "render"), "chapters/chapter-1.qmd"
    book = ("build", ".")
    convert = (str(others / "jupyter"), "nbconvert", "--to", "html", "--execute")
    found = [
        Engine("book and deck", write_lecture, lecture, chapter),
        Engine("book", write_lecture, (*lecture, "--to", "html"), chapter),
        Engine(
            "Jupyter Book",
            write_jupyter_book,
            (str(others / "jupyter-book"), *book),
            "chapter-1.md",
        ),
        Engine("nbconvert", write_notebooks, (*convert, "*.ipynb"), "chapter-001.ipynb"),
    ]
    if quarto := shutil.which("quarto"):
        command = (quarto, "render", "--to", "html", "--no-clean")
        found.append(Engine("Quarto", write_book_alone, command, chapter))
    return found


def write_book_alone(folder: Path, chapters: int, figures: int) -> None:
    """Write the lecture without its deck."""
    write_lecture(folder, chapters, figures)
    file = folder / "_quarto.yml"
    file.write_text(file.read_text().replace("  post-render: quarto render slides\n", ""))


SITUATIONS = ("from nothing", "nothing changed", "one word changed")


@dataclass(frozen=True)
class Sample:
    """One run of an engine in a situation."""

    engine: str
    situation: str
    cost: Cost


def measure(
    runs: int, chapters: int, figures: int, situations: tuple[str, ...] = SITUATIONS
) -> list[Sample]:
    """Measure every engine in every situation, each time from an empty folder on."""
    samples = []
    for run in range(1, runs + 1):
        for engine in engines():
            with tempfile.TemporaryDirectory(prefix="lecture-bench-") as temporary:
                folder = Path(temporary) / "lecture"
                engine.write(folder, chapters, figures)
                for situation in situations:
                    if "word" in situation:
                        add_word(folder / engine.chapter, "indeed")
                    cost = timed(list(engine.command), folder)
                    samples.append(Sample(engine.name, situation, cost))
                    print(f"run {run}  {engine.name}, {situation}: {cost}", flush=True)
    return samples


def report(samples: list[Sample]) -> str:
    """Return a table in Markdown: medians, and their ratios to Jupyter Book's."""
    lines = [
        "| | | clock | processors | × Jupyter Book | peak memory |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for situation in dict.fromkeys(sample.situation for sample in samples):
        for engine in dict.fromkeys(sample.engine for sample in samples):
            seconds, cpu, memory = medians(samples, engine, situation)
            _, reference, _ = medians(samples, "Jupyter Book", situation)
            ratio = f"{cpu / reference:.2f}" if reference else ""
            lines.append(
                f"| {situation} | {engine} | {seconds:.1f} s | {cpu:.1f} s | {ratio} "
                f"| {memory:.0f} MB |"
            )
    return "\n".join(lines)


def medians(samples: list[Sample], engine: str, situation: str) -> tuple[float, float, float]:
    """Return the medians of an engine's runs in a situation; zeros where there are none."""
    costs = [each.cost for each in samples if (each.engine, each.situation) == (engine, situation)]
    if not costs:
        return 0.0, 0.0, 0.0
    return (
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        max(cost.memory for cost in costs),
    )


LOOKS = {  # of each engine's line
    "book and deck": {"color": style.BLUE, "marker": "s"},
    "book": {"color": style.SKY, "marker": "o"},
    "Jupyter Book": {"color": style.ORANGE, "marker": "^"},
    "nbconvert": {"color": style.GREY, "marker": "v"},
    "Quarto": {"color": style.GREEN, "marker": "D"},
}


def draw(sizes: dict[int, list[Sample]]) -> Figure:
    """Draw the seconds of the clock against the number of chapters, a panel for each situation."""
    fig, panels = style.grid(1, len(SITUATIONS), size=(7.5, 2.9), sharey=True)
    for ax, situation in zip(panels, SITUATIONS, strict=True):
        for engine, look in LOOKS.items():
            medians_of = [medians(samples, engine, situation)[0] for samples in sizes.values()]
            if any(medians_of):
                ax.loglog(list(sizes), medians_of, label=engine, markersize=5, **look)
        ax.set(title=situation, xlabel="chapters")
        ax.set_xticks(list(sizes), [str(size) for size in sizes])
        ax.minorticks_off()
    panels[0].set_ylabel("seconds")
    panels[0].yaxis.set_major_formatter("{x:g}")
    panels[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def main() -> None:
    """Measure and print a table for each number of chapters."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="runs of everything (default: 3)")
    parser.add_argument("--chapters", type=int, nargs="+", default=[8, 32, 100], help="chapters")
    parser.add_argument("--figures", type=int, default=4, help="figures a chapter (default: 4)")
    options = parser.parse_args()
    if min(options.runs, *options.chapters, options.figures) < 1:
        parser.error("runs, chapters and figures are counted from 1")
    sizes = {}
    for chapters in options.chapters:
        samples = measure(options.runs, chapters, options.figures)
        print(f"\n{chapters} chapters with {options.figures} figures each, {options.runs} runs:\n")
        print(report(samples), flush=True)
        sizes[chapters] = samples
    draw(sizes).savefig(PLOT, dpi=150, facecolor="white")
    print(f"\n{PLOT}")


if __name__ == "__main__":
    main()

"""Time the renderer against Jupyter Book 1 on the same synthetic lecture; print medians and ratios.

The lecture has plain cells with Matplotlib figures, text, formulas and references. Our renderer
makes book and deck of it, Jupyter Book the HTML alone. Both are run in turn, so that a slow moment
of the machine meets both. Nothing is asserted: the targets are printed beside the figures.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "_build" / "bench-venv"
PROSE = (
    "A network with one hidden layer turns a weighted sum of its inputs into a number between "
    "zero and one, and the weights of that sum are found by going downhill on the error. Nothing "
    "in this "
    "sentence depends on the number of layers, but the time that training takes does, and so does "
    "the danger of fitting the noise of one sample instead of what all samples have in common. "
)

CELL = """\
import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(0, 10, 400)
fig, ax = plt.subplots(figsize=(5, 3))
for k in range(1, 4):
    ax.plot(x, np.exp(-x / {decay}) * np.sin(k * x), label=f"mode {{k}}")
ax.set_xlabel("time")
ax.set_ylabel("amplitude")
ax.legend()
plt.show()"""


def chapter(number: int, figures: int) -> str:
    """Return a chapter in Quarto's Markdown."""
    parts = [f"# Chapter {number} {{#sec-{number}}}\n"]
    for figure in range(1, figures + 1):
        label = f"{number}-{figure}"
        cell = CELL.format(decay=number + figure / 10)
        parts.append(
            f"""## Topic {label} {{#sec-{label}}}

```{{python}}
#| label: fig-{label}
#| fig-cap: "Three damped oscillations of topic {label}."
#| fig-alt: "Three lines that swing around zero, each weaker with time."
#| echo: false
{cell}
```

$$ y = e^{{-t/{figure}}} \\sin(\\omega t) $$ {{#eq-{label}}}

::: {{.content-hidden when-format="beamer"}}
{PROSE * 2}See @fig-{label} and @eq-{label}, and @sec-{number}. {PROSE}

| quantity | value |
| --- | --- |
| decay | {number + figure / 10} |
:::
"""
        )
    return "\n".join(parts)


def write_ours(folder: Path, chapters: int, figures: int) -> None:
    """Write the lecture as a project of our renderer."""
    names = [f"chapters/c{number}.qmd" for number in range(1, chapters + 1)]
    files = {
        "_quarto.yml": "project:\n  type: book\n  post-render: quarto render slides\n"
        "book:\n  title: Benchmark\n  author: Nobody\n  chapters:\n    - index.qmd\n"
        + "".join(f"    - {name}\n" for name in names),
        "index.qmd": "# Benchmark {.unnumbered}\n\nA synthetic lecture.\n",
        "slides/_quarto.yml": "project:\n  output-dir: ../_book/slides\n",
        "slides/deck.qmd": "---\ntitle: Benchmark\njupyter: python3\nformat:\n  beamer:\n"
        "    aspectratio: 169\n    pdf-engine: xelatex\n---\n\n"
        + "\n\n".join(f"{{{{< include ../{name} >}}}}" for name in names)
        + "\n",
    }
    files |= {name: chapter(n, figures) for n, name in enumerate(names, start=1)}
    _write(folder, files)


def write_jupyter_book(folder: Path, chapters: int, figures: int) -> None:
    """Write the same lecture as a Jupyter Book in MyST Markdown."""
    names = [f"c{number}" for number in range(1, chapters + 1)]
    files = {
        "_config.yml": "title: Benchmark\nauthor: Nobody\nexecute:\n  execute_notebooks: cache\n",
        "_toc.yml": "format: jb-book\nroot: index\nchapters:\n"
        + "".join(f"  - file: {name}\n" for name in names),
        "index.md": "# Benchmark\n\nA synthetic lecture.\n",
    }
    for number, name in enumerate(names, start=1):
        parts = [
            "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n"
            f"kernelspec:\n  name: python3\n  display_name: Python 3\n---\n\n# Chapter {number}\n"
        ]
        for figure in range(1, figures + 1):
            label = f"{number}-{figure}"
            cell = CELL.format(decay=number + figure / 10)
            parts.append(
                f"(sec-{label})=\n## Topic {label}\n\n```{{code-cell}} python3\n"
                f":tags: [hide-input]\n{cell}\n```\n\n"
                f"$$ y = e^{{-t/{figure}}} \\sin(\\omega t) $$ (eq-{label})\n\n"
                f"{PROSE * 2}See {{eq}}`eq-{label}` and {{ref}}`sec-{label}`. {PROSE}\n\n"
                f"| quantity | value |\n| --- | --- |\n| decay | {number + figure / 10} |\n"
            )
        files[f"{name}.md"] = "\n".join(parts)
    _write(folder, files)


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def install_jupyter_book() -> Path:
    """Install Jupyter Book 1 into an environment of its own, once; return its command."""
    command = ENVIRONMENT / "bin" / "jupyter-book"
    if not command.exists():
        print("Installing Jupyter Book 1 (once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        packages = ["jupyter-book<2", "matplotlib", "numpy", "ipykernel"]
        pip = [ENVIRONMENT / "bin" / "pip", "install", "--quiet"]
        subprocess.run([*pip, *packages], check=True)
    return command


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command; return the seconds it took and the peak memory of the process itself in MB.

    Raises
    ------
    SystemExit
        The command failed; its output's end is printed.
    """
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, env=os.environ | {"PATH": path}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{output.read()[-2000:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def add_word(file: Path, before: str) -> None:
    """Add a word to a chapter's text that was not there."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, f"Word{time.time_ns()} {before}", 1), encoding="utf-8")


def measure(runs: int, chapters: int, figures: int) -> dict[str, tuple[list[float], list[float]]]:
    """Return, for each situation, our seconds and Jupyter Book's, run by run."""
    lecture = str(Path(sys.executable).parent / "lecture")
    jupyter_book = str(install_jupyter_book())
    times: dict[str, tuple[list[float], list[float]]] = {}
    memory = 0.0

    def note(situation: str, ours: list[str], theirs: list[str] | None) -> None:
        nonlocal memory
        mine, others = times.setdefault(situation, ([], []))
        seconds, peak = timed(ours, our_folder)
        memory = max(memory, peak)
        mine.append(seconds)
        if theirs:
            others.append(timed(theirs, their_folder)[0])
        print(f"  {situation}: {seconds:.2f} s", *(f"{x:.2f} s" for x in others[-1:]), flush=True)

    with tempfile.TemporaryDirectory(prefix="lecture-bench-") as temporary:
        our_folder, their_folder = Path(temporary) / "ours", Path(temporary) / "theirs"
        build = [jupyter_book, "build", "."]
        for run in range(1, runs + 1):
            print(f"run {run} of {runs}", flush=True)
            for folder in (our_folder, their_folder):
                shutil.rmtree(folder, ignore_errors=True)
            write_ours(our_folder, chapters, figures)
            write_jupyter_book(their_folder, chapters, figures)
            pages = (our_folder / "chapters" / "c1.qmd", their_folder / "c1.md")
            note("from nothing, book and deck", [lecture, "render"], build)
            note("nothing changed", [lecture, "render"], build)
            for page in pages:
                add_word(page, "See ")
            note("one word changed, book", [lecture, "render", "--to", "html"], build)
            for page in pages:
                add_word(page, "Topic 1-1")  # a frame's title, so the deck changes too
            note("one word changed, book and deck", [lecture, "render"], build)
    print(f"peak memory of the renderer and its largest child: {memory:.0f} MB")
    return times


TARGETS = {
    "from nothing, book and deck": 15.0,
    "nothing changed": 0.5,
    "one word changed, book": 1.0,
    "one word changed, book and deck": 6.0,
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="runs of everything (default: 3)")
    parser.add_argument("--chapters", type=int, default=8)
    parser.add_argument("--figures", type=int, default=4, help="figures in each chapter")
    options = parser.parse_args()
    times = measure(options.runs, options.chapters, options.figures)
    head = f"median of {options.runs}"
    print(f"\n{head:34} {'ours':>8} {'target':>8} {'JB 1':>8} {'ratio':>7}")
    for situation, (ours, theirs) in times.items():
        mine, other = statistics.median(ours), statistics.median(theirs)
        ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
        target = TARGETS[situation]
        print(f"{situation:34} {mine:6.2f} s {target:6.1f} s {other:6.2f} s {ratio:6.1f}×")


if __name__ == "__main__":
    main()

"""The `lecture` command."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from traceback import extract_tb
from typing import Any

from lecturebuild import unchanged
from lecturebuild.running import process
from lecturebuild.steps.errors import LectureError

FORMATS = ("html", "beamer")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code: 0, or 1 after a message about what to mend."""
    if arguments is None and sys.getfilesystemencoding() != "utf-8":
        # In a locale without letters, Python could neither name a file nor print its name.
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    options = _parser().parse_args(arguments)
    try:
        with process.ended_by_signals():
            return int(options.run(options))
    except KeyboardInterrupt as stopped:
        print("lecture: interrupted; nothing was published", file=sys.stderr)
        return 128 + getattr(stopped, "signal", signal.SIGINT)
    except LectureError as error:
        message = str(error)
    except OSError as error:  # a full disk, a folder that is not ours
        place = f"{error.filename}: " if error.filename else ""
        message = f"{place}{error.strerror or error}"
    except Exception as error:  # whatever it is, nothing was published
        frame = extract_tb(error.__traceback__)[-1]
        what = " ".join(f"{type(error).__name__}: {error}".split())
        message = f"a mistake of the renderer's own, please report it: {what}"
        message += f" ({frame.filename}:{frame.lineno})"
    print(f"lecture: {message}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lecture", description="Render a lecture: one Markdown source, slides and book."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int], text: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text)
        found.set_defaults(run=run)
        return found

    render = command("render", _render, "render the book and the deck")
    here: dict[str, Any] = {"nargs": "?", "type": Path, "default": Path(), "metavar": "PATH"}
    help_ = "a project's folder, or a document in it (default: the current folder)"
    render.add_argument("path", help=help_, **here)
    render.add_argument(
        "--to", choices=("html", "beamer"), help="only the book, or only the deck (default: both)"
    )
    render.add_argument("--jobs", type=int, metavar="N", help="do so many things at a time")
    help_ = "only list what would be done, and why"
    render.add_argument("--explain", action="store_true", help=help_)
    help_ = "build twice from nothing, and name the first file that differs"
    render.add_argument("--verify", action="store_true", help=help_)

    why = command("why", _why, "say what a page, figure or cell was made from")
    why.add_argument("name", metavar="NAME", help="of a page, a figure, a notebook, …")

    help_ = "serve the book to this machine, render and reload it after every change"
    preview = command("preview", _preview, help_)
    help_ = "a project's folder, or the page to begin with (default: the current folder)"
    preview.add_argument("path", help=help_, **here)
    preview.add_argument("--port", type=_port, default=8000, help="default: 8000; 0 for a free one")

    check = command("check", _check, "render, then report what a reader would stumble over")
    check.add_argument("--external", action="store_true", help="also try links to other hosts")

    help_ = "list the classes, attributes, labels, options and keys that are understood"
    names = command("names", _names, help_)
    names.add_argument("word", nargs="?", default="", metavar="WORD", help="only those with it")

    help_ = "add notebooks and what else its pages link to to a book made by Quarto"
    command("complete", _complete, help_)

    figures = command("figures", _figures, "draw figures into the store")
    figures.add_argument("names", nargs="*", metavar="NAME", help="default: all of figures/")
    figures.add_argument("--open", action="store_true", help="open the drawn SVG files")

    command("times", _times, "list how long figures and cells took")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: one is a number from 0 to 65535")
    return int(text)


def _render(options: argparse.Namespace) -> int:
    path = _existing(options.path)
    formats = (options.to,) if options.to else FORMATS
    if options.verify:
        return _verify(path)
    start = time.perf_counter()
    if not options.explain and (last := unchanged.last(path, formats)):
        print(f"nothing changed, {time.perf_counter() - start:.1f} s in all")
        return _rendered(last["files"], last["wrong"])

    from lecturebuild.checking.book import brief
    from lecturebuild.reading.project import find_root, without_effect
    from lecturebuild.render import reasons, render
    from lecturebuild.steps.progress import Progress

    if options.explain:
        lines = list(reasons(path, formats))
        return _print([*lines, f"{len(lines)} steps" if lines else "nothing to do"])
    before = unchanged.begin(find_root(path))
    with Progress() as progress:
        done = render(path, formats, progress, options.jobs)
    if slowest := progress.slowest():
        _print(["slowest:", *slowest])
    print(progress.summary())
    files, wrong = [*map(str, done.files)], brief(done.project, formats)
    if not [*without_effect(done.project.settings)]:  # which is to be told every time
        output = done.project.output
        unchanged.keep(before, output, formats, done.records, files=files, wrong=wrong)
    return _rendered(files, wrong)


def _rendered(files: Iterable[object], wrong: str) -> int:
    if wrong:
        print(f"warning: {wrong}: 'lecture check' says where", file=sys.stderr)
    return _print(files)


def _verify(path: Path) -> int:
    from lecturebuild.checking.twice import first_difference
    from lecturebuild.reading.project import find_root, read_project

    different = first_difference(read_project(find_root(path)))
    print(f"differs: {different}" if different else "both builds are the same")
    return 1 if different else 0


def _preview(options: argparse.Namespace) -> int:
    from lecturebuild.previewing.server import preview

    preview(_existing(options.path), options.port)
    return 0


def _existing(path: Path) -> Path:
    if not path.exists():
        raise LectureError("no such file or folder", path)
    return path


def _check(options: argparse.Namespace) -> int:
    from lecturebuild.checking.book import check
    from lecturebuild.render import render
    from lecturebuild.steps.progress import Progress

    with Progress() as progress:
        done = render(Path(), FORMATS, progress)
    problems = check(done.project, options.external)
    _print([*problems, f"{len(problems)} problems" if problems else "no problems"])
    return 1 if problems else 0


def _complete(options: argparse.Namespace) -> int:
    from lecturebuild.complete import complete
    from lecturebuild.steps.progress import Progress

    # Quarto's, by which figures would be drawn for one of the outputs alone.
    os.environ.pop("QUARTO_EXECUTE_INFO", None)
    with Progress() as progress:
        missing = complete(Path(), progress)
    for problem in missing:
        print(f"warning: {problem}", file=sys.stderr)
    print(progress.summary())
    return 0


def _figures(options: argparse.Namespace) -> int:
    import webbrowser

    from lecturebuild.reading.project import find_root
    from lecturebuild.running import figures
    from lecturebuild.steps.progress import Progress

    root = find_root(Path())
    names = options.names or sorted(path.stem for path in (root / "figures").glob("*.py"))
    with Progress() as progress:
        drawn = figures.draw_figures(names, root, progress=progress)
    for figure in drawn:
        if options.open:
            webbrowser.open(figure.svg.as_uri())
        elif options.names:
            print(figure.svg)
    return 0


def _names(options: argparse.Namespace) -> int:
    from lecturebuild.reading.known import names_table

    return _print(names_table(options.word))


def _why(options: argparse.Namespace) -> int:
    from lecturebuild.render import why

    return _print(why(options.name, FORMATS))


def _times(_: argparse.Namespace) -> int:
    from lecturebuild.listing import times

    return _print(times())


def _print(lines: Iterable[object]) -> int:
    for line in lines:
        print(line)
    return 0

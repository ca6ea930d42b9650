"""Render a project: from the documents to the book and the deck in one step."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from lecturebuild import listing
from lecturebuild.reading import gate, names
from lecturebuild.reading.project import Project, build_name, find_root, read_project
from lecturebuild.reading.source import Document, read_document
from lecturebuild.running import execute
from lecturebuild.running.execute import Outputs, Store
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import read_json
from lecturebuild.steps.progress import Progress
from lecturebuild.writing import addresses, crossref, pandoc
from lecturebuild.writing.book import page as book
from lecturebuild.writing.book import pictures, search
from lecturebuild.writing.crossref import Labels
from lecturebuild.writing.deck import latex as deck
from lecturebuild.writing.notebooks import derive as notebooks
from lecturebuild.writing.notebooks.archive import write_archive
from lecturebuild.writing.notebooks.derive import Notebook
from lecturebuild.writing.weave import Woven, weave

FORMATS = ("html", "beamer")


def render(path: Path, formats: tuple[str, ...], progress: Progress) -> list[Path]:
    """Render the project that `path` lies in; return the files a reader opens first.

    The output folder is replaced in one step at the end, so after an error it is as it was.

    Raises
    ------
    LectureError
        At the first thing that the author has to mend.
    """
    project = read_project(find_root(path))
    with _alone(project):
        return _render(project, formats, progress)


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """Wait until no other process renders this project."""
    project.build.mkdir(parents=True, exist_ok=True)
    lock = FileLock(project.build / ".lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        print("waiting for another run that renders this project", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _render(project: Project, formats: tuple[str, ...], progress: Progress) -> list[Path]:
    wished = formats
    if project.deck is None:
        if formats == ("beamer",):
            raise project.settings.error(
                "there is no deck: 'project: post-render' names no folder of one", "project"
            )
        formats = ("html",)
    pages = {page: _read(project, page) for page in project.pages}
    deck_document = _read(project, project.deck.document) if project.deck else None
    documents = [*pages.values(), *([deck_document] if deck_document else [])]
    no_latex = deck.missing_latex(deck_document) if deck_document and "beamer" in formats else None
    if no_latex:
        # Without LaTeX there is still a book.
        if "html" not in formats:
            raise no_latex
        formats = ("html",)
    in_deck = {block.file for block in deck_document.blocks} if deck_document else set()
    own = project.settings.texts("lecture", "classes")
    for document in documents:
        gate.check_document(document, own, in_deck=document.path in in_deck)
    crossref.check_duplicates(documents)
    derived = {page: notebooks.notebooks_of(document) for page, document in pages.items()}
    notebooks.check_names(notebook for each in derived.values() for notebook in each)

    wanted = documents if "beamer" in formats else list(pages.values())
    figures = _draw(project, wanted, progress)
    listing.write_list(project, pages.values())
    lists, others = (
        [document for document in wanted if listing.is_list(document) == expected]
        for expected in (True, False)
    )
    results = _execute(project, others, progress)
    listing.write_cells(project, others)

    def woven(document: Document, *, deck: bool = False) -> Woven:
        return weave(document, results, figures, project.build / "media", deck=deck)

    # One thread more than there are processors, for the one that only waits for kernels.
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        listed = pool.submit(_execute, project, lists, progress)
        if any(document.path in in_deck for document in lists):
            results |= listed.result()
        in_frames = None
        if deck_document and "beamer" in formats:
            text = woven(deck_document, deck=True)
            in_frames = pool.submit(_labels, project, deck_document.path, text)
        results |= listed.result()
        texts = {page: woven(document) for page, document in pages.items()}
        found = pool.map(lambda page: _labels(project, page, texts[page]), pages)
        labels = dict(zip(pages, found, strict=True))
        chapters = chapters_of(labels, in_deck)
        index = crossref.build_index(pages, labels, {c.path: c.number for c in chapters})
        deck_only = {label for found in labels.values() for label in found.deck_only}
        for page, document in pages.items():
            crossref.check_strays(document, labels[page])
            names.check(document, labels[page].gate, own, in_deck=False)
            crossref.check_references(document, labels[page], index, deck_only)
        site: dict[str, Path] = {}
        futures: list[Future[dict[str, Path]]] = []
        if deck_document and in_frames:
            deck_labels = in_frames.result()
            deck_index = crossref.with_deck(index, deck_labels)
            crossref.check_strays(deck_document, deck_labels)
            names.check(deck_document, deck_labels.gate, own, in_deck=True)
            crossref.check_references(deck_document, deck_labels, deck_index, ())
            futures.append(
                pool.submit(_deck, project, deck_document, text, deck_labels, deck_index, progress)
            )
        if "html" in formats:
            shared = book.Book(project, chapters, index, book.theme_digest(project))
            archive = _archive(project) if any(derived.values()) else {}
            site |= archive
            for chapter in chapters:
                page = chapter.path
                offered = _offered(derived[page], archive)
                futures.append(
                    pool.submit(
                        _page, shared, chapter, texts[page], labels[page], offered, progress
                    )
                )
                for notebook in derived[page]:
                    ingredients = pages[page], results[page], labels[page]
                    file = next(iter(archive.values()), None)
                    futures.append(
                        pool.submit(_notebook, shared, notebook, *ingredients, file, progress)
                    )
        error: LectureError | None = None
        # What is wrong with a page is more exact than what LaTeX says of its frame.
        for future in reversed(futures):
            try:
                site |= future.result()
            except LectureError as failed:
                error = error or failed
        if error:
            raise error
    if "html" in formats:
        written = [(chapter.href, site[chapter.href]) for chapter in chapters]
        site |= search.index(dict(written), project.build)
        site |= _assets(project, pages, list(texts.values()), labels)
        for page, document in pages.items():
            site |= addresses.linked(project, document, labels[page], site)
        _publish(project, site, archive="beamer" in wished or project.deck is None)
        first = project.output / project.pages[0].with_suffix(".html")
        if no_latex:
            raise no_latex
        return [first, *_deck_file(project)]
    _publish_deck(project, site)
    return _deck_file(project)


def _read(project: Project, path: Path) -> Document:
    return read_document(project.root, path, project.pages, project.settings)


def _draw(
    project: Project, documents: list[Document], progress: Progress
) -> Callable[[str], dict[str, Path]]:
    """Draw the figures that are missing from the store; return how to find a figure's files."""
    from lecturebuild.running import figures

    wanted = [name for document in documents for name in gate.figure_names(document, project.root)]
    wanted = list(dict.fromkeys(wanted))
    drawn = {name: figures.lookup(name, project.root) for name in wanted}
    missing = [name for name, found in drawn.items() if found is None]
    if missing:
        step = f"{len(missing)} figures" if len(missing) > 1 else f"figure {missing[0]}"
        progress.begin(step)
        for new in figures.draw_figures(
            missing,
            project.root,
            on_done=lambda new: progress.end("figures", new.name, new.seconds),
        ):
            drawn[new.name] = new
        progress.forget(step)

    def files(name: str) -> dict[str, Path]:
        found = drawn.get(name) or figures.lookup(name, project.root)
        if found is None:
            [found] = figures.draw_figures([name], project.root)
        return {"svg": found.svg, "pdf": found.pdf}

    return files


def _execute(
    project: Project, documents: list[Document], progress: Progress
) -> dict[Path, Outputs]:
    store = Store(project.root)
    results: dict[Path, Outputs] = {}
    stale = []
    for document in documents:
        outputs = execute.reuse(document, store)
        if outputs is None:
            stale.append(document)
        else:
            results[document.path] = outputs

    def report(page: Path, cell: str, seconds: float | None) -> None:
        if seconds is None:
            progress.begin(f"{page} {cell}")
        else:
            progress.end("cells", f"{page} {cell}", seconds)

    return results | (execute.execute(stale, store, report) if stale else {})


def _labels(project: Project, page: Path, text: Woven) -> Labels:
    """Return a page's labels, from the build folder where its text is unchanged."""
    writer = (pandoc.FILTERS / "labels.lua").read_text(encoding="utf-8")
    key = hashlib.sha256((writer + text.text).encode()).hexdigest()[:16]
    file = _labels_file(project, page)
    kept = read_json(file)
    if kept and kept["key"] == key:
        return kept_labels(project, page)
    labels = crossref.read_labels(text, project.root / page.parent)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"key": key, "labels": asdict(labels)}), encoding="utf-8")
    return labels


def kept_labels(project: Project, page: Path) -> Labels:
    """Return the labels that a page had when it was rendered last."""
    kept = json.loads(_labels_file(project, page).read_text(encoding="utf-8"))["labels"]
    return crossref.labels_from(kept)


def _labels_file(project: Project, page: Path) -> Path:
    return project.build / "labels" / f"{build_name(page)}.json"


def chapters_of(
    labels: dict[Path, Labels], in_deck: Collection[Path] = ()
) -> tuple[book.Chapter, ...]:
    """Return the pages, given by their labels, as the menu shows them."""
    numbers = crossref.chapter_numbers(labels, labels)
    return tuple(
        book.Chapter(
            page,
            numbers[page],
            crossref.title_of(found, page),
            crossref.title_label(found) if page in in_deck else "",
        )
        for page, found in labels.items()
    )


def _page(
    shared: book.Book,
    chapter: book.Chapter,
    text: Woven,
    labels: Labels,
    offered: list[tuple[str, str]],
    progress: Progress,
) -> dict[str, Path]:
    step = str(chapter.path)
    progress.begin(step)
    file, new = book.write_page(shared, chapter, text, labels, offered)
    if new:
        progress.end("pages", step)
    else:
        progress.forget(step)
    return {chapter.href: file}


def _archive(project: Project) -> dict[str, Path]:
    """Return, by its place in the book, the archive of what the notebooks import."""
    file = write_archive(project.root, project.build / "archive")
    return {f"{notebooks.FOLDER}/{file.name}": file} if file else {}


def _offered(derived: list[Notebook], archive: Iterable[str]) -> list[tuple[str, str]]:
    """Return the places in the book of what a page offers for download, and a note on each."""
    if not derived:
        return []
    offered = [
        (
            notebook.file,
            "solved and executed" if notebook.solution else "the tasks, for you to work on",
        )
        for notebook in derived
    ]
    note = "what the notebooks import of this lecture; install it with pip"
    return offered + [(place, note) for place in archive]


def _notebook(
    shared: book.Book,
    notebook: Notebook,
    document: Document,
    outputs: Outputs,
    labels: Labels,
    archive: Path | None,
    progress: Progress,
) -> dict[str, Path]:
    progress.begin(notebook.file)
    file, new = notebooks.write_notebook(shared, notebook, document, outputs, labels, archive)
    if new:
        progress.end("notebooks", notebook.file)
    else:
        progress.forget(notebook.file)
    return {notebook.file: file}


def _deck(
    project: Project,
    document: Document,
    text: Woven,
    labels: Labels,
    index: dict[str, Any],
    progress: Progress,
) -> dict[str, Path]:
    assert project.deck is not None
    step = str(document.path)
    progress.begin(step)
    shown = addresses.for_latex(project, document, labels)
    pdf, new = deck.write_deck(project, document, text, index, shown)
    handout = deck.write_handout(project, document, anew=new)
    if new:
        progress.end("deck", step)
    else:
        progress.forget(step)
    return {project.deck.output.as_posix(): pdf, project.deck.handout.as_posix(): handout}


def _assets(
    project: Project,
    pages: dict[Path, Document],
    texts: list[Woven],
    labels: dict[Path, Labels],
) -> dict[str, Path]:
    """Return the book's other files: theme, pictures, resources, by their place in the book."""
    site: dict[str, Path] = {}
    for file in sorted(book.THEME.rglob("*")):
        if file.is_file() and file.suffix not in {".html", ".md"}:
            site[f"assets/{file.relative_to(book.THEME).as_posix()}"] = file
    for text in texts:
        for name, file in text.media.items():
            if file.suffix != ".pdf":
                site[f"media/{name}"] = pictures.published(file, project.build / "lean")
    for page, defined in labels.items():
        site |= addresses.for_page(project, pages[page], defined)
    for pattern in project.settings.texts("project", "resources"):
        for file in sorted(project.root.glob(pattern)):
            site[file.relative_to(project.root).as_posix()] = file
    return site


def _deck_file(project: Project) -> list[Path]:
    files = [project.output / project.deck.output] if project.deck else []
    return [file for file in files if file.is_file()]


def _whole_site(project: Project, site: dict[str, Path]) -> Path:
    """Return the file with the whole site in it, written anew if the site has changed."""
    archive, record = project.build / project.archive, project.build / "archived.json"
    manifest = {name: _stamp(file) for name, file in sorted(site.items())}
    if archive.is_file() and read_json(record) == manifest:
        return archive
    record.unlink(missing_ok=True)
    from lecturebuild.writing.deck import handout as downloads

    downloads.write_archive(archive, site)
    record.write_text(json.dumps(manifest), encoding="utf-8")
    return archive


def _publish(project: Project, site: dict[str, Path], *, archive: bool) -> None:
    """Put a new book in place of the old one; what was not made now stays: a deck, the archive."""
    kept = [project.deck.output, project.deck.handout] if project.deck else []
    for name in map(Path.as_posix, kept):
        if (project.output / name).is_file():
            site.setdefault(name, project.output / name)
    if archive:
        site[project.archive] = _whole_site(project, site)
    elif (project.output / project.archive).is_file():
        site[project.archive] = project.output / project.archive
    manifest = {name: _stamp(file) for name, file in sorted(site.items())}
    record = project.build / "published.json"
    if read_json(record) == manifest and all((project.output / name).is_file() for name in site):
        return
    new, old = (project.output.with_name(f"{project.output.name}.{x}") for x in ("new", "old"))
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    for name, file in site.items():
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, new / name)
    if project.output.exists():
        project.output.rename(old)
    new.rename(project.output)
    shutil.rmtree(old, ignore_errors=True)
    record.write_text(json.dumps(manifest), encoding="utf-8")


def _publish_deck(project: Project, site: dict[str, Path]) -> None:
    for name, file in site.items():
        target = project.output / name
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".new")
        shutil.copy2(file, temporary)
        temporary.replace(target)


def _stamp(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_size, status.st_mtime_ns]

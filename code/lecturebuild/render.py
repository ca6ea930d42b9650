"""Render a project: what is made, from what, in the order in which a document travels."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from lecturebuild import listing, publishing
from lecturebuild.publishing import Site
from lecturebuild.reading import gate, names
from lecturebuild.reading.project import Project, find_root, read_project
from lecturebuild.reading.resources import resource_files
from lecturebuild.reading.source import Document, read_document
from lecturebuild.running import execute, process
from lecturebuild.running.execute import Outputs
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.progress import Progress
from lecturebuild.steps.store import File, Step, Store, locked, value
from lecturebuild.steps.work import Work
from lecturebuild.writing import addresses, crossref
from lecturebuild.writing.book import page as book
from lecturebuild.writing.book import pictures, search, sources
from lecturebuild.writing.crossref import Labels
from lecturebuild.writing.deck import handout
from lecturebuild.writing.deck import latex as deck
from lecturebuild.writing.notebooks import derive as notebooks
from lecturebuild.writing.notebooks.archive import archive_step
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
    process.project_limits = process.limits_of(project.settings, process.Limits())
    with locked(project.build / ".lock", say_waiting):
        publishing.recover(project.output)
        publishing.check_place(project)
        return _render(project, formats, progress)


def say_waiting() -> None:
    """Tell that another process renders the project."""
    print("waiting for another run that renders this project", flush=True)


def _render(project: Project, formats: tuple[str, ...], progress: Progress) -> list[Path]:
    # Read the documents and find what cannot be rendered before anything is executed.
    pages = {page: read(project, page) for page in project.pages}
    slides = read(project, project.deck.document) if project.deck else None
    documents = [*pages.values(), *([slides] if slides else [])]
    wanted, no_latex = _possible(project, formats, slides)
    in_deck = {block.file for block in slides.blocks} if slides else set()
    own = project.settings.texts("lecture", "classes")
    for document in documents:
        gate.check_document(document, own, in_deck=document.path in in_deck)
    crossref.check_duplicates(documents)
    derived = {page: notebooks.notebooks_of(document) for page, document in pages.items()}
    notebooks.check_names(notebook for each in derived.values() for notebook in each)

    # Draw the figures, execute the cells, put their outputs into the text.
    needed = documents if "beamer" in wanted else list(pages.values())
    figures = draw(project, needed, progress)
    results = _execute_all(project, list(pages.values()), needed, progress)
    texts = {
        page: weave(document, results, figures, project.build / "media")
        for page, document in pages.items()
    }

    # List what each page defines and refers to; number it, and look for what leads nowhere.
    woven = {page: value(itself, item=text) for page, text in texts.items()}
    labels = {page: crossref.labels_step(page, woven[page], project.root) for page in pages}
    shared = value(partial(_contents, project, pages, in_deck), labels=labels)

    site: dict[str, Any] = {}
    if slides and project.deck and "beamer" in wanted:
        # The deck and its handout.
        text = weave(slides, results, figures, project.build / "media", deck=True)
        frames = value(itself, item=text)
        deck_labels = crossref.labels_step(slides.path, frames, project.root)
        index = value(
            partial(_deck_index, project, slides), shared=shared, labels=deck_labels, pages=labels
        )
        drawn = value(partial(addresses.for_latex, project, slides), labels=deck_labels)
        pdf = deck.deck_step(project, slides, frames, index, drawn)
        cards = deck.cards_step(project, slides, pdf)
        name = project.deck.output.name
        site[project.deck.output.as_posix()] = value(partial(_file, name), result=pdf)
        site[project.deck.handout.as_posix()] = handout.handout_step(str(slides.path), pdf, cards)
    if "html" in wanted:
        # The pages, the notebooks of the exercises, the search index, what else pages show.
        package = archive_step(project.root) if any(derived.values()) else None
        packed = f"{package.name}.zip" if package else ""
        written: dict[str, Step] = {}
        for page, document in pages.items():
            offered = value(itself, item=_offered(derived[page], packed))
            written[page.with_suffix(".html").as_posix()] = book.page_step(
                project, page, shared, woven[page], labels[page], offered
            )
            for notebook in derived[page]:
                site[notebook.file] = notebooks.notebook_step(
                    project, notebook, document, results[page], shared, labels[page], packed
                )
        site |= written
        if package:
            site[f"{notebooks.FOLDER}/{packed}"] = package
        site |= _media(texts.values())
        shown = value(partial(_pictures, project, pages), labels=labels)
        if name := sources.archive(project):
            site[name] = sources.archive_step(project)
        extra = [value(_assets), shown, value(partial(_resources, project))]
        lists = [page for page, document in pages.items() if listing.is_list(document)]
        index = search.search_step(written, shared, lists, project.root)
        whole = value(_whole, site=site, extra=[index, *extra])
        whole = value(partial(_with_linked, project, pages), site=whole, labels=labels)
        published = partial(_publish, project, "beamer" in formats or project.deck is None)
        target = value(published, site=whole, archive=_archive(project, whole, formats))
    else:
        target = value(partial(publishing.add, project), site=site)
    Work(Store(project.root), progress).carry_out([target])
    if no_latex:
        raise no_latex
    return _first_files(project, wanted)


def _possible(
    project: Project, formats: tuple[str, ...], slides: Document | None
) -> tuple[tuple[str, ...], LectureError | None]:
    """Return the outputs that can be made, and an error to raise when they are."""
    if slides is None:
        if formats == ("beamer",):
            raise project.settings.error(
                "there is no deck: 'project: post-render' names no folder of one", "project"
            )
        return ("html",), None
    no_latex = deck.missing_latex(slides) if "beamer" in formats else None
    if no_latex is None:
        return formats, None
    if "html" not in formats:
        raise no_latex
    return ("html",), no_latex  # without LaTeX there is still a book


def itself(item: Any) -> Any:
    """Return what is given, as the value of a step."""
    return item


def _file(name: str, result: Any) -> File:
    file: File = result.file(name)
    return file


def read(project: Project, path: Path) -> Document:
    """Return a document of a project."""
    return read_document(project.root, path, project.pages, project.settings)


def draw(
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


def _execute_all(
    project: Project, pages: list[Document], documents: list[Document], progress: Progress
) -> dict[Path, Outputs]:
    """Execute documents, those that list figures and times last."""
    listing.write_list(project, pages)
    lists = [document for document in documents if listing.is_list(document)]
    others = [document for document in documents if document not in lists]
    results = execute_cells(project, others, progress)
    listing.write_cells(project, others)
    return results | execute_cells(project, lists, progress)


def execute_cells(
    project: Project, documents: list[Document], progress: Progress
) -> dict[Path, Outputs]:
    """Return the outputs of documents, executing what is not in the store."""
    store = execute.Store(project.root)
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


def _contents(
    project: Project,
    pages: dict[Path, Document],
    in_deck: Collection[Path],
    labels: dict[Path, Labels],
) -> book.Book:
    """Return what all pages share; raise an error where a page refers to nothing."""
    chapters = chapters_of(labels, in_deck)
    index = crossref.build_index(pages, labels, {c.path: c.number for c in chapters})
    own = project.settings.texts("lecture", "classes")
    deck_only = {label for found in labels.values() for label in found.deck_only}
    for page, document in pages.items():
        crossref.check_strays(document, labels[page])
        names.check(document, labels[page].gate, own, in_deck=False)
        crossref.check_references(document, labels[page], index, deck_only)
        addresses.check_pages(project, document, labels[page].links, labels)
    return book.Book(project, chapters, index)


def _deck_index(
    project: Project,
    slides: Document,
    shared: book.Book,
    labels: Labels,
    pages: dict[Path, Labels],
) -> dict[str, Any]:
    index = crossref.with_deck(shared.index, labels)
    crossref.check_strays(slides, labels)
    own = project.settings.texts("lecture", "classes")
    names.check(slides, labels.gate, own, in_deck=True)
    crossref.check_references(slides, labels, index, ())
    addresses.check_pages(project, slides, labels.deck_links, pages)
    return index


def _offered(derived: list[Notebook], package: str) -> list[tuple[str, str]]:
    """Return the places in the book of what a page offers for download, and a note on each."""
    solved, open_ = "solved and executed", "the tasks, for you to work on"
    offered = [(notebook.file, solved if notebook.solution else open_) for notebook in derived]
    if offered and package:
        note = "what the notebooks import of this lecture; install it with pip"
        offered.append((f"{notebooks.FOLDER}/{package}", note))
    return offered


def _media(texts: Collection[Woven]) -> dict[str, Any]:
    """Return the pictures that cells made, of SVG files smaller ones."""
    media = {name: file for text in texts for name, file in text.media.items()}
    return {
        f"media/{name}": pictures.published_step(file)
        if file.suffix == ".svg"
        else publishing.file_of(file)
        for name, file in media.items()
        if file.suffix != ".pdf"
    }


def _assets() -> Site:
    """Return the files of the theme."""
    return {
        f"assets/{file.relative_to(book.THEME).as_posix()}": publishing.file_of(file)
        for file in sorted(book.THEME.rglob("*"))
        if file.is_file() and file.suffix not in {".html", ".md"}
    }


def _pictures(project: Project, pages: dict[Path, Document], labels: dict[Path, Labels]) -> Site:
    """Return the pictures of the project that pages show."""
    site: Site = {}
    for page, defined in labels.items():
        for place, file in addresses.for_page(project, pages[page], defined).items():
            site[place] = publishing.file_of(file)
    return site


def _with_linked(
    project: Project, pages: dict[Path, Document], site: Site, labels: dict[Path, Labels]
) -> Site:
    """Return a site with the files that its pages link to."""
    for page, document in pages.items():
        found = addresses.linked(project, document, labels[page], site)
        site = site | {place: publishing.file_of(file) for place, file in found.items()}
    return site


def _resources(project: Project) -> Site:
    files = resource_files(project.root, project.settings, project.output)
    return {file.relative_to(project.root).as_posix(): publishing.file_of(file) for file in files}


def _whole(site: Site, extra: list[Site]) -> Site:
    for files in extra:
        site = site | files
    return site


def _archive(project: Project, site: Step, formats: tuple[str, ...]) -> Any:
    """Return the whole site in one file; as it was, where not all outputs are asked for."""
    if project.deck and "beamer" not in formats:
        return publishing.kept(project, project.archive).get(project.archive)
    with_deck = value(partial(_with_deck, project), site=site)
    return publishing.archive_step(project.archive, with_deck)


def _with_deck(project: Project, site: Site) -> Site:
    """Return a site with a deck that was made earlier, if none was made now."""
    names = (project.deck.output, project.deck.handout) if project.deck else ()
    return publishing.kept(project, *map(Path.as_posix, names)) | site


def _publish(project: Project, with_archive: bool, site: Site, archive: File | None) -> None:
    files = _with_deck(project, site)
    publishing.publish(project, files | ({project.archive: archive} if archive else {}))


def _first_files(project: Project, formats: tuple[str, ...]) -> list[Path]:
    first = project.output / project.pages[0].with_suffix(".html")
    slides = project.output / project.deck.output if project.deck else None
    return [
        *([first] if "html" in formats else []),
        *([slides] if slides and slides.is_file() else []),
    ]

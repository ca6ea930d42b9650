"""The plan of a build: its steps, in the order in which a document travels.

Nothing is made here. Each step names what it needs; `steps.work` carries out those whose result is
not in the store, several at a time.
"""

from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from lecturebuild import assembling, listing, publishing
from lecturebuild.assembling import Documents
from lecturebuild.reading.project import Project
from lecturebuild.running.execute import Report, cells_step
from lecturebuild.running.figures import figure_step
from lecturebuild.steps.store import Step, value
from lecturebuild.writing import crossref
from lecturebuild.writing.book import page as book
from lecturebuild.writing.book import search, sources, svg
from lecturebuild.writing.deck import handout, latex
from lecturebuild.writing.deck.ahead import Ahead
from lecturebuild.writing.notebooks import archive
from lecturebuild.writing.notebooks import derive as notebooks


def plan(
    project: Project, documents: Documents, wanted: tuple[str, ...], full: bool, report: Report
) -> Step:
    """Return the last step of a build, which publishes; it needs all others.

    Parameters
    ----------
    wanted : tuple of str
        The outputs to make, "html" and "beamer".
    full : bool
        Whether the file with the whole site in it is to be made as well.
    report : callable
        Told of each cell that begins and ends.
    """
    pages, slides, root = documents.pages, documents.slides, project.root
    needed = [*pages.values(), *([slides] if slides and "beamer" in wanted else [])]

    # Draw the figures and execute the cells.
    named = {document.path: assembling.figures_of(project, document) for document in needed}
    figures = {name: figure_step(name, root) for name in dict.fromkeys(chain(*named.values()))}
    lists = value(partial(listing.lists, tuple(pages.values())))
    cells: dict[Path, Step] = {}
    shown: dict[Path, dict[str, Step]] = {}
    for document in needed:
        is_list = listing.is_list(document)  # it may show any of them
        names = figures if is_list else named[document.path]
        shown[document.path] = {name: figures[name] for name in names}
        after = tuple(shown[document.path].values())
        cells[document.path] = cells_step(document, root, report, after, lists if is_list else None)

    # Put their outputs back into the text; list what each page defines and refers to.
    woven = {page: assembling.woven(project, pages[page], cells, shown[page]) for page in pages}
    labels = {page: crossref.labels_step(page, woven[page], root) for page in pages}
    shared = value(partial(assembling.contents, project, documents), labels=labels)

    # The deck and its handout.
    site: dict[str, Any] = {}
    if slides and project.deck and "beamer" in wanted:
        text = assembling.woven(project, slides, cells, shown[slides.path], deck=True)
        ahead = Ahead()
        own = replace(
            crossref.labels_step(slides.path, text, root, deck=True),
            beside=partial(latex.read_ahead, project, slides, ahead),
        )
        index = value(
            partial(assembling.deck_index, project, slides), shared=shared, labels=own, pages=labels
        )
        deck = latex.deck_step(project, slides, text, index, own, ahead)
        cards = latex.cards_step(project, slides, deck)
        site[project.deck.output.as_posix()] = value(
            partial(assembling.file_of_result, project.deck.output.name), result=deck
        )
        site[project.deck.handout.as_posix()] = handout.handout_step(
            slides.path.as_posix(), deck, cards
        )
    if "html" not in wanted:
        return value(partial(publishing.add, project), site=site)

    # The pages, the notebooks of the exercises, and the archive that these import.
    package = archive.archive_step(root) if any(documents.notebooks.values()) else None
    packed = f"{package.name}.zip" if package else ""
    written: dict[str, Step] = {}
    for page, document in pages.items():
        offered = value(partial(assembling.offered, project, documents.notebooks[page], packed))
        written[page.with_suffix(".html").as_posix()] = book.page_step(
            project, page, shared, woven[page], labels[page], offered
        )
        for notebook in documents.notebooks[page]:
            site[notebook.file] = notebooks.notebook_step(
                project, notebook, document, cells[page], shared, labels[page], packed
            )
    if package:
        site[f"{notebooks.FOLDER}/{packed}"] = package
    if sources_name := sources.archive(project):
        site[sources_name] = sources.archive_step(project, cells.values())

    # Pictures, the search index, and files of the project that pages show or link to; publish all.
    listing_pages = [page for page, document in pages.items() if listing.is_list(document)]
    whole = value(
        partial(assembling.whole_site, project, pages),
        site=written | site,  # what is wrong with a page is more exact than what LaTeX says of it
        media=[svg.pictures_step(page, woven[page]) for page in pages],
        index=search.search_step(written, shared, listing_pages, root),
        labels=labels,
    )
    with_deck = value(partial(assembling.with_kept_deck, project), site=whole)
    kept = publishing.kept(project, project.archive).get(project.archive)
    zipped = publishing.archive_step(project.archive, with_deck) if full else kept
    return value(partial(assembling.publish, project), site=with_deck, archive=zipped)

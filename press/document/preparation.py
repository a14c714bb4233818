"""Prepare the pages of a format for writing: resolve images, references, notes and links."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from press.document import tree
from press.document.citations import Sources, check_citations, read_sources
from press.document.crossref import Wording, check_labels, collected, resolve, wording
from press.document.links import anchors_of, with_anchors, with_links
from press.document.page import Page
from press.document.tree import Nodes
from press.errors import BrokenReferenceError, Mistakes
from press.project.project import Project
from press.project.resources import Resources, with_images


@dataclass(frozen=True)
class Ready:
    """Numbered pages with all references resolved, or recorded as mistakes.

    Parameters
    ----------
    pages
        The pages, in the order of the book.
    blocks
        The blocks of each, by the path of its chapter: references and links are resolved for
        this format; citations are not yet formatted.
    words
        The wording of captions and references.
    sources
        The bibliography of each, by the path of its chapter.
    files
        The files that each needs, by the path of its chapter.
    """

    pages: list[Page]
    blocks: Mapping[str, Nodes]
    words: Wording
    sources: Mapping[str, Sources]
    files: Mapping[str, Resources] = field(default_factory=dict)

    @property
    def by_path(self) -> dict[str, Page]:
        """The pages, by the path of their chapter."""
        return {page.path: page for page in self.pages}


def make_ready(
    project: Project,
    pages: list[Page],
    base: Literal["html", "typst"],
    files: Resources,
    found: Mistakes,
    only: Collection[str] | None = None,
) -> Ready:
    """Resolve the images, references and links of pages, and check their citations and notes.

    Parameters
    ----------
    project
        The project.
    pages
        Its numbered pages.
    base
        The format.
    files
        Collects the images and files that the pages need.
    found
        Collects broken references.
    only
        Paths of the chapters whose blocks are needed; None for all.
    """
    words = wording(project.options(base))
    place = project.settings.location("bibliography")
    sources = {page.path: read_sources(project.root, page.options, place) for page in pages}
    needed = [page for page in pages if only is None or page.path in only]
    anchors = {page.path: anchors_of(page) for page in pages}
    own = {page.path: Resources(files.root, files.drawn) for page in needed}
    for page in needed:
        page.blocks = with_images(page, own[page.path], found, from_root=base == "typst")
    blocks = _resolved(pages, needed, words, sources, found, base)
    by_path = {page.path: page for page in pages}
    link = with_links if base == "html" else with_anchors
    linked = {
        page.path: link(blocks[page.path], page, by_path, anchors, own[page.path], found)
        for page in needed
    }
    for each in own.values():
        files.add(each)
    return Ready(pages, linked, words, sources, own)


def _resolved(
    pages: list[Page],
    needed: list[Page],
    words: Wording,
    sources: Mapping[str, Sources],
    found: Mistakes,
    base: str,
) -> dict[str, Nodes]:
    """Resolve the cross-references of every page, and check its citations and notes."""
    targets = [target for page in pages for target in page.targets]
    check_labels(targets, {page.path: page.source for page in pages}, found)
    known = collected(targets)
    out = {}
    for page in pages:
        page.title = resolve(page.title, known, words, page.source, found, base)
    for page in needed:
        blocks = resolve(page.blocks, known, words, page.source, found, base)
        check_citations(page, blocks, sources[page.path], found)
        check_notes(page, found)
        out[page.path] = blocks
    return out


_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_CALL = re.compile(r"\[\^([^\]\s]+)\]")


def check_notes(page: Page, found: Mistakes) -> None:
    """Record every footnote reference without a footnote.

    In a chapter without footnotes it is a warning: the brackets may be text, such as a regular
    expression in a table.
    """
    written = re.search(r"(?m)^ {0,3}\[\^[^\]\s]+\]:", page.source.text)
    for node in tree.nodes(page.blocks, "Str"):
        for name in _CALL.findall(node["c"]):
            call = rf"(?<!\\)\[\^{re.escape(name)}\]"
            if not re.search(r"\w", name) or not re.search(call, _CODE.sub("", page.source.text)):
                continue  # brackets that are escaped, or contain no name
            place, what = page.source.location_of(call), f"the note [^{name}] is missing"
            if written:
                remedy = f"write it: `[^{name}]: …`"
                found.add(BrokenReferenceError(f"{what} in this chapter", place, remedy))
            else:
                found.warn(f"{place}: {what}: the brackets are printed as words")

"""Convert a chapter in one format from Markdown to numbered blocks, ready to be written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from press.blocks.annotations import with_annotations
from press.blocks.callouts import with_callouts
from press.blocks.columns import with_columns
from press.blocks.conditional import Circumstances, with_conditions
from press.blocks.equations import with_equations
from press.blocks.floats import with_floats
from press.blocks.formulas import with_macros_outside, with_plain_formulas
from press.blocks.html_tables import with_html_tables, with_list_tables
from press.blocks.layouts import with_layouts, with_tabsets
from press.blocks.raw_html import with_marked_html, with_tags_in_print
from press.blocks.theorems import with_theorems
from press.cache import cached_call, digest_of
from press.chapter.chapter import Chapter, first_heading
from press.chapter.source import Source
from press.document import tree
from press.document.crossref import Wording
from press.document.dropped_content import (
    check_pipe_tables,
    check_tex,
    with_references_kept,
    with_tex_formulas,
)
from press.document.mistakes import (
    check_breaks,
    check_fences,
    check_html,
    take_warnings,
    warn_of_hidden,
)
from press.document.numbering import Target, counted, number_blocks
from press.document.pandoc import read_inlines, read_with_warnings
from press.document.tree import Attr, Node, Nodes
from press.errors import ChapterError, Mistakes, WrongAttributeError
from press.html.header_includes import Added
from press.pdf.html_blocks import with_html_blocks
from press.project.project import Entry


@dataclass
class Page:
    """A chapter in one format, as a syntax tree.

    Parameters
    ----------
    entry
        Its entry in the book.
    path
        Path of the chapter's file.
    source
        The Markdown it was read from.
    options
        The options of the format, overridden by the chapter's.
    title
        Inlines of its heading; empty if it has none.
    title_attr
        Attributes of the heading.
    blocks
        The content below the heading.
    number
        Its number or letter; empty if it has none.
    targets
        Targets of cross-references in it.
    heading
        Its heading as pandoc read it.
    reading
        Returns its blocks as pandoc read them, without content hidden from the format; the guard
        against losses compares the finished book with these.
    known
        A digest of everything that heading and blocks depend on; empty if that is unknown.
    added
        HTML that the project's Lua filters and shortcodes add to its page.
    anchors
        Identifiers that a link can target, once they have been collected.
    lists_sources
        Whether the bibliography is on it, once that is known.
    """

    entry: Entry
    path: str
    source: Source
    options: Mapping[str, Any]
    title: Nodes
    title_attr: Attr
    blocks: Nodes
    number: str = ""
    targets: list[Target] = field(default_factory=list)
    heading: Nodes = field(default_factory=list)
    reading: Callable[[], Nodes] = list
    known: str = ""
    added: Added = field(default_factory=Added)
    anchors: frozenset[str] | None = None
    lists_sources: bool | None = None

    @cached_property
    def read(self) -> Nodes:
        """Its blocks as pandoc read them."""
        return self.reading()

    @property
    def numbered(self) -> bool:
        """Whether the numbers of its chapter and sections are printed."""
        return self.options.get("number-sections", True) is not False

    @property
    def home(self) -> bool:
        """Whether it is the book's home page."""
        return is_home(self.path)

    @property
    def html(self) -> str:
        """Path of its HTML page in the book."""
        return html_path(self.path)


def read_page(
    chapter: Chapter,
    source: Source,
    options: Mapping[str, Any],
    given: Circumstances,
    found: Mistakes,
    filtered: Callable[[Node], Node] | None = None,
) -> Page:
    """Parse a chapter's Markdown and convert it to the press's own nodes.

    `filtered` takes the document as pandoc read it and returns it after the Lua filters.
    """
    source = with_marked_html(with_macros_outside(with_references_kept(source)))
    title, attr, body = _heading(chapter, source)
    noted = found.count

    made: list[Nodes] = []

    def part(at: int) -> Nodes:
        if not made:
            made.extend(_read_blocks(body, source, options, given, found, filtered))
        return made[at]

    known = digest_of("page", body.text, source.text, dict(options), given)

    def kept(at: int) -> Nodes:
        if filtered:  # A filter may read any file.
            return part(at)
        # Mistakes must be recorded again with their locations: a result with any is not stored.
        return list(cached_call((known, at), partial(part, at), clean=lambda: found.count == noted))

    blocks = kept(0)
    if filtered:
        known = digest_of(known, made)
    # Only needed if something else has changed too, and therefore read lazily.
    reading = partial(list, kept(1)) if made else partial(kept, 1)
    return Page(
        chapter.entry, chapter.path, source, options, title, attr, blocks, heading=title,
        reading=reading, known=known,
    )  # fmt: skip


def _read_blocks(
    body: Source,
    source: Source,
    options: Mapping[str, Any],
    given: Circumstances,
    found: Mistakes,
    filtered: Callable[[Node], Node] | None = None,
) -> list[Nodes]:
    """Return the blocks to be written, and those that the guard compares the book with."""
    ending = str(options.get("default-image-extension") or "").lstrip(".")
    asked = [f"--default-image-extension={ending}"] if ending else []
    document, warnings = read_with_warnings(body.text, *asked)
    take_warnings(warnings, body, found)
    document = filtered(document) if filtered else document
    blocks = with_plain_formulas(with_tex_formulas(document["blocks"]), body, found)
    check_fences(blocks, body, found)
    check_pipe_tables(body, found)
    if given.base == "typst":
        warn_of_hidden(blocks, source, given, found)
    try:
        read = with_conditions(blocks, given)
        check_tex(read, source, found)
        blocks = _own_nodes(read, options, given.base)
    except WrongAttributeError as wrong:
        place = body.location_of(re.escape(wrong.given))
        raise ChapterError(str(wrong), place, f"write {wrong.wanted}") from None
    if given.base == "typst":
        check_html(blocks, source, found)
        check_breaks(blocks, source, found)
    return [blocks, read]


def _own_nodes(blocks: Nodes, options: Mapping[str, Any], base: str) -> Nodes:
    """Convert callouts, floats, layouts and similar constructs to the press's own nodes."""
    if base == "typst":
        blocks = with_html_blocks(blocks)
    blocks = with_html_tables(with_list_tables(tree.walk(blocks, _deep_heading)))
    blocks = with_annotations(blocks, options.get("code-annotations", True))
    blocks = with_tabsets(blocks) if base == "html" else with_tags_in_print(blocks)
    blocks = with_callouts(blocks, options)
    blocks = with_equations(with_theorems(blocks))
    return with_layouts(with_columns(with_floats(blocks)))


def _deep_heading(node: Node) -> Node | None:
    """Convert a heading below level 6 to a paragraph, as pandoc's HTML writer does."""
    return tree.para(node["c"][2]) if node["t"] == "Header" and node["c"][0] > 6 else None


def _heading(chapter: Chapter, source: Source) -> tuple[Nodes, Attr, Source]:
    """Separate a chapter's title from its text: that of the front matter, else the first heading.

    Only an explicit identifier counts: an automatic one is not an anchor on the page, and does
    not take one from the sections below.
    """
    if chapter.title is None:
        return [], ["", [], []], source
    if chapter.front.get("title") or is_home(chapter.path):
        return read_inlines(chapter.title.markdown), chapter.title.attr, source
    found = first_heading(source.lines)
    if found is None:  # the heading comes from a cell, or is hidden in this format
        return read_inlines(chapter.title.markdown), chapter.title.attr, source
    start, end, title = found
    return (
        read_inlines(title.markdown),
        title.attr,
        Source(source.lines[:start] + source.lines[end:]),
    )


def html_path(path: str) -> str:
    """Return the path of a chapter's page in the book."""
    return re.sub(r"\.(?:q?md|ipynb)$", ".html", path)


def is_home(path: str) -> bool:
    """Return whether a file is the book's home page, whose heading remains in its text."""
    return path in ("index.qmd", "index.md", "index.ipynb")


def number_page(page: Page, number: str, words: Wording) -> None:
    """Set a chapter's number, and number its content in the styles of the wording."""
    page.number = number
    appendix = page.entry.appendix
    # The home page's heading is part of its text, and therefore increments the number itself.
    start = str(int(number) - 1) if page.home and number else number
    depth = int(page.options.get("number-depth", 6)) if page.numbered else 0
    page.targets = number_blocks(
        page.blocks,
        page.path,
        start,
        appendix=appendix,
        depth=depth,
        spell=lambda kind, count: counted(count, words.styles.get(kind, "arabic")),
    )
    if number and page.title_attr[0] and not page.home:
        own = Target(page.title_attr[0], "sec", page.path, number, "", 1, appendix, page.title)
        page.targets.insert(0, own)

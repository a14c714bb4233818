"""A chapter in one format, from its Markdown to numbered blocks ready to be written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from press import tree
from press.callouts import with_callouts
from press.conditional import with_conditions
from press.equations import with_equations
from press.floats import with_floats
from press.html_tables import with_html_tables
from press.numbering import Target, number_blocks
from press.pandoc import read, read_inlines
from press.project import Entry
from press.source import Source
from press.tabsets import with_tabsets
from press.tree import Attr, Node, Nodes

_FRONT = {"title", "subtitle", "author", "description", "abstract", "date"}


@dataclass
class Page:
    """A chapter on its way into one format.

    Parameters
    ----------
    entry
        Its entry in the book.
    path
        Path of the chapter's file.
    source
        The Markdown it was read from.
    options
        The options of the format, with the chapter's over them.
    title
        Inlines of its heading; empty without one.
    title_attr
        Attributes of the heading.
    blocks
        What stands below the heading.
    number
        Its number or letter; empty if it has none.
    targets
        What can be referred to in it.
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

    @property
    def home(self) -> bool:
        """Whether it is the book's home page."""
        return self.path == "index.qmd" or self.path == "index.md"

    @property
    def html(self) -> str:
        """Path of its HTML page in the book."""
        return re.sub(r"\.q?md$", ".html", self.path)


def read_page(entry: Entry, source: Source, options: Mapping[str, Any], base: str) -> Page:
    """Read a chapter's Markdown and find what the press treats on its own."""
    blocks: Nodes = read(source.text)["blocks"]
    blocks = with_conditions(blocks, base)
    blocks = with_html_tables(blocks)
    blocks = with_tabsets(blocks)
    blocks = with_callouts(blocks)
    blocks = with_equations(blocks)
    blocks = with_floats(blocks)
    title, attr, blocks = _heading(blocks, options)
    return Page(entry, entry.file or "", source, options, title, attr, blocks)


def _heading(blocks: Nodes, options: Mapping[str, Any]) -> tuple[Nodes, Attr, Nodes]:
    """Take the chapter's heading off its blocks."""
    own = options.get("chapter-title")
    if own:
        return read_inlines(str(own)), ["", [], []], blocks
    for at, block in enumerate(blocks):
        if block["t"] == "Header" and block["c"][0] == 1:
            _, attr, title = block["c"]
            return title, attr, blocks[:at] + blocks[at + 1 :]
    return [], ["", [], []], blocks


def number_pages(pages: list[Page]) -> None:
    """Give the chapters their numbers, the appendices their letters, and number what is in them."""
    count = {False: 0, True: 0}
    for page in pages:
        numbered = (
            page.entry.kind == "chapter" and "unnumbered" not in page.title_attr[1] and page.title
        )
        if numbered and not page.home:
            count[page.entry.appendix] += 1
            number = count[page.entry.appendix]
            page.number = chr(ord("A") + number - 1) if page.entry.appendix else str(number)
        appendix = page.entry.appendix
        page.targets = number_blocks(page.blocks, page.path, page.number, appendix=appendix)
        if page.number and page.title_attr[0]:
            own = Target(
                page.title_attr[0], "sec", page.path, page.number, "", 1, appendix, page.title
            )
            page.targets.insert(0, own)


def headings(page: Page) -> list[Node]:
    """Return the headings of a page that its own contents list."""
    return [node for node in tree.nodes(page.blocks, "Header") if node["c"][0] > 1]

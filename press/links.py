"""Links between chapters: a link to a chapter's file leads to its page, or to its place in the PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from press import tree
from press.errors import BrokenReferenceError
from press.mistakes import Mistakes
from press.page import Page
from press.resources import Resources, in_book, is_outside, relative
from press.tree import Node, Nodes


def with_links(
    blocks: Nodes, page: Page, pages: Mapping[str, Page], resources: Resources, found: Mistakes
) -> Nodes:
    """Return blocks whose links lead to the HTML pages of the book."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Link":
            return None
        attr, content, (address, title) = node["c"]
        if is_outside(address) or address.startswith("#") or not address:
            return None
        new = _address(address, page, pages, resources, found)
        return {"t": "Link", "c": [attr, content, [new, title]]}

    return list(tree.walk(blocks, visit))


def _address(
    address: str, page: Page, pages: Mapping[str, Page], resources: Resources, found: Mistakes
) -> str:
    parts = urlsplit(address)
    path = in_book(page, address)
    anchor = f"#{parts.fragment}" if parts.fragment else ""
    if path in pages and not parts.query:
        return relative(pages[path].html, page.html) + anchor
    if any(other.html == path for other in pages.values()):
        return relative(path, page.html) + anchor
    if path.endswith((".qmd", ".md")) or not resources.take(path):
        found.add(
            BrokenReferenceError(
                f"the link to {address} leads nowhere",
                page.source.place_of(re.escape(address)),
                "name a chapter of the book or a file of the project",
            )
        )
    start = relative(path, page.html)
    return start + (f"?{parts.query}" if parts.query else "") + anchor


def chapter_anchor(page: Page) -> str:
    """Return the anchor of a chapter's heading in the PDF."""
    if page.title_attr[0]:
        return str(page.title_attr[0])
    heads = [tree.identifier(node) for node in tree.nodes(page.blocks, "Header")]
    if page.home and heads:
        return heads[0]
    return "chapter-" + re.sub(r"\W+", "-", page.path.rpartition(".")[0])


def with_anchors(
    blocks: Nodes, page: Page, pages: Mapping[str, Page], found: Mistakes
) -> Nodes:
    """Return blocks whose links between chapters lead to places in the one document."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Link":
            return None
        attr, content, (address, title) = node["c"]
        if is_outside(address) or not address or address.startswith("#"):
            return None
        parts = urlsplit(address)
        path = in_book(page, address)
        other = pages.get(path) or next((p for p in pages.values() if p.html == path), None)
        if other is None:
            return None
        anchor = parts.fragment or chapter_anchor(other)
        return {"t": "Link", "c": [attr, content, ["#" + anchor, title]]}

    return list(tree.walk(blocks, visit))

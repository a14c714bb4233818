"""Resolve links between chapters to HTML pages, or to anchors in the PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from press.document import tree
from press.document.page import Page
from press.document.tree import Node, Nodes
from press.errors import BrokenReferenceError, Mistakes
from press.project.resources import Resources, in_book, is_outside, relative

Anchors = Mapping[str, frozenset[str]]


def with_links(
    blocks: Nodes,
    page: Page,
    pages: Mapping[str, Page],
    anchors: Anchors,
    resources: Resources,
    found: Mistakes,
) -> Nodes:
    """Point links between chapters at the HTML pages of the book."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Link":
            return None
        attr, content, (address, title) = node["c"]
        if is_outside(address) or not address:
            return None
        if address.startswith("#"):
            new = _anchor(unquote(address[1:]), page, pages, anchors, found)
        else:
            new = _address(address, page, pages, resources, found)
            check_anchor(address, page, pages, anchors, found)
        return {"t": "Link", "c": [attr, content, [new, title]]}

    return list(tree.walk(blocks, visit))


def anchors_of(page: Page) -> frozenset[str]:
    """Return every identifier on a page that a link can target."""
    if page.anchors is None:
        page.anchors = frozenset(_anchors_of(page))
    return page.anchors


def _anchors_of(page: Page) -> set[str]:
    found = {str(page.title_attr[0])}
    for node in tree.nodes(page.blocks):
        if node["t"] in ("Float", "Equation", "Callout", "Tabset", "Theorem"):
            found.add(str(node["c"].get("id", "")))
        elif node["t"] in ("Header", "Div", "Span", "Code", "CodeBlock", "Image", "Link", "Table"):
            found.add(tree.identifier(node))
        elif node["t"] in ("RawBlock", "RawInline"):
            found |= set(re.findall(r"""\bid=["']([^"']+)""", node["c"][1]))
    return found


def _anchor(
    anchor: str,
    page: Page,
    pages: Mapping[str, Page],
    anchors: Anchors,
    found: Mistakes,
) -> str:
    """Return the address of an anchor, on this page or else on the first page that has it."""
    if anchor in anchors[page.path]:
        return "#" + anchor
    for path, other in pages.items():
        if anchor in anchors[path]:
            start = relative(other.html, page.html)
            return start if anchor == other.title_attr[0] else f"{start}#{anchor}"
    _nowhere("#" + anchor, page, found)
    return "#" + anchor


def check_anchor(
    address: str,
    page: Page,
    pages: Mapping[str, Page],
    anchors: Anchors,
    found: Mistakes,
) -> None:
    """Record a link to an anchor that does not exist in the linked chapter."""
    parts = urlsplit(address)
    path = in_book(page, address)
    other = pages.get(path) or next((p for p in pages.values() if p.html == path), None)
    if other is not None and parts.fragment and unquote(parts.fragment) not in anchors[other.path]:
        _nowhere(address, page, found)


def _nowhere(address: str, page: Page, found: Mistakes) -> None:
    found.add(
        BrokenReferenceError(
            f"the link to {address} leads nowhere",
            # Pandoc writes a space in an address as %20.
            page.source.location_of(f"{re.escape(address)}|{re.escape(unquote(address))}"),
            "correct the address, or give its target that identifier",
        )
    )


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
    if path.endswith((".qmd", ".md", ".ipynb")) or not resources.take(path):
        _nowhere(address, page, found)
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
    blocks: Nodes,
    page: Page,
    pages: Mapping[str, Page],
    anchors: Anchors,
    resources: Resources,
    found: Mistakes,
) -> Nodes:
    """Point links between chapters at anchors in the single document of the PDF."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Link":
            return None
        attr, content, (address, title) = node["c"]
        if is_outside(address) or not address:
            return None
        if address.startswith("#"):
            _anchor(unquote(address[1:]), page, pages, anchors, found)
            return None
        check_anchor(address, page, pages, anchors, found)
        parts = urlsplit(address)
        path = in_book(page, address)
        other = pages.get(path) or next((p for p in pages.values() if p.html == path), None)
        if other is None:
            if not resources.exists(path) or path.endswith((".qmd", ".md", ".ipynb")):
                _nowhere(address, page, found)
            return None
        anchor = parts.fragment or chapter_anchor(other)
        return {"t": "Link", "c": [attr, content, ["#" + anchor, title]]}

    return list(tree.walk(blocks, visit))

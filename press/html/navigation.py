"""Navigation of a book: the sidebar, and links to the previous and next page."""

from __future__ import annotations

import html
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from press.document import tree
from press.document.crossref import NBSP, gap
from press.document.page import Page
from press.document.tree import Node, Nodes
from press.project.authors import plain
from press.project.project import Entry
from press.project.resources import relative


@dataclass(frozen=True)
class Stop:
    """An entry of the navigation: a page, or a part without a page."""

    text: str
    depth: int
    page: Page | None
    number: str = ""

    @property
    def label(self) -> str:
        """The entry's text with its number."""
        return f"{self.number}{NBSP} {self.text}" if self.number else self.text


def stops(entries: Sequence[Entry], pages: dict[str, Page]) -> list[Stop]:
    """Return the entries of the navigation, in order."""
    out = []
    for entry in entries:
        if entry.file is None:
            out.append(Stop(plain(entry.text), entry.depth, None))
            continue
        page = pages[entry.file]
        number = page.number if entry.kind == "chapter" else ""
        text = plain(entry.text) or tree.plain(page.title) or posixpath.basename(page.html)
        out.append(Stop(text, entry.depth, page, number))
    return out


def sidebar(all_stops: Sequence[Stop], here: Page) -> str:
    """Return the sidebar of a page as HTML."""
    lines = ["<ul>"]
    at = 0
    for stop in all_stops:
        while stop.depth > at:
            lines.append("<ul>")
            at += 1
        while stop.depth < at:
            lines.append("</li></ul>")
            at -= 1
        if lines[-1] not in ("<ul>",):
            lines.append("</li>")
        lines.append('<li class="sidebar-item">' + _entry(stop, here))
    lines.append("</li></ul>" * (at + 1))
    return "\n".join(lines)


def _entry(stop: Stop, here: Page) -> str:
    number = f'<span class="chapter-number">{stop.number}</span>{NBSP} ' if stop.number else ""
    text = f'<span class="menu-text">{number}{html.escape(stop.text)}</span>'
    if stop.page is None:
        return text
    current = ' aria-current="page"' if stop.page is here else ""
    address = html.escape(relative(stop.page.html, here.html))
    return f'<a href="{address}"{current}>{text}</a>'


def neighbours(all_stops: Sequence[Stop], here: Page) -> str:
    """Return the links to the previous and next page as HTML."""
    walk = [stop for stop in all_stops if stop.page is not None]
    at = next(number for number, stop in enumerate(walk) if stop.page is here)
    out = []
    for name, word, index in (("previous", "Previous", at - 1), ("next", "Next", at + 1)):
        if not 0 <= index < len(walk):
            continue
        stop = walk[index]
        assert stop.page is not None
        address = html.escape(relative(stop.page.html, here.html))
        out.append(
            f'<div class="nav-page-{name}"><span aria-hidden="true">{word}</span>'
            f'<a href="{address}" rel="{"prev" if name == "previous" else name}">'
            f"{html.escape(stop.label)}</a></div>"
        )
    return "\n".join(out)


def contents_list(blocks: Nodes, depth: int, *, numbered: bool = True) -> Nodes:
    """Return the table of contents of a page, down to the given depth.

    An unnumbered section with the class `unlisted` is left out, together with its subsections.

    Parameters
    ----------
    blocks
        The page.
    depth
        The deepest level listed.
    numbered
        Whether its chapter is numbered; in an unnumbered one, no section has a number.
    """
    entries = []
    left_out = 7  # level of the section being left out; 7 if none, since levels end at 6
    for node in _sections(blocks):
        level, attr, title = node["c"]
        if level > left_out:
            continue
        hidden = "unlisted" in attr[1] and (not numbered or "unnumbered" in attr[1])
        left_out = level if hidden else 7
        if level > depth or hidden:
            continue
        words = [tree.text(node["number"]), tree.space()] if "number" in node else []
        entries.append((level, tree.link([*words, *_without_links(title)], f"#{attr[0]}")))
    return _nested(entries)


def _sections(blocks: Nodes) -> Iterator[Node]:
    """Yield the headings that start a section of the page, not those nested in other blocks."""
    for block in blocks:
        if block["t"] == "Header":
            yield block
        elif block["t"] == "Div" and block["c"][1] and block["c"][1][0]["t"] == "Header":
            first, *others = tree.nodes(block["c"][1], "Header")
            if all(other["c"][0] > first["c"][0] for other in others):
                yield from _sections(block["c"][1])


def _without_links(title: Nodes) -> Nodes:
    def visit(node: Node) -> Node | Nodes | None:
        if node["t"] == "Link":
            return list(node["c"][1])
        if node["t"] == "Reference":
            return [
                *node["c"]["content"],
                *([gap(node)] if node["c"]["content"] else []),
                tree.text(node["c"]["target"].number),
            ]
        return [] if node["t"] == "Note" else None

    return list(tree.walk(title, visit))


def _nested(entries: list[tuple[int, Node]]) -> Nodes:
    """Return entries as a nested list, by level."""
    items: list[Nodes] = []
    at = 0
    while at < len(entries):
        level, entry = entries[at]
        below = at + 1
        while below < len(entries) and entries[below][0] > level:
            below += 1
        items.append([tree.plain_block([entry]), *_nested(entries[at + 1 : below])])
        at = below
    return [{"t": "BulletList", "c": items}] if items else []

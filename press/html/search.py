"""Search index of a book, written as a script so that it works without a server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from press.document import tree
from press.document.crossref import NBSP
from press.document.page import Page
from press.document.tree import Nodes

_LEFT_OUT = ("CodeBlock", "RawBlock", "RawInline", "Note", "Cite")


def index(pages: Iterable[list[list[str]]]) -> str:
    """Return the search index of a book, from the sections of its pages in order."""
    entries = [entry for page in pages for entry in page]
    return "window.bookSections = " + json.dumps(entries, ensure_ascii=False) + ";\n"


def sections(page: Page, blocks: Nodes) -> list[list[str]]:
    """Return address, heading and text of each section of a page.

    Parameters
    ----------
    page
        The page.
    blocks
        Its blocks, with references resolved.
    """
    title = tree.plain(page.title)
    heading = f"{page.number}{NBSP} {title}" if page.number else title
    found: list[list[str]] = [[page.html, heading, ""]]
    for block in blocks:
        if block["t"] == "Header":
            number = f"{block['number']} " if "number" in block else ""
            name = number + tree.plain(block["c"][2])
            found.append([f"{page.html}#{tree.identifier(block)}", name, ""])
        else:
            found[-1][2] += " " + words(block)
    return [[address, name, " ".join(text.split())] for address, name, text in found]


def words(node: Any) -> str:
    """Return the text of blocks, with spaces between paragraphs and table cells."""
    if isinstance(node, list):
        apart = "" if all(isinstance(one, dict) and _within(one) for one in node) else " "
        return apart.join(words(one) for one in node)
    if not isinstance(node, dict):
        return ""
    if "t" not in node:
        return " ".join(words(value) for value in node.values())
    if node["t"] == "Str":
        return str(node["c"])
    if node["t"] in _LEFT_OUT:
        return ""
    if node["t"] == "Reference":
        content = node["c"]
        return f"{words(content['content'])} {content['target'].number}".strip()
    if node["t"] in ("Emph", "Strong", "Span", "Link", "Quoted") or not _within(node):
        return words(node.get("c", []))
    return tree.plain(node)


def _within(node: Mapping[str, Any]) -> bool:
    return node.get("t") in tree.INLINE_TYPES

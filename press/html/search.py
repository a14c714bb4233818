"""The search of a book: an index written as a script, so that it works without a server."""

from __future__ import annotations

import json

from press import tree
from press.crossref import NBSP
from press.page import Page
from press.tree import Nodes


def index(pages: list[Page]) -> str:
    """Return the index of a book's sections: address, heading and text of each."""
    entries = [entry for page in pages for entry in _sections(page)]
    return "window.bookSections = " + json.dumps(entries, ensure_ascii=False) + ";\n"


def _sections(page: Page) -> list[list[str]]:
    title = tree.plain(page.title)
    heading = f"{page.number}{NBSP} {title}" if page.number else title
    found: list[list[str]] = [[page.html, heading, ""]]
    _collect(page.blocks, page, found)
    return [[address, name, " ".join(words.split())] for address, name, words in found]


def _collect(blocks: Nodes, page: Page, found: list[list[str]]) -> None:
    for block in blocks:
        if block["t"] == "Header":
            number = f"{block['number']} " if "number" in block else ""
            name = number + tree.plain(block["c"][2])
            found.append([f"{page.html}#{tree.identifier(block)}", name, ""])
        elif block["t"] not in ("CodeBlock", "RawBlock"):
            found[-1][2] += " " + tree.plain(block.get("c", []))

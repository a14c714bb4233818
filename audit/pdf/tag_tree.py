"""The tag tree of a PDF: the role of each piece of a page, and the reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INLINE = frozenset(
    ["Span", "Link", "Reference", "Strong", "Em", "Code", "Formula", "Quote", "Sub", "NonStruct"]
)
"""Roles within a line, which do not begin a block of their own."""


@dataclass(frozen=True)
class Element:
    """An element of the tag tree that begins a block of text, or an artefact outside the tree.

    Attributes
    ----------
    number
        Its position in reading order, from 1; 0 and below for artefacts: running heads, page
        numbers, rules. Each element has a different number.
    roles
        From the outermost to its own, such as ``("Table", "TBody", "TR", "TD")``.
    alt
        Its alternative text.
    """

    number: int
    roles: tuple[str, ...]
    alt: str = ""


Placed = dict[tuple[int, int], tuple[Element, tuple[str, ...]]]
"""For a page and a mark on it, the block it belongs to and the inline roles in between."""


@dataclass(frozen=True)
class TagTree:
    """The tag tree of an open PDF.

    Attributes
    ----------
    placed
        Block of each piece of marked content, drawings included.
    nodes
        The node of each element by its number, as a `pikepdf.Dictionary` of the open PDF.
    """

    placed: Placed
    nodes: dict[int, Any]

    def rows(self) -> dict[int, tuple[int, int]]:
        """Return the table and row of each cell, by their numbers."""
        found: dict[int, tuple[int, int]] = {}
        table = row = 0
        for number, node in self.nodes.items():
            match str(node.get("/S", "")):
                case "/Table":
                    table = number
                case "/TR":
                    row = number
                case "/TD" | "/TH":
                    found[number] = (table, row)
        return found


def read_tags(pdf: Any) -> TagTree:
    """Return the tag tree of an open `pikepdf.Pdf`; empty if it has none."""
    tree = pdf.Root.get("/StructTreeRoot")
    found = TagTree({}, {})
    if tree is None:
        return found
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    # (node, page, block, inline roles); children are pushed in reverse, to be popped in order.
    waiting: list[tuple[Any, int, Element, tuple[str, ...]]] = [(tree, 0, Element(0, ()), ())]
    seen: set[tuple[int, int]] = set()
    while waiting:
        node, page, block, inline = waiting.pop()
        if isinstance(node, int):
            found.placed[page, node] = (block, inline)
            continue
        if node.objgen != (0, 0) and node.objgen in seen:
            continue  # our reports have no cycles
        seen.add(node.objgen)
        page = numbers.get(node.Pg.objgen, page) if "/Pg" in node else page
        if "/MCID" in node:
            found.placed[page, int(node.MCID)] = (block, inline)
            continue
        role = str(node.get("/S", "/")).lstrip("/")
        if role in INLINE and block.number:
            inline = (*inline, role)
        elif role not in ("", "Document"):
            number = len(found.nodes) + 1
            block = Element(number, (*block.roles, role), str(node.get("/Alt", "")))
            found.nodes[number] = node
            inline = ()
        waiting.extend((kid, page, block, inline) for kid in reversed(kids(node)))
    return found


def kids(node: Any) -> list[Any]:
    """Return the children of a node: nodes and numbers of marked content."""
    below = node.get("/K", [])
    return [below] if isinstance(below, int) or is_dictionary(below) else list(below)


def is_dictionary(node: Any) -> bool:
    """Return whether an object read from a PDF is a dictionary."""
    import pikepdf

    return isinstance(node, pikepdf.Dictionary)

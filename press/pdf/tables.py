"""Fit tables that may be wider than the page, passing each column's longest words to Typst."""

from __future__ import annotations

import re
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes
from press.pdf.fitting import typst_string

_WIDE = 40.0  # width of text in ems that fits on any page
_LETTER = 0.5  # width of a letter in ems, including its share of a space
_CELL = 1.1  # padding of a cell in ems
_WIDTHS = "press-widths"
_COLUMNS = re.compile(rf"({_WIDTHS} => \[\s*#table\(\s*columns: )(?:\([^)]*\)|\d+)")
_LONGEST = 16  # length in letters after which a word may break
_HELD = "\u00a0\u2007\u2011\u202f"  # non-breaking spaces and hyphen
_SPACE = re.compile(rf"[^\S{_HELD}]+")
_BREAKS = re.compile(rf"(?<=[_/])|(?<=[A-Za-z]\.)|[^\S{_HELD}]|(?<=-)(?!\d)")


def fitted(table: Node, name: str, room: float = 1) -> Nodes:
    """Return a table for Typst; one that may be too wide is wrapped in the function `fitted`.

    Parameters
    ----------
    table
        The table.
    name
        Its name in messages.
    room
        Its share of the page's width, less than 1 in a layout of several columns.
    """
    columns = table["c"][2]
    words, lines, whole = ([""] * len(columns) for _ in range(3))
    for at, text in _cells(table):
        for line in text.split("\n"):
            lines[at] = max(lines[at], line, key=len)
            words[at] = max(words[at], *_words(line), key=len)
            whole[at] = max(whole[at], *_SPACE.split(line), key=len)
    given = [width["c"] for _, width in columns if width["t"] == "ColWidth"]
    if not _may_overprint(whole, lines, given, room * _WIDE):
        return [table]
    attr, caption, old, *rest = table["c"]
    share = {"t": "ColWidth", "c": 1 / len(old)}
    bare = {"t": "Table", "c": [attr, caption, [[align, share] for align, _ in old], *rest]}
    listed = (
        f"({''.join(typst_string(text) + ', ' for text in texts)})" for texts in (words, lines)
    )
    opening = f"#fitted({typst_string(name)}, {', '.join(listed)}, {_WIDTHS} => ["
    return [tree.raw("typst", opening), bare, tree.raw("typst", "])")]


def with_measured_widths(text: str) -> str:
    """Replace the column widths of fitted tables with those that Typst measures."""
    return _COLUMNS.sub(rf"\1{_WIDTHS}", text)


def _may_overprint(words: list[str], lines: list[str], given: list[float], wide: float) -> bool:
    """Estimate whether a column may be narrower than its longest word."""
    needed = [len(word) * _LETTER + _CELL for word in words]
    if len(given) == len(words):
        return any(need > share * wide for need, share in zip(needed, given, strict=True))
    natural = sum(len(line) * _LETTER + _CELL for line in lines)
    return natural > wide and any(need > wide / len(words) for need in needed)


def _words(line: str) -> list[str]:
    return ["", *(_at_least(part) for part in _BREAKS.split(line) if part)]


def _at_least(part: str) -> str:
    """Return the part of a word that must fit on one line."""
    return part if any(sign in part for sign in _HELD) else part[:_LONGEST]


def _cells(table: Node) -> list[tuple[int, str]]:
    """Return the text of each cell that spans a single column, with its column."""
    _, _, _, (_, head), bodies, (_, foot) = table["c"]
    rows = [*head, *foot]
    for _, _, first, rest in bodies:
        rows += [*first, *rest]
    out = []
    held: dict[int, int] = {}  # columns covered by a row span from above, with rows remaining
    for _, cells in rows:
        at = 0
        now = dict(held)
        held = {column: left - 1 for column, left in held.items() if left > 1}
        for _, _, down, across, content in cells:
            while at in now:
                at += 1
            if across == 1:
                out.append((at, "\n".join(_lines(content))))
            if down > 1:
                held |= dict.fromkeys(range(at, at + across), down - 1)
            at += across
    return [(column, text) for column, text in out if column < len(table["c"][2])]


def _lines(content: Any) -> list[str]:
    """Return the lines of a cell, splitting its paragraphs at line breaks."""
    out = []
    for block in tree.nodes(content, "Para", "Plain"):
        line: Nodes = []
        for node in [*block["c"], {"t": "LineBreak"}]:
            if node["t"] == "LineBreak":
                out.append(tree.plain(line))
                line = []
            else:
                line.append(node)
    return out

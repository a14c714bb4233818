"""Tables that may be wider than the page: told to Typst with the longest words of each column."""

from __future__ import annotations

import re
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes

_WIDE = 40.0  # ems of text that any page has room for
_LETTER = 0.5  # of an em, a letter and its share of a gap
_CELL = 1.1  # ems around the text of a cell
_WIDTHS = "press-widths"
_COLUMNS = re.compile(rf"({_WIDTHS} => \[\s*#table\(\s*columns: )(?:\([^)]*\)|\d+)")
_LONGEST = 16  # letters after which a word may break
_HELD = "\u00a0\u2007\u2011\u202f"  # spaces and a hyphen at which no line breaks
_SPACE = re.compile(rf"[^\S{_HELD}]+")
_BREAKS = re.compile(rf"(?<=[_/])|(?<=[A-Za-z]\.)|[^\S{_HELD}]|(?<=-)(?!\d)")


def fitted(table: Node, name: str) -> Nodes:
    """Return a table for Typst: one that may be too wide with what its columns need.

    Parameters
    ----------
    table
        The table.
    name
        What to call it in a message.
    """
    columns = table["c"][2]
    words, lines, whole = ([""] * len(columns) for _ in range(3))
    for at, text in _cells(table):
        for line in text.split("\n"):
            lines[at] = max(lines[at], line, key=len)
            words[at] = max(words[at], *_words(line), key=len)
            whole[at] = max(whole[at], *_SPACE.split(line), key=len)
    given = [width["c"] for _, width in columns if width["t"] == "ColWidth"]
    if not _may_overprint(whole, lines, given):
        return [table]
    attr, caption, old, *rest = table["c"]
    share = {"t": "ColWidth", "c": 1 / len(old)}
    bare = {"t": "Table", "c": [attr, caption, [[align, share] for align, _ in old], *rest]}
    listed = (f"({''.join(_string(text) + ', ' for text in texts)})" for texts in (words, lines))
    opening = f"#fitted({_string(name)}, {', '.join(listed)}, {_WIDTHS} => ["
    return [tree.raw("typst", opening), bare, tree.raw("typst", "])")]


def with_measured_widths(text: str) -> str:
    """Return a Typst document in which each fitted table has the widths that Typst measures."""
    return _COLUMNS.sub(rf"\1{_WIDTHS}", text)


def _may_overprint(words: list[str], lines: list[str], given: list[float]) -> bool:
    """Return whether a column may be narrower than its longest word, going by rough widths."""
    needed = [len(word) * _LETTER + _CELL for word in words]
    if len(given) == len(words):
        return any(need > share * _WIDE for need, share in zip(needed, given, strict=True))
    natural = sum(len(line) * _LETTER + _CELL for line in lines)
    return natural > _WIDE and any(need > _WIDE / len(words) for need in needed)


def _words(line: str) -> list[str]:
    return ["", *(_at_least(part) for part in _BREAKS.split(line) if part)]


def _at_least(part: str) -> str:
    """Return what of a word must stand in one line."""
    return part if any(sign in part for sign in _HELD) else part[:_LONGEST]


def _cells(table: Node) -> list[tuple[int, str]]:
    """Return the texts of cells that stand in one column, each with its column."""
    _, _, _, (_, head), bodies, (_, foot) = table["c"]
    rows = [*head, *foot]
    for _, _, first, rest in bodies:
        rows += [*first, *rest]
    out = []
    held: dict[int, int] = {}  # columns that a cell of a row above still fills, and for how long
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
    """Return the lines of a cell: of each paragraph, those that breaks in it make."""
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


def _string(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'

"""Words that Typst would take for its own marks: a dash or a number at the start of a line."""

from __future__ import annotations

import re
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes

_MARK = re.compile(r"[-+/]|=+|\d+\.")
_GAPS = ("Space", "SoftBreak", "LineBreak")
# Typst would make a prime of the first, and an opening quote of the second.
_APOSTROPHE = re.compile(r"(?<=\d)’|(?<!\w)’")


def with_words_kept(content: Any) -> Any:
    r"""Return a tree in which no text opens a list, a heading or a term.

    Pandoc sees to paragraphs; a text opens a block of Typst in a table's cell, in emphasis and
    after a line break too. A backslash makes the mark a letter: ``\- 5``, ``1\. May``.
    """
    return tree.with_inlines(content, _kept)


def _kept(inlines: Nodes) -> Nodes:
    out: Nodes = []
    starts = True
    for at, node in enumerate(inlines):
        alone = at + 1 == len(inlines) or inlines[at + 1]["t"] in _GAPS
        mark = starts and alone and node["t"] == "Str" and _MARK.fullmatch(node["c"])
        if mark:
            out.append(_letters(node["c"]))
        elif node["t"] == "Str" and "’" in node["c"]:
            out += _with_apostrophes(node["c"])
        else:
            out.append(node)
        starts = node["t"] == "LineBreak"
    return out


def _with_apostrophes(words: str) -> Nodes:
    """Return words whose apostrophes next to a number, or before a word, stay what they are."""
    first, *others = _APOSTROPHE.split(words)
    out: Nodes = [tree.text(first)] if first else []
    for part in others:
        out.append(tree.raw("typst", r"\u{2019}", inline=True))
        out += [tree.text(part)] if part else []
    return out


def _letters(mark: str) -> Node:
    words = f"{mark[:-1]}\\." if mark.endswith(".") else f"\\{mark}"
    return tree.raw("typst", words, inline=True)

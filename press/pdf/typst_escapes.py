"""Escape words that Typst would read as markup: a dash or a number at the start of a line."""

from __future__ import annotations

import re
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes

_MARK = re.compile(r"[-+/]|=+|\d+\.")
_ENDLESS = 40  # length in letters of a word that may be wider than a line
_PARTS = re.compile(r"[^/-]+[/-]*|[/-]+")
_GAPS = ("Space", "SoftBreak", "LineBreak")
# Typst would turn the first into a prime, and the second into an opening quote.
_APOSTROPHE = re.compile(r"(?<=\d)’|(?<!\w)’")


def with_markup_escaped(content: Any) -> Any:
    r"""Escape text that would start a list, a heading or a term in Typst.

    Pandoc escapes it in paragraphs; text can also start a Typst block in a table cell, in emphasis
    and after a line break. A backslash escapes the mark: ``\- 5``, ``1\. May``.
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
        elif node["t"] == "Str" and len(node["c"]) >= _ENDLESS and "://" not in node["c"]:
            out += _with_breaks(node["c"])
        elif node["t"] == "Str" and "’" in node["c"]:
            out += _with_apostrophes(node["c"])
        else:
            out.append(node)
        starts = node["t"] == "LineBreak"
    return out


def _with_apostrophes(words: str) -> Nodes:
    """Keep apostrophes after a number or before a word from becoming primes or quotes."""
    first, *others = _APOSTROPHE.split(words)
    out: Nodes = [tree.text(first)] if first else []
    for part in others:
        out.append(tree.raw("typst", r"\u{2019}", inline=True))
        out += [tree.text(part)] if part else []
    return out


def _with_breaks(words: str) -> Nodes:
    """Let a word that is longer than any line break, without a hyphen that would be copied."""
    out: Nodes = []
    for part in _PARTS.findall(words):
        pieces = re.findall(".{1,10}", part) if len(part) >= _ENDLESS else [part]
        for at, piece in enumerate(pieces):
            out += [tree.raw("typst", "#box();", inline=True)] if at else []
            out += _with_apostrophes(piece) if "’" in piece else [tree.text(piece)]
    return out


def _letters(mark: str) -> Node:
    words = f"{mark[:-1]}\\." if mark.endswith(".") else f"\\{mark}"
    return tree.raw("typst", words, inline=True)

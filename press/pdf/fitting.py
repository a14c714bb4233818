"""Fit what may be wider than its column: a display formula shrinks, a long word breaks.

What does not fit even so stops the build, see `fitted.typ` and `press.pdf.book.with_place`.
"""

from __future__ import annotations

import re
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes

_LONG = 14  # length in letters of a word that may be wider than one of several columns
_SHOWN = 80  # maximum length of a formula in a message
_BREAKS = re.compile(r"(?<=[/-])|\s")
_CONTAINERS = frozenset(
    ["Div", "BlockQuote", "BulletList", "OrderedList", "DefinitionList", "Callout"]
)


def typst_string(words: str) -> str:
    """Return a text as a Typst string literal."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def fitting_formula(inlines: Nodes, tex: str) -> Nodes:
    """Return a display formula for Typst, in smaller type if its column is too narrow.

    Parameters
    ----------
    inlines
        The formula, with its number if it has one.
    tex
        Its TeX, as its name in messages.
    """
    name = " ".join(tex.split())[:_SHOWN]
    return [
        tree.raw("typst", f"#roomy-formula({typst_string(name)}, [", inline=True),
        *inlines,
        tree.raw("typst", "])", inline=True),
    ]


def with_widths_marked(layout: Node) -> None:
    """Mark the tables and the long words in a layout with their share of the page's width."""
    for row in layout["c"]["rows"]:
        for cell in row:
            _mark(cell["content"], cell["width"] / 100)


def _mark(item: Any, share: float) -> None:
    """Set `room` on tables and on paragraphs with long words, except in captions and cells."""
    if isinstance(item, list):
        for one in item:
            _mark(one, share)
    if not isinstance(item, dict):
        return
    kind, content = item.get("t"), item.get("c")
    if kind == "Table" or (kind in ("Para", "Plain") and _long_words(item)):
        item["room"] = share
    elif kind == "Figure":
        _mark(item["c"][2], share)
    elif kind == "Float":
        _mark(item["c"]["content"], share)
    elif kind in _CONTAINERS:
        _mark(content["content"] if isinstance(content, dict) else content, share)


def breakable_words(node: Node) -> Nodes:
    """Return a paragraph for Typst whose long words break if its column is too narrow."""
    words = "".join(f"{word}, " for word in _long_words(node))
    bare = {"t": node["t"], "c": node["c"]}
    return [tree.raw("typst", f"#roomy-words(({words}), ["), bare, tree.raw("typst", "])")]


def _long_words(node: Node) -> list[str]:
    """Return the long words of a paragraph, and of code in it, as Typst expressions."""
    code = [one["c"][1] for one in tree.nodes(node["c"], "Code")]
    found = [
        typst_string(word) for word in _BREAKS.split(tree.plain(node["c"])) if len(word) >= _LONG
    ]
    for words in code:
        found += [
            f"raw({typst_string(word)})" for word in _BREAKS.split(words) if len(word) >= _LONG
        ]
    return list(dict.fromkeys(found))

"""Captions: find them wherever an author may write them, and separate them from their content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from press.document import tree
from press.document.numbering import counted
from press.document.pandoc import read_inlines
from press.document.tree import Node, Nodes


def without_captions(content: Nodes) -> Nodes:
    """Remove the captions of images, which repeat that of the figure.

    A caption is not an alternative text: that comes only from `fig-alt` or `alt`.
    """

    def visit(node: Node) -> Node | None:
        if node["t"] != "Image":
            return None
        attr, _, target = node["c"]
        return {"t": "Image", "c": [attr, [], target]}

    return list(tree.walk(content, visit))


def caption_place(attributes: Mapping[str, str], kind: str, options: Mapping[str, Any]) -> str:
    """Return the caption location of a float, ``"top"`` or ``"bottom"``.

    The float's own attribute takes precedence over the option of the chapter or project; by
    default the captions of tables and listings are at the top.
    """
    default = "top" if kind in ("tbl", "lst") else "bottom"
    for given in (attributes, options):
        for key in (f"{kind}-cap-location", "cap-location"):
            if given.get(key):
                return "top" if given[key] == "top" else "bottom"
    return default


def with_caption_place(cell: Node) -> tuple[list[str], Nodes]:
    """Move a cell's caption location from its classes to its content, and return both."""
    (_, marks, pairs), content = cell["c"]
    kept = [mark for mark in marks if not mark.startswith("caption-")]
    places = [mark.rpartition("-")[2] for mark in marks if mark not in kept]
    places += [mark.rpartition("cap-location-")[2] for mark in kept if "cap-location-" in mark]
    listings = [pair for pair in pairs if pair[0] == "lst-cap-location"]
    every = [["cap-location", places[-1]]] if places else []
    if not every and not listings:
        return marks, content

    def visit(node: Node) -> Node | None:
        if node["t"] not in ("Figure", "CodeBlock"):
            return None
        (name, own, old), *rest = node["c"]
        new = [*old, *every, *(listings if node["t"] == "CodeBlock" else [])]
        return {**node, "c": [[name, own, new], *rest]}

    return kept, tree.walk(content, visit)


def with_table_captions(content: Nodes, given: str | None) -> Nodes:
    """Add the captions from `tbl-cap` to the tables of a cell without a label.

    Several captions go to one table each; a single caption for several tables goes below them.
    """
    count = sum(1 for _ in tree.nodes(content, "Table"))
    if not given or not count:
        return content
    texts = [str(text) for text in json.loads(given)] if given.startswith("[") else [given]
    if count > 1 and len(texts) == 1:
        return [*content, tree.para(read_inlines(texts[0]))]
    left = iter(texts)

    def visit(node: Node) -> Node | None:
        words = next(left, None) if node["t"] == "Table" else None
        if words is None:
            return None
        attr, _, *rest = node["c"]
        return {**node, "c": [attr, [None, [tree.plain_block(read_inlines(words))]], *rest]}

    return list(tree.walk(content, visit))


def caption_inlines(caption: list[Any]) -> Nodes:
    """Return the inlines of a pandoc caption."""
    long = caption[1]
    return [inline for block in long for inline in block["c"]] if long else []


def bare_image(content: Nodes) -> Nodes:
    """Unwrap content that consists of a single image.

    An image with its own caption remains a figure inside the float, as in Quarto.
    """
    if len(content) == 1 and tree.is_image(content[0]):
        return [tree.plain_block(content[0]["c"])]
    if len(content) == 1 and content[0]["t"] == "Figure" and not tree.identifier(content[0]):
        _, caption, shown = content[0]["c"]
        return content if caption_inlines(caption) else list(shown)
    return content


def caption_of(content: Nodes, attributes: dict[str, str], kind: str) -> tuple[Nodes, Nodes]:
    """Return a div's content without its caption, and the caption.

    The caption is the last paragraph; else the attribute; else a last paragraph that pandoc
    parses as a list because it begins with a number; else the caption of the code block or
    table inside.
    """
    last = content[-1] if content else None
    if last is not None and last["t"] == "Para" and len(content) > 1 and not tree.is_image(last):
        attributes.pop(f"{kind}-cap", None)
        return content[:-1], last["c"]
    if f"{kind}-cap" in attributes:
        return content, read_inlines(attributes.pop(f"{kind}-cap"))
    listed = _listed_caption(last) if len(content) > 1 else None
    if listed is not None:
        return content[:-1], listed
    found: list[Nodes] = []

    def take(node: Node) -> Node | None:
        given = tree.value(node, "lst-cap") if node["t"] == "CodeBlock" and kind == "lst" else None
        if given is not None:
            found.append(read_inlines(given))
            return {"t": "CodeBlock", "c": [tree.without(tree.attr(node), "lst-cap"), node["c"][1]]}
        if node["t"] == "Table" and node["c"][1][1] and not found:
            found.append(caption_inlines(node["c"][1]))
            return {"t": "Table", "c": [node["c"][0], [None, []], *node["c"][2:]]}
        return None

    content = tree.walk(content, take)
    return content, found[0] if found else []


def _listed_caption(last: Node | None) -> Nodes | None:
    """Return the text of a one-item ordered list, including its number; None for other blocks."""
    if last is None or last["t"] != "OrderedList" or len(last["c"][1]) != 1:
        return None
    (start, style, delimiter), ((*blocks,),) = last["c"]
    if len(blocks) != 1 or blocks[0]["t"] not in ("Plain", "Para"):
        return None
    first = {"LowerAlpha": "alpha a", "UpperAlpha": "alpha A", "LowerRoman": "roman i",
             "UpperRoman": "roman"}.get(style["t"], "arabic")  # fmt: skip
    form = {"OneParen": "{})", "TwoParens": "({})"}.get(delimiter["t"], "{}.")
    return [tree.text(form.format(counted(start, first))), tree.space(), *blocks[0]["c"]]

"""Column layout: margin content, asides, and content wider than the body text."""

from __future__ import annotations

from press.document import tree
from press.document.tree import Node, Nodes


def with_columns(blocks: Nodes) -> Nodes:
    """Apply the column classes of cells to their outputs, and convert asides to margin notes.

    A cell in the margin is wrapped in a div; a wider cell passes its class to its images; an
    aside in a sentence becomes a margin note below the paragraph.
    """
    return _with_asides(tree.walk(blocks, _visit))


def _visit(node: Node) -> Node | None:
    if not tree.has_class(node, "cell"):
        return None
    (name, marks, pairs), content = node["c"]
    columns = [mark for mark in marks if mark.startswith(("column-", "fig-column-", "tbl-column-"))]
    placed = [mark for mark in marks if mark.startswith("caption-")]
    if not columns and not placed:
        return None
    left = [mark for mark in marks if mark not in columns and mark not in placed]
    if "column-margin" in columns:
        cell: Node = {"t": "Div", "c": [[name, left, pairs], content]}
        return tree.div([cell], marks=["column-margin"])
    content = tree.walk(content, lambda inner: _wider(inner, columns))
    return {"t": "Div", "c": [[name, left, pairs], content]}


def _wider(node: Node, columns: list[str]) -> Node | None:
    if node["t"] != "Image":
        return None
    (name, marks, pairs), caption, target = node["c"]
    return {"t": "Image", "c": [[name, [*marks, *columns], pairs], caption, target]}


def _with_asides(blocks: Nodes) -> Nodes:
    out: Nodes = []
    for block in blocks:
        if block["t"] == "Div":
            out.append({**block, "c": [block["c"][0], _with_asides(block["c"][1])]})
            continue
        if block["t"] != "Para":
            out.append(block)
            continue
        asides = [node for node in block["c"] if tree.has_class(node, "aside")]
        left = [node for node in block["c"] if not tree.has_class(node, "aside")]
        out.append(tree.para(_without_double_space(left)) if asides else block)
        for aside in asides:
            note = tree.span(aside["c"][1], marks=["margin-aside"])
            out.append(tree.div([tree.plain_block([note])], marks=["column-margin"]))
    return out


def _without_double_space(inlines: Nodes) -> Nodes:
    return [
        node
        for at, node in enumerate(inlines)
        if not (node["t"] == "Space" and at and inlines[at - 1]["t"] == "Space")
    ]

"""Layouts: blocks side by side, ``{"t": "Layout", "c": {...}}``.

`rows` is a list of rows, each a list of ``{"width": percent, "content": blocks}``; `before` are
blocks that stand above the rows, such as a cell's code.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from press import tree
from press.errors import WrongAttributeError
from press.tree import Node, Nodes

_KEYS = ("layout", "layout-ncol", "layout-nrow", "layout-align", "layout-valign")


def with_layouts(blocks: Nodes) -> Nodes:
    """Return blocks whose divisions and floats with a layout are laid out."""

    def visit(node: Node) -> Node | None:
        if node["t"] == "Div" and _asks(dict(tree.attr(node)[2])):
            return _division(node)
        if node["t"] == "Float" and _asks(node["c"]["attributes"]):
            return _float(node)
        return None

    return list(tree.walk(blocks, visit))


def _asks(attributes: dict[str, str]) -> bool:
    return any(key in attributes for key in _KEYS[:3])


def _division(node: Node) -> Node | None:
    (name, marks, pairs), content = node["c"]
    if any(tree.nodes(content, "Layout")):
        return None
    before, cells = partition(content)
    left = [pair for pair in pairs if pair[0] not in _KEYS]
    return {
        "t": "Layout",
        "c": {
            "attr": [name, marks, left],
            "rows": rows(cells, dict(pairs)),
            "before": before,
            "valign": dict(pairs).get("layout-valign", ""),
        },
    }


def _float(node: Node) -> Node | None:
    content = node["c"]
    if any(tree.nodes(content["content"], "Layout")):
        return None
    before, cells = partition(content["content"])
    attributes = content["attributes"]
    laid = {
        "t": "Layout",
        "c": {
            "attr": ["", [], []],
            "rows": rows(cells, attributes),
            "before": [],
            "valign": attributes.get("layout-valign", ""),
            "bare": True,
        },
    }
    left = {key: text for key, text in attributes.items() if key not in _KEYS}
    return {
        "t": "Float",
        "c": {**content, "content": [laid], "before": before, "attributes": left, "laid": True},
    }


def partition(content: Nodes) -> tuple[Nodes, Nodes]:
    """Return what stands above a layout, and its cells as divisions."""
    before: Nodes = []
    cells: Nodes = []
    heading: Node | None = None
    for block in content:
        if is_preamble(block):
            before.append(block)
        elif block["t"] == "Header":
            heading = block
        else:
            inner = [block] if heading is None else [heading, block]
            heading = None
            if block["t"] == "Div" and len(inner) == 1:
                cells += _scaffold(block)
            else:
                cells.append(tree.div(inner))
    return before, cells


def is_preamble(block: Node) -> bool:
    """Return whether a block stands above the outputs of its cell: code and warnings."""
    return (block["t"] == "CodeBlock" and "cell-code" in tree.classes(block)) or any(
        tree.has_class(block, name) for name in ("cell-output-stderr", "cell-annotation")
    )


def _scaffold(block: Node) -> Nodes:
    """Return the cells that a division gives: itself, or what an output holds."""
    floats = any(tree.nodes(block, "Float"))
    if tree.has_class(block, "cell-output-display") and not floats:
        return [item if item["t"] == "Div" else tree.div([item]) for item in block["c"][1]]
    return [block]


def rows(cells: Nodes, attributes: dict[str, str]) -> list[list[dict[str, Any]]]:
    """Return the rows of a layout, each cell with its share of the width in per cent."""
    given = attributes.get("layout")
    if given is not None and "layout-ncol" not in attributes:
        return _given_rows(cells, given)
    columns = _count(attributes, "layout-ncol", 0)
    if not columns:
        columns = math.ceil(len(cells) / _count(attributes, "layout-nrow", 1)) or 1
    out = []
    for start in range(0, len(cells), columns):
        row = cells[start : start + columns]
        out.append([{"width": 100 / columns, "content": cell_content(cell)} for cell in row])
    return out


def _count(attributes: dict[str, str], key: str, default: int) -> int:
    given = attributes.get(key, str(default))
    if not given.isdigit():
        raise WrongAttributeError(key, given, "a whole number")
    return int(given) or default


def cell_content(cell: Node) -> Nodes:
    """Return what stands in a cell."""
    if tree.attr(cell)[0] or tree.attr(cell)[1]:
        return [cell]
    return list(cell["c"][1])


def _given_rows(cells: Nodes, given: str) -> list[list[dict[str, Any]]]:
    try:
        widths = json.loads(given)
    except ValueError:
        raise WrongAttributeError("layout", given, "lists of widths: [[1,1],[2]]") from None
    if widths and not isinstance(widths[0], list):
        widths = [widths]
    out = []
    left = list(cells)
    for line in widths:
        numbers = [_number(item) for item in line]
        total = sum(abs(number) for number in numbers)
        row = []
        for number in numbers:
            content = cell_content(left.pop(0)) if left and number > 0 else []
            row.append({"width": 100 * abs(number) / total, "content": content})
        out.append(row)
        if not left:
            break
    return out


def _number(given: Any) -> float:
    return float(re.sub(r"[^\d.-]", "", str(given)) or 1)

"""Layouts and tabsets: blocks side by side, ``{"t": "Layout", "c": {...}}``.

`rows` is a list of rows, each a list of ``{"width": percent, "content": blocks}``; `before` holds
the blocks above the rows, such as a cell's code.
"""

from __future__ import annotations

import json
import math
import re
from itertools import groupby
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes
from press.errors import WrongAttributeError

_KEYS = ("layout", "layout-ncol", "layout-nrow", "layout-align", "layout-valign")


def with_layouts(blocks: Nodes) -> Nodes:
    """Arrange the content of divs and floats that have a layout attribute."""

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
    """Return the blocks above a layout, and its cells as divs with their requested widths.

    The code of all cells goes above, merged into one block where the classes are the same.
    """
    before: Nodes = []
    cells: Nodes = []
    heading: Node | None = None

    def lift(node: Node) -> Nodes | None:
        if node["t"] != "CodeBlock" or not is_preamble(node):
            return None
        _add_code(before, node)
        return []

    for block in content:
        if is_preamble(block):
            _add_code(before, block)
        elif block["t"] == "Header":
            heading = block
        else:
            block, width = _without_width(block)
            found = [tree.div([block])]
            if block["t"] == "Div":
                (attr, inner) = block["c"]
                block = {"t": "Div", "c": [attr, tree.walk(inner, lift)]}
                found = _scaffold(block)
            if heading is not None:
                found = [tree.div([heading, block])]
                heading = None
            for cell in found:
                cell["width"] = width
            cells += found
    return before, cells


def _add_code(before: Nodes, block: Node) -> None:
    """Add a block to those above a layout, merging code blocks with the same classes."""
    last = before[-1] if before else None
    if (
        block["t"] == "CodeBlock"
        and last is not None
        and last["t"] == "CodeBlock"
        and tree.classes(last) == tree.classes(block)
    ):
        before[-1] = {**last, "c": [last["c"][0], last["c"][1] + "\n" + block["c"][1]]}
    else:
        before.append(block)


def _without_width(block: Node) -> tuple[Node, float]:
    """Return a cell's block and the width of its image, removed from the image if a percentage."""
    inlines = block["c"] if block["t"] == "Para" else []
    if len(inlines) == 1 and inlines[0]["t"] == "Link":
        inlines = inlines[0]["c"][1]
    if len(inlines) != 1 or inlines[0]["t"] != "Image":
        return block, 0.0
    given = tree.value(inlines[0], "width") or ""
    taken = ("width", "height") if given.endswith("%") else ("height",)

    def visit(node: Node) -> Node | None:
        if node["t"] != "Image":
            return None
        return {**node, "c": [tree.without(tree.attr(node), *taken), *node["c"][1:]]}

    number = re.match(r"[\d.]+", given)
    return tree.walk(block, visit), float(number[0]) if number else 0.0


def is_preamble(block: Node) -> bool:
    """Return whether a block goes above its cell's outputs: code, annotations and warnings."""
    return (block["t"] == "CodeBlock" and "cell-code" in tree.classes(block)) or any(
        tree.has_class(block, name) for name in ("cell-output-stderr", "cell-annotation")
    )


def _scaffold(block: Node) -> Nodes:
    """Return the layout cells in a div: the div itself, or the parts of an output."""
    floats = any(tree.nodes(block, "Float"))
    if not tree.has_class(block, "cell-output-display") or floats:
        return [block]
    groups = groupby(block["c"][1], lambda item: item.get("group") or id(item))
    parts = [list(group) for _, group in groups]
    return [part[0] if part[0]["t"] == "Div" else tree.div(part) for part in parts]


def rows(cells: Nodes, attributes: dict[str, str]) -> list[list[dict[str, Any]]]:
    """Return the rows of a layout, each cell with its width as a percentage."""
    given = attributes.get("layout")
    if given is not None and "layout-ncol" not in attributes and "layout-nrow" not in attributes:
        return _given_rows(cells, layout_widths(given))
    columns = _count(attributes, "layout-ncol", 0)
    if not columns:
        columns = math.ceil(len(cells) / _count(attributes, "layout-nrow", 1)) or 1
    out = []
    for start in range(0, len(cells), columns):
        row = cells[start : start + columns]
        asked = [cell["width"] for cell in row] + [0.0] * (columns - len(row))
        default = next((width for width in asked if width), 1.0)
        widths = [width or default for width in asked]
        out.append(
            [
                {"width": 100 * width / sum(widths), "content": cell_content(cell)}
                for cell, width in zip(row, widths, strict=False)
            ]
        )
    return out


def _count(attributes: dict[str, str], key: str, default: int) -> int:
    given = attributes.get(key, str(default))
    if not given.isdigit():
        raise WrongAttributeError(key, given, "a whole number")
    return int(given) or default


def cell_content(cell: Node) -> Nodes:
    """Return the content of a cell: the div itself if it has an identifier or classes."""
    if tree.attr(cell)[0] or tree.attr(cell)[1]:
        return [cell]
    return list(cell["c"][1])


def layout_widths(given: str) -> list[list[float]]:
    """Parse the attribute `layout` into the widths of each row."""
    try:
        widths = json.loads(given)
        lists = [isinstance(item, list) for item in widths]
        if not lists or [] in widths or (any(lists) and not all(lists)):
            raise ValueError
        return [[_number(item) for item in line] for line in (widths if all(lists) else [widths])]
    except (TypeError, ValueError):
        raise WrongAttributeError("layout", given, "lists of widths: [[1,1],[2]]") from None


def _number(given: Any) -> float:
    found = re.fullmatch(r"(-?[\d.]+)\s*(?:%|[a-z]*)", str(given))
    if found is None:
        raise ValueError
    return float(found[1])


def _given_rows(cells: Nodes, widths: list[list[float]]) -> list[list[dict[str, Any]]]:
    """Arrange cells in rows of the given widths; the last row's apply to any further rows."""
    out = []
    left = list(cells)
    lines = iter(widths)
    line = widths[0]
    while left:
        line = next(lines, line)
        if not any(width >= 0 for width in line):
            break
        total = sum(abs(width) for width in line)
        row = []
        for width in line:
            if width >= 0 and not left:
                continue
            content = cell_content(left.pop(0)) if width >= 0 else []
            row.append({"width": 100 * abs(width) / total, "content": content})
        out.append(row)
    return out


def with_tabsets(blocks: Nodes) -> Nodes:
    """Convert `.panel-tabset` divs to `Tabset` nodes.

    Each heading of the same level as the first starts a tab. Text before it, which Quarto drops,
    goes before the tabs; a tabset without a heading is replaced by its content.
    """

    def visit(node: Node) -> Nodes | None:
        if not tree.has_class(node, "panel-tabset"):
            return None
        content = node["c"][1]
        first = next((at for at, one in enumerate(content) if one["t"] == "Header"), None)
        if first is None:
            return list(content)
        return [*content[:first], _tabset(node)]

    return list(tree.walk(blocks, visit))


def _tabset(node: Node) -> Node:
    level = next((block["c"][0] for block in node["c"][1] if block["t"] == "Header"), 0)
    tabs: list[dict[str, Nodes]] = []
    opened: set[int] = set()
    for block in node["c"][1]:
        if block["t"] == "Header" and block["c"][0] == level:
            if "active" in tree.classes(block):
                opened.add(len(tabs))
            tabs.append({"title": block["c"][2], "content": []})
        elif tabs:
            tabs[-1]["content"].append(block)
    attr = tree.attr(node)
    return {
        "t": "Tabset",
        "c": {
            "id": attr[0],
            "group": tree.value(node, "group") or "",
            "tabs": tabs,
            "open": sorted(opened) or [0],
        },
    }

"""Callouts: ``{"t": "Callout", "c": {...}}`` with kind, title, content and appearance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from press.document import tree
from press.document.pandoc import read_inlines
from press.document.tree import Node, Nodes

KINDS = ("note", "tip", "warning", "caution", "important")


def with_callouts(blocks: Nodes, options: Mapping[str, Any]) -> Nodes:
    """Convert callout divs to `Callout` nodes.

    Parameters
    ----------
    blocks
        The blocks of a chapter.
    options
        Its options; `callout-appearance` and `callout-icon` are the defaults for every callout.
    """

    def visit(node: Node) -> Node | None:
        if node["t"] != "Div":
            return None
        kind = next((name[8:] for name in tree.classes(node) if name.startswith("callout-")), None)
        return _callout(node, kind, options) if kind in KINDS else None

    return list(tree.walk(blocks, visit))


def _callout(node: Node, kind: str, options: Mapping[str, Any]) -> Node:
    title, content = _title(node)
    appearance = tree.value(node, "appearance") or str(options.get("callout-appearance", "default"))
    icon = (tree.value(node, "icon") or str(options.get("callout-icon", True)).lower()) != "false"
    icon = icon and appearance != "minimal"
    collapse = tree.value(node, "collapse")
    return {
        "t": "Callout",
        "c": {
            "id": tree.identifier(node),
            "kind": kind,
            "title": title,
            "content": content,
            "appearance": "simple" if appearance == "minimal" else appearance,
            "icon": icon,
            "collapse": None if collapse is None else collapse == "true",
        },
    }


def _title(node: Node) -> tuple[Nodes | None, Nodes]:
    """Return a callout's title, None if it has none, and the rest of its content."""
    content: Nodes = node["c"][1]
    given = tree.value(node, "title")
    if given:
        return read_inlines(given), content
    if content and content[0]["t"] == "Header":
        return content[0]["c"][2], content[1:]
    return None, content

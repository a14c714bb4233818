"""Callouts: ``{"t": "Callout", "c": {...}}`` with kind, title, content and how it shows."""

from __future__ import annotations

from press import tree
from press.pandoc import read_inlines
from press.tree import Node, Nodes

KINDS = ("note", "tip", "warning", "caution", "important")


def with_callouts(blocks: Nodes) -> Nodes:
    """Return blocks whose callout divisions are callouts."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Div":
            return None
        kind = next((name[8:] for name in tree.classes(node) if name.startswith("callout-")), None)
        return _callout(node, kind) if kind in KINDS else None

    return list(tree.walk(blocks, visit))


def _callout(node: Node, kind: str) -> Node:
    title, content = _title(node)
    appearance = tree.value(node, "appearance") or "default"
    icon = tree.value(node, "icon") != "false" and appearance != "minimal"
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
    """Return the title an author gave, and what is left of the content."""
    content: Nodes = node["c"][1]
    if content and content[0]["t"] == "Header":
        return content[0]["c"][2], content[1:]
    given = tree.value(node, "title")
    return (read_inlines(given) if given is not None else None), content

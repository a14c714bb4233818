"""Conditional content: what only one of the formats shows."""

from __future__ import annotations

from press import tree
from press.tree import Node, Nodes

# What `when-format` may name, by the format that answers to it; `pdf` is LaTeX's alone.
_ALIASES = {
    "html": {"html", "html4", "html5", "html:js"},
    "typst": {"typst"},
}
_CLASSES = ("content-visible", "content-hidden")


def with_conditions(blocks: Nodes, base: str) -> Nodes:
    """Return blocks without what is hidden in a format; conditional divisions are opened.

    Conditions on anything but the format stay as they are, for the press to refuse.
    """

    def visit(node: Node) -> Node | Nodes | None:
        if node["t"] not in ("Div", "Span"):
            return None
        marks = tree.classes(node)
        if not any(name in marks for name in _CLASSES) or _other_condition(node):
            return None
        if not _shown(node, base):
            return []
        left = [name for name in marks if name not in _CLASSES]
        attr = tree.without(tree.attr(node), *_keys(node))
        if not left and not attr[0] and not attr[2]:
            return list(node["c"][1])
        return {"t": node["t"], "c": [[attr[0], left, attr[2]], node["c"][1]]}

    return list(tree.walk(blocks, visit))


def _other_condition(node: Node) -> bool:
    return any(not key.endswith("-format") for key in _keys(node))


def _keys(node: Node) -> list[str]:
    return [key for key, _ in tree.attr(node)[2] if key.startswith(("when-", "unless-"))]


def _shown(node: Node, base: str) -> bool:
    """Return whether every condition of a division holds, or none, where it hides."""
    holds = True
    for key, text in tree.attr(node)[2]:
        if key == "when-format":
            holds = holds and text in _ALIASES[base]
        elif key == "unless-format":
            holds = holds and text not in _ALIASES[base]
    return holds == ("content-visible" in tree.classes(node))

"""Conditional content: what only some formats, profiles or metadata show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes

# What `when-format` may name, by the format that answers to it; `pdf` is LaTeX's alone.
_ALIASES = {
    "html": {"html", "html4", "html5", "html:js"},
    "typst": {"typst"},
}
_CLASSES = ("content-visible", "content-hidden")
_KINDS = ("format", "profile", "meta")


@dataclass(frozen=True)
class Circumstances:
    """What conditions are held against.

    Parameters
    ----------
    base
        ``"html"`` or ``"typst"``.
    profiles
        The active profiles.
    metadata
        The chapter's metadata over the project's.
    """

    base: str
    profiles: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, kind: str, text: str) -> bool:
        """Return whether a format, profile or piece of metadata is given."""
        if kind == "format":
            return text in _ALIASES[self.base]
        if kind == "profile":
            return text in self.profiles
        value: Any = self.metadata
        for key in text.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value is True


def with_conditions(blocks: Nodes, given: Circumstances) -> Nodes:
    """Return blocks without what is hidden; conditional divisions give way to their content."""

    def visit(node: Node) -> Node | Nodes | None:
        if node["t"] not in ("Div", "Span", "CodeBlock"):
            return None
        marks = tree.classes(node)
        if not any(name in marks for name in _CLASSES):
            return None
        if not _shown(node, given.holds):
            return []
        left = [name for name in marks if name not in _CLASSES]
        attr = tree.without(tree.attr(node), *_keys(node))
        if node["t"] == "Div" or (node["t"] == "Span" and not left and not attr[0] and not attr[2]):
            return list(node["c"][1])
        return {"t": node["t"], "c": [[attr[0], left, attr[2]], node["c"][1]]}

    return list(tree.walk(blocks, visit))


def _keys(node: Node) -> list[str]:
    return [key for key, _ in tree.attr(node)[2] if key.startswith(("when-", "unless-"))]


def _shown(node: Node, holds: Callable[[str, str], bool]) -> bool:
    """Return whether every condition of a division holds, or not, where it hides."""
    match = True
    for kind in _KINDS:
        for word, wanted in (("when", True), ("unless", False)):
            texts = [text for key, text in tree.attr(node)[2] if key == f"{word}-{kind}"]
            if texts:
                match = match and any(holds(kind, text) for text in texts) == wanted
    return match == ("content-visible" in tree.classes(node))

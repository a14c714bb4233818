"""Conditional content: blocks shown only for some formats, profiles or metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes

# Names that `when-format` accepts for each format; in Quarto, `pdf` means LaTeX only.
_ALIASES = {
    "html": {"html", "html4", "html5", "html:js"},
    "typst": {"typst"},
}
_CLASSES = ("content-visible", "content-hidden")
_KINDS = ("format", "profile", "meta")


@dataclass(frozen=True)
class Circumstances:
    """The format, profiles and metadata that conditions are tested against.

    Parameters
    ----------
    base
        ``"html"`` or ``"typst"``.
    profiles
        The active profiles.
    metadata
        The project's metadata, overridden by the chapter's.
    """

    base: str
    profiles: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, kind: str, text: str) -> bool:
        """Return whether a format or profile is active, or a metadata key is true."""
        if kind == "format":
            return text in _ALIASES[self.base]
        if kind == "profile":
            return text in self.profiles
        value: Any = self.metadata
        for key in text.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value is True


def with_conditions(blocks: Nodes, given: Circumstances) -> Nodes:
    """Remove hidden content, and replace conditional divs with their content."""

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


def shown_nowhere(blocks: Nodes, given: Circumstances) -> list[str]:
    """Return the formats named by content that neither pages nor print show."""
    both = [replace(given, base=base) for base in _ALIASES]
    return [
        text
        for node in tree.nodes(blocks, "Div", "Span", "CodeBlock")
        if "content-visible" in tree.classes(node)
        and (text := tree.value(node, "when-format"))
        and not any(_shown(node, one.holds) for one in both)
    ]


def _keys(node: Node) -> list[str]:
    return [key for key, _ in tree.attr(node)[2] if key.startswith(("when-", "unless-"))]


def _shown(node: Node, holds: Callable[[str, str], bool]) -> bool:
    """Return whether conditional content is shown, given a function that tests a condition."""
    match = True
    for kind in _KINDS:
        for word, wanted in (("when", True), ("unless", False)):
            texts = [text for key, text in tree.attr(node)[2] if key == f"{word}-{kind}"]
            if texts:
                match = match and any(holds(kind, text) for text in texts) == wanted
    return match == ("content-visible" in tree.classes(node))

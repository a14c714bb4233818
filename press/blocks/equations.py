"""Labelled equations: ``{"t": "Equation", "c": {"id", "math", "alt"}}`` among the inlines."""

from __future__ import annotations

import re

from press.document import tree
from press.document.tree import Node, Nodes

_LABEL = re.compile(r"^\{#(?P<label>eq-[^\s}]+)(?P<rest>[^}]*)\}")
_ALT = re.compile(r"alt=(?:[\"“](?P<quoted>[^\"”]*)[\"”]|(?P<bare>\S+))")


def with_equations(blocks: Nodes) -> Nodes:
    """Convert display math followed by a label to `Equation` nodes."""

    def visit(node: Node) -> Node | None:
        if node["t"] in ("Para", "Plain"):
            return {**node, "c": _inlines(node["c"])}
        return None

    return list(tree.walk(blocks, visit))


def _inlines(inlines: Nodes) -> Nodes:
    out: Nodes = []
    at = 0
    while at < len(inlines):
        node = inlines[at]
        if node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath":
            found = _label(inlines, at + 1)
            if found is not None:
                end, label, alt = found
                out.append({"t": "Equation", "c": {"id": label, "math": node, "alt": alt}})
                at = end
                continue
        out.append(node)
        at += 1
    return out


def _label(inlines: Nodes, start: int) -> tuple[int, str, str] | None:
    """Return the position after a label, the label and the alternative text."""
    at = start
    while at < len(inlines) and inlines[at]["t"] in ("Space", "SoftBreak"):
        at += 1
    words = ""
    while at < len(inlines) and len(words) < 2000:
        words += tree.plain([inlines[at]])
        at += 1
        if not words.startswith("{#eq-"[: len(words)]):
            return None
        found = _LABEL.match(words)
        if found:
            rest = words[found.end() :]
            alt = _ALT.search(found["rest"])
            if rest:
                return None if rest.strip() and rest[0] not in ".,;:" else _end(at, found, alt)
            return _end(at, found, alt)
    return None


def _end(at: int, found: re.Match[str], alt: re.Match[str] | None) -> tuple[int, str, str]:
    return at, found["label"], (alt["quoted"] or alt["bare"] or "") if alt else ""

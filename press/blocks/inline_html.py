"""Convert inline HTML tags to pandoc nodes for print: line breaks, superscript, emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterator

from press.document import tree
from press.document.tree import Node, Nodes

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)\b[^<>]*>")
_MEANT = {
    "sup": "Superscript",
    "sub": "Subscript",
    **dict.fromkeys(("b", "strong"), "Strong"),
    **dict.fromkeys(("i", "em", "cite", "var", "dfn"), "Emph"),
    **dict.fromkeys(("u", "ins"), "Underline"),
    **dict.fromkeys(("s", "del", "strike"), "Strikeout"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "Code"),
}
_SHOWN = frozenset(
    [
        "audio",
        "canvas",
        "embed",
        "iframe",
        "img",
        "input",
        "meter",
        "object",
        "progress",
        "svg",
        "video",
    ]
)


def with_html_meant(blocks: Nodes) -> Nodes:
    """Convert pairs of inline HTML tags to pandoc nodes, and `<br>` to a line break."""
    return list(tree.with_inlines(blocks, _meant))


def lost_in_print(blocks: Nodes) -> list[str]:
    """Return the tags whose content print does not support, such as SVG and form fields."""
    return [
        node["c"][1]
        for node in _prose(blocks)
        if node["c"][0] == "html"
        and (found := _TAG.match(node["c"][1].strip()))
        and not found["end"]
        and found["name"].lower() in _SHOWN
    ]


def _prose(blocks: Nodes) -> Iterator[Node]:
    """Yield the raw HTML of a chapter except in cell outputs, which are checked separately."""
    for block in blocks:
        if tree.has_class(block, "cell-output-display"):
            continue
        if block["t"] == "Div":
            yield from _prose(block["c"][1])
        else:
            yield from tree.nodes(block, "RawInline", "RawBlock")


def _meant(inlines: Nodes) -> Nodes:
    """Convert pairs of tags to nodes, leaving unmatched tags as they are."""
    opened: list[tuple[str, Node]] = []
    levels: list[Nodes] = [[]]
    for node in inlines:
        found = _TAG.fullmatch(node["c"][1].strip()) if _is_html(node) else None
        name = found["name"].lower() if found else ""
        if name == "br":
            levels[-1].append({"t": "LineBreak"})
        elif found and name in _MEANT and not found["end"]:
            opened.append((name, node))
            levels.append([])
        elif found and name in _MEANT and name in [one for one, _ in opened]:
            while opened[-1][0] != name:
                _unfinished(opened, levels)
            opened.pop()
            levels[-2].append(_node(_MEANT[name], levels.pop()))
        else:
            levels[-1].append(node)
    while opened:
        _unfinished(opened, levels)
    return levels[0]


def _is_html(node: Node) -> bool:
    return bool(node["t"] == "RawInline" and node["c"][0] == "html")


def _unfinished(opened: list[tuple[str, Node]], levels: list[Nodes]) -> None:
    """Restore the innermost open tag, which is never closed, as raw HTML."""
    _, tag = opened.pop()
    inner = levels.pop()
    levels[-1] += [tag, *inner]


def _node(kind: str, content: Nodes) -> Node:
    if kind == "Code":
        return {"t": "Code", "c": [["", [], []], tree.plain(content)]}
    return {"t": kind, "c": content}

"""Code annotations: numbered comments in a block, explained by the list that follows it.

The numbers leave the code; the block is given the key `marks`, a mapping of line to number, and
the list becomes ``{"t": "Annotations", "c": {"items": [{"number", "lines", "content"}]}}``.
"""

from __future__ import annotations

import re

from press import tree
from press.tree import Node, Nodes

_DASHES = ("sql", "lua", "haskell", "ada")
_SLASHES = ("javascript", "js", "typescript", "ts", "c", "cpp", "java", "rust", "go", "scala",
            "swift", "dot", "csharp")  # fmt: skip
_COMMENTS = {
    **dict.fromkeys(_DASHES, ("--", "")),
    **dict.fromkeys(_SLASHES, ("//", "")),
    **dict.fromkeys(("latex", "tex", "matlab"), ("%", "")),
    **dict.fromkeys(("html", "xml"), ("<!--", "-->")),
    "css": ("/*", "*/"),
}


def with_annotations(blocks: Nodes) -> Nodes:
    """Return blocks whose annotated code is apart from its explanation."""
    out: Nodes = []
    at = 0
    while at < len(blocks):
        block, after = blocks[at], blocks[at + 1] if at + 1 < len(blocks) else None
        at += 1
        listed = after is not None and after["t"] == "OrderedList"
        if block["t"] == "CodeBlock" and _annotated(block):
            code, numbers = _stripped(block, marked=listed)
            out.append(code)
            if listed and after is not None:
                out.append(_explained(after, numbers))
                at += 1
        elif tree.has_class(block, "cell") and any(map(_annotated, block["c"][1])):
            out.append(_cell(block, after if listed else None))
            at += bool(listed)
        elif block["t"] == "Div":
            out.append({"t": "Div", "c": [block["c"][0], with_annotations(block["c"][1])]})
        else:
            out.append(block)
    return out


def _cell(cell: Node, explanation: Node | None) -> Node:
    """Return a cell with the explanation between its code and its outputs."""
    content: Nodes = []
    for block in cell["c"][1]:
        if not _annotated(block):
            content.append(block)
            continue
        code, numbers = _stripped(block, marked=explanation is not None)
        content.append(code)
        if explanation is not None:
            content.append(tree.div([_explained(explanation, numbers)], marks=["cell-annotation"]))
    return {"t": "Div", "c": [cell["c"][0], content]}


def _pattern(block: Node) -> re.Pattern[str]:
    language = next((name for name in tree.classes(block) if name != "cell-code"), "")
    start, end = _COMMENTS.get(language, ("#", ""))
    return re.compile(rf"\s*{re.escape(start)}\s*<(\d+)>\s*{re.escape(end)}\s*$")


def _annotated(block: Node) -> bool:
    if block["t"] != "CodeBlock":
        return False
    pattern = _pattern(block)
    return any(pattern.search(line) for line in block["c"][1].split("\n"))


def _stripped(block: Node, *, marked: bool) -> tuple[Node, dict[int, list[int]]]:
    """Return the code without its numbers, and the lines of each number."""
    pattern = _pattern(block)
    numbers: dict[int, list[int]] = {}
    lines = []
    for count, line in enumerate(block["c"][1].split("\n"), start=1):
        found = pattern.search(line)
        if found:
            numbers.setdefault(int(found[1]), []).append(count)
        lines.append(pattern.sub("", line))
    code: Node = {"t": "CodeBlock", "c": [block["c"][0], "\n".join(lines)]}
    if marked:
        code["marks"] = {places[0]: number for number, places in numbers.items()}
    return code, numbers


def _explained(explanation: Node, numbers: dict[int, list[int]]) -> Node:
    items = [
        {"number": number, "lines": numbers.get(number, []), "content": item}
        for number, item in enumerate(explanation["c"][1], start=1)
    ]
    return {"t": "Annotations", "c": {"items": items}}

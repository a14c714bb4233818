"""Convert HTML blocks that authors write in chapters to pandoc's nodes, so that print sets them."""

from __future__ import annotations

import re
from typing import Any

from press.document import tree
from press.document.pandoc import read
from press.document.tree import Node, Nodes

_SET = frozenset(
    [
        "address", "article", "aside", "blockquote", "center", "details", "dl", "figure", "footer",
        "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "section",
        "table", "ul",
    ]
)  # fmt: skip
# Tags that print does not set in this way, see `raw_html` and `inline_html`.
_OTHERS = re.compile(
    r"<(?:audio|button|canvas|embed|form|iframe|input|math|object|pre|script|select|style|svg"
    r"|textarea|video)\b",
    re.I,
)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?/?>")
_VOID = frozenset(["area", "br", "col", "hr", "img", "source", "track", "wbr"])
_HELD = "press-held"


def with_html_blocks(blocks: Nodes) -> Nodes:
    """Convert tables, lists, headings and similar in HTML, with the Markdown inside them."""
    if not any(map(_is_html, tree.nodes(blocks, "RawBlock"))):
        return blocks
    return list(_in_lists(blocks))


def _is_html(node: Node) -> bool:
    return bool(node.get("t") == "RawBlock" and node["c"][0] == "html")


def _in_lists(item: Any) -> Any:
    """Convert the HTML in every list of blocks."""
    if isinstance(item, list):
        inner = [_in_lists(one) for one in item]
        return (
            _gathered(inner) if any(isinstance(o, dict) and _is_html(o) for o in inner) else inner
        )
    if isinstance(item, dict) and "c" in item and item["t"] not in tree.INLINE_TYPES:
        return {**item, "c": _in_lists(item["c"])}
    return item


def _gathered(blocks: Nodes) -> Nodes:
    """Convert each run of blocks from a tag to the end of its element."""
    out: Nodes = []
    at = 0
    while at < len(blocks):
        end = _end(blocks, at)
        made = None if end is None else _converted(blocks[at : end + 1])
        out += [blocks[at]] if made is None else made
        at = at + 1 if made is None or end is None else end + 1
    return out


def _end(blocks: Nodes, start: int) -> int | None:
    """Return the position of the block that ends the element that starts in a block."""
    first = _TAG.match(blocks[start]["c"][1].strip()) if _is_html(blocks[start]) else None
    if first is None or first["end"] or first["name"].lower() not in _SET:
        return None
    depth = 0
    for at in range(start, len(blocks)):
        for tag in _TAG.finditer(blocks[at]["c"][1] if _is_html(blocks[at]) else ""):
            if tag["name"].lower() not in _VOID and not tag[0].endswith("/>"):
                depth += -1 if tag["end"] else 1
        if depth <= 0:
            return at
    return None


def _converted(blocks: Nodes) -> Nodes | None:
    """Return an element as pandoc's nodes; None if it contains what print does not set."""
    held: Nodes = []
    code = ""
    for block in blocks:
        if _is_html(block):
            code += block["c"][1] + "\n"
            continue
        name = "span" if block["t"] == "Plain" else "div"
        code += f'<{name} data-{_HELD}="{len(held)}">x</{name}>\n'
        held.append(block)
    if _OTHERS.search(code):
        return None
    code = re.sub(r"(</?)(?:summary)\b", r"\1p", re.sub(r"(</?)(?:center)\b", r"\1div", code))

    def visit(node: Node) -> Node | Nodes | None:
        if node["t"] in ("Span", "Div") and (at := tree.value(node, _HELD)) is not None:
            own = held[int(at)]
            return list(own["c"]) if node["t"] == "Span" else [own]
        if node["t"] == "Header":  # it is no section of the page either
            return tree.para([{"t": "Strong", "c": node["c"][2]}])
        return {**node, "html": True} if node["t"] == "Table" else None

    return list(tree.walk(read(code, "html")["blocks"], visit))

"""Create, inspect and walk pandoc's syntax tree in its JSON form.

A node is ``{"t": type, "c": content}``. Between reading and writing, the press adds its own
types (`Float`, `Callout`, `Tabset`, `Layout`, `Equation`, `Reference`): their content is a
mapping whose values contain ordinary nodes, so that one walk reaches everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Node = dict[str, Any]
Nodes = list[Node]
Attr = list[Any]  # [identifier, [class, ...], [[key, value], ...]]
Visit = Callable[[Node], Node | Nodes | None]

INLINE_TYPES = frozenset(
    [
        "Str",
        "Emph",
        "Underline",
        "Strong",
        "Strikeout",
        "Superscript",
        "Subscript",
        "SmallCaps",
        "Quoted",
        "Cite",
        "Code",
        "Space",
        "SoftBreak",
        "LineBreak",
        "Math",
        "RawInline",
        "Link",
        "Image",
        "Note",
        "Span",
        "Equation",
        "Reference",
    ]
)


_WORDS = frozenset(["Str", "Space", "SoftBreak"])


def walk(tree: Any, visit: Visit) -> Any:
    """Rebuild a tree bottom-up.

    Parameters
    ----------
    tree
        A node, or a list or mapping that contains nodes at any depth.
    visit
        Called with each node after its content has been rebuilt; returns None to keep it, a node
        to replace it, or a list of nodes to splice in. To save time, it is not called with words
        and the spaces between them, nine nodes in ten. Lists that begin with a string, such as
        attributes, are not walked, since they contain no nodes.
    """
    if isinstance(tree, list):
        out: list[Any] = []
        for item in tree:
            if not isinstance(item, dict):
                holds = isinstance(item, list) and item and not isinstance(item[0], str)
                out.append(walk(item, visit) if holds else item)
            elif item.get("t") in _WORDS:
                out.append(item)
            else:
                new = walk(item, visit)
                if isinstance(new, list):
                    out.extend(new)
                else:
                    out.append(new)
        return out
    if not isinstance(tree, dict):
        return tree
    if "t" not in tree:
        return {key: walk(value, visit) for key, value in tree.items()}
    content = tree.get("c")
    node = {**tree, "c": walk(content, visit)} if isinstance(content, list | dict) else tree
    replaced = visit(node)
    return node if replaced is None else replaced


_HOLD_INLINES = frozenset(
    [
        "Para", "Plain", "Emph", "Underline", "Strong", "Strikeout", "Superscript", "Subscript",
        "SmallCaps", "MetaInlines",
    ]
)  # fmt: skip
_HOLD_INLINES_AT = {"Header": 2, "Span": 1, "Link": 1, "Quoted": 1, "Cite": 1, "Image": 1}


def with_inlines(tree: Any, change: Callable[[Nodes], Nodes]) -> Any:
    """Apply a function to every list of inlines in a tree, innermost first."""

    def visit(node: Node) -> Node | None:
        if node["t"] in _HOLD_INLINES:
            return {**node, "c": change(node["c"])}
        if node["t"] == "LineBlock":
            return {**node, "c": [change(line) for line in node["c"]]}
        at = _HOLD_INLINES_AT.get(node["t"])
        if at is None:
            return None
        content = list(node["c"])
        content[at] = change(content[at])
        return {**node, "c": content}

    return walk(tree, visit)


def nodes(tree: Any, *types: str) -> Iterator[Node]:
    """Yield the nodes of the given types, or of any type if none is given, in document order."""
    words = not types or not _WORDS.isdisjoint(types)
    waiting = [tree]  # a stack: recursion would resume one generator per level for every word
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "t" in item:
                if not types or item["t"] in types:
                    yield item
                waiting.append(item.get("c"))
                continue
            item = list(item.values())
        if isinstance(item, list):
            for one in reversed(item):
                if isinstance(one, dict):
                    if words or one.get("t") not in _WORDS:
                        waiting.append(one)
                elif isinstance(one, list) and one and not isinstance(one[0], str):
                    waiting.append(one)


def plain(tree: Any) -> str:
    """Return the text of inlines or blocks without markup and without notes."""
    if isinstance(tree, list):
        return "".join(plain(item) for item in tree)
    if not isinstance(tree, dict):
        return ""
    if "t" not in tree:
        return "".join(plain(item) for item in tree.values())
    kind: str = tree["t"]
    content: Any = tree.get("c", "")
    match kind:
        case "Str":
            return str(content)
        case "Space" | "SoftBreak" | "LineBreak":
            return " "
        case "Code" | "Math" | "CodeBlock":
            return str(content[1])
        case "Quoted":
            left, right = ("‘", "’") if content[0]["t"] == "SingleQuote" else ("“", "”")
            return f"{left}{plain(content[1])}{right}"
        case "Link" | "Image" | "Span":
            return plain(content[1])
        case "Cite":
            return plain(content[1])
        case "Note" | "RawInline" | "RawBlock":
            return ""
    return plain(content)


def attr(node: Node) -> Attr:
    """Return the attributes of a node that has them."""
    found = node["c"][1] if node["t"] == "Header" else node["c"][0]
    return found if isinstance(found, list) else ["", [], []]


def identifier(node: Node) -> str:
    """Return a node's identifier, empty if it has none."""
    return str(attr(node)[0])


def classes(node: Node) -> list[str]:
    """Return a node's classes."""
    return list(attr(node)[1])


def value(node: Node, key: str) -> str | None:
    """Return an attribute's value, or None."""
    return next((str(text) for name, text in attr(node)[2] if name == key), None)


def without(attributes: Attr, *keys: str) -> Attr:
    """Remove key-value attributes with the given names."""
    return [attributes[0], attributes[1], [pair for pair in attributes[2] if pair[0] not in keys]]


def text(words: str) -> Node:
    """Return a string node."""
    return {"t": "Str", "c": words}


def space() -> Node:
    """Return a space node."""
    return {"t": "Space"}


def para(inlines: Nodes) -> Node:
    """Return a paragraph."""
    return {"t": "Para", "c": inlines}


def plain_block(inlines: Nodes) -> Node:
    """Return a plain block: inlines that are not a paragraph."""
    return {"t": "Plain", "c": inlines}


def div(content: Nodes, name: str = "", marks: Iterable[str] = (), pairs: Any = ()) -> Node:
    """Return a div."""
    return {"t": "Div", "c": [[name, list(marks), [list(pair) for pair in pairs]], content]}


def span(content: Nodes, name: str = "", marks: Iterable[str] = (), pairs: Any = ()) -> Node:
    """Return a span."""
    return {"t": "Span", "c": [[name, list(marks), [list(pair) for pair in pairs]], content]}


def link(content: Nodes, target: str, marks: Iterable[str] = ()) -> Node:
    """Return a link."""
    return {"t": "Link", "c": [["", list(marks), []], content, [target, ""]]}


def raw(language: str, code: str, *, inline: bool = False) -> Node:
    """Return a raw block or raw inline of one format."""
    return {"t": "RawInline" if inline else "RawBlock", "c": [language, code]}


def has_class(node: Node, name: str) -> bool:
    """Return whether a div, span, code block or heading has a class."""
    return node["t"] in ("Div", "Span", "CodeBlock", "Header") and name in attr(node)[1]


def is_image(node: Node) -> bool:
    """Return whether a paragraph or plain block consists of one image only."""
    return node["t"] in ("Para", "Plain") and len(node["c"]) == 1 and node["c"][0]["t"] == "Image"

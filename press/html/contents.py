"""Build the table of contents of a page."""

from __future__ import annotations

from collections.abc import Iterator

from press.document import tree
from press.document.crossref import gap
from press.document.tree import Node, Nodes


def contents_list(blocks: Nodes, depth: int, *, numbered: bool = True) -> Nodes:
    """Return the table of contents of a page, down to the given depth.

    An unnumbered section with the class `unlisted` is left out, together with its subsections.

    Parameters
    ----------
    blocks
        The page.
    depth
        The deepest level listed.
    numbered
        Whether its chapter is numbered; in an unnumbered one, no section has a number.
    """
    entries = []
    left_out = 7  # level of the section being left out; 7 if none, since levels end at 6
    for node in _sections(blocks):
        level, attr, title = node["c"]
        if level > left_out:
            continue
        hidden = "unlisted" in attr[1] and (not numbered or "unnumbered" in attr[1])
        left_out = level if hidden else 7
        if level > depth or hidden:
            continue
        words = [tree.text(node["number"]), tree.space()] if "number" in node else []
        entries.append((level, tree.link([*words, *_without_links(title)], f"#{attr[0]}")))
    return _nested(entries)


def _sections(blocks: Nodes) -> Iterator[Node]:
    """Yield the headings that start a section of the page, not those nested in other blocks."""
    for block in blocks:
        if block["t"] == "Header":
            yield block
        elif block["t"] == "Div" and block["c"][1] and block["c"][1][0]["t"] == "Header":
            first, *others = tree.nodes(block["c"][1], "Header")
            if all(other["c"][0] > first["c"][0] for other in others):
                yield from _sections(block["c"][1])


def _without_links(title: Nodes) -> Nodes:
    def visit(node: Node) -> Node | Nodes | None:
        if node["t"] == "Link":
            return list(node["c"][1])
        if node["t"] == "Reference":
            return [
                *node["c"]["content"],
                *([gap(node)] if node["c"]["content"] else []),
                tree.text(node["c"]["target"].number),
            ]
        return [] if node["t"] == "Note" else None

    return list(tree.walk(title, visit))


def _nested(entries: list[tuple[int, Node]]) -> Nodes:
    """Return entries as a nested list, by level."""
    items: list[Nodes] = []
    at = 0
    while at < len(entries):
        level, entry = entries[at]
        below = at + 1
        while below < len(entries) and entries[below][0] > level:
            below += 1
        items.append([tree.plain_block([entry]), *_nested(entries[at + 1 : below])])
        at = below
    return [{"t": "BulletList", "c": items}] if items else []

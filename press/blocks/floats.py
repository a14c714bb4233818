"""Floats: numbered figures, tables and listings, in every form that an author may write.

A float is the node ``{"t": "Float", "c": {...}}`` with `id`, `kind` (``fig``, ``tbl``, ``lst``),
`classes`, `attributes`, `content` (blocks), `caption` (inlines) and `wrapped` (whether a cell's
div surrounds it). Sub-floats are floats in the content of a float.
"""

from __future__ import annotations

import json
from typing import Any

from press.blocks.captions import (
    bare_image,
    caption_inlines,
    caption_of,
    with_caption_place,
    with_table_captions,
    without_captions,
)
from press.blocks.html_tables import with_column_widths
from press.blocks.layouts import is_preamble
from press.document import tree
from press.document.pandoc import read_inlines
from press.document.tree import Node, Nodes

KINDS = ("fig", "tbl", "lst")
_KEPT_BY_IMAGE = ("width", "height")


def float_kind(name: str) -> str | None:
    """Return the kind of float that a label's prefix denotes, or None."""
    prefix, dash, rest = name.partition("-")
    return prefix if dash and rest and prefix in KINDS else None


def with_floats(blocks: Nodes) -> Nodes:
    """Convert labelled figures, tables and listings to `Float` nodes."""
    out: Nodes = []
    for block in blocks:
        out += _block(block)
    return out


def _block(block: Node) -> Nodes:
    match block["t"]:
        case "Figure":
            return [_figure(block)]
        case "Para" | "Plain":
            return [_paragraph(block)]
        case "Table":
            return [_table(block)]
        case "CodeBlock":
            return [_listing(block)]
        case "Div":
            return _division(block)
        case "BlockQuote":
            return [{**block, "c": with_floats(block["c"])}]
        case "BulletList":
            return [{**block, "c": [with_floats(item) for item in block["c"]]}]
        case "OrderedList":
            return [{**block, "c": [block["c"][0], [with_floats(i) for i in block["c"][1]]]}]
        case "Callout" | "Theorem":
            return [{**block, "c": {**block["c"], "content": with_floats(block["c"]["content"])}}]
        case "Tabset":
            tabs = [{**tab, "content": with_floats(tab["content"])} for tab in block["c"]["tabs"]]
            return [{**block, "c": {**block["c"], "tabs": tabs}}]
        case "DefinitionList":
            items = [[term, [with_floats(d) for d in ds]] for term, ds in block["c"]]
            return [{**block, "c": items}]
    return [block]


def make_float(
    name: str, kind: str, content: Nodes, caption: Nodes, classes: Any = (), attributes: Any = ()
) -> Node:
    """Return a float, converting labelled content to sub-floats."""
    return {
        "t": "Float",
        "c": {
            "id": name,
            "kind": kind,
            "classes": list(classes),
            "attributes": dict(attributes),
            "content": with_floats(content),
            "caption": caption,
        },
    }


def _figure(figure: Node) -> Node:
    """Convert an implicit figure with a label to a float."""
    attr, caption, content = figure["c"]
    kind = float_kind(attr[0])
    if kind is None or len(content) != 1 or content[0]["t"] != "Plain":
        return figure
    words = caption_inlines(caption)
    marks, pairs = _merged(attr, content[0]["c"])
    return make_float(attr[0], kind, without_captions(content), words, marks, pairs)


def _merged(attr: tree.Attr, inlines: Nodes) -> tuple[list[str], dict[str, str]]:
    """Return the classes and attributes of a figure together with those of its images."""
    marks, pairs = list(attr[1]), dict(attr[2])
    for image in tree.nodes(inlines, "Image"):
        marks += [name for name in tree.classes(image) if name != "border"]
        pairs |= {key: text for key, text in tree.attr(image)[2] if key not in _KEPT_BY_IMAGE}
    return marks, pairs


def _paragraph(block: Node) -> Node:
    """Convert a paragraph of one labelled or linked image to a float or figure."""
    inlines = [inline for inline in block["c"] if inline["t"] not in ("SoftBreak", "Space")]
    if len(inlines) != 1:
        return block
    only = inlines[0]
    if only["t"] == "Image" and float_kind(tree.identifier(only)):
        return _image_float(only, [tree.plain_block([only])])
    if only["t"] == "Link" and len(only["c"][1]) == 1 and only["c"][1][0]["t"] == "Image":
        image = only["c"][1][0]
        if float_kind(tree.identifier(image)):
            return _image_float(image, [tree.plain_block([only])])
        if image["c"][1]:
            caption = [None, [tree.plain_block(image["c"][1])]]
            return {"t": "Figure", "c": [["", [], []], caption, [tree.plain_block([only])]]}
    return block


def _image_float(image: Node, content: Nodes) -> Node:
    name, caption = tree.identifier(image), image["c"][1]
    bare = ["", *tree.attr(image)[1:]]

    def unlabelled(node: Node) -> Node | None:
        if node["t"] == "Image":
            return {"t": "Image", "c": [bare, [], node["c"][2]]}
        return None

    marks, pairs = _merged(["", [], []], [image])
    kind = float_kind(name) or "fig"
    return make_float(name, kind, tree.walk(content, unlabelled), caption, marks, pairs)


def _table(table: Node) -> Node:
    attr, caption, *rest = table["c"]
    if not attr[0].startswith("tbl-"):
        return table
    widths = [pair for pair in attr[2] if pair[0] == "tbl-colwidths"]
    bare = {"t": "Table", "c": [["", attr[1], widths], [None, []], *rest]}
    pairs = {key: text for key, text in attr[2] if not key.startswith("tbl-col")}
    return make_float(attr[0], "tbl", [bare], caption_inlines(caption), attr[1], pairs)


def _listing(code: Node) -> Node:
    (name, marks, pairs), source = code["c"]
    caption = dict(pairs).get("lst-cap")
    if float_kind(name) != "lst" or caption is None:
        return code
    given = [pair for pair in pairs if pair[0] != "lst-cap"]
    left = [pair for pair in given if not pair[0].endswith("cap-location")]
    bare = {"t": "CodeBlock", "c": [["", marks, left], source]}
    return make_float(name, "lst", [bare], read_inlines(caption), (), given)


def _division(block: Node) -> Nodes:
    (name, marks, pairs), content = block["c"]
    kind = float_kind(name)
    widths = tree.value(block, "tbl-colwidths")
    if kind is None and widths is not None:
        content = with_column_widths(content, widths)
    if kind is None:
        if "cell" in marks:
            marks, content = with_caption_place({"t": "Div", "c": [block["c"][0], content]})
            content = with_table_captions(content, tree.value(block, "tbl-cap"))
        return [{"t": "Div", "c": [[name, marks, pairs], with_floats(content)]}]
    return _float_division(block, kind)


def _float_division(block: Node, kind: str) -> Nodes:
    (name, marks, pairs), content = block["c"]
    attributes = dict(pairs)
    content, caption = caption_of(content, attributes, kind)
    for mark in [mark for mark in marks if "cap-location-" in mark or mark.startswith("caption-")]:
        attributes[f"{kind}-cap-location"] = mark.rpartition("-")[2]
        marks = [other for other in marks if other != mark]
    if "tbl-colwidths" in attributes:
        content = with_column_widths(content, attributes.pop("tbl-colwidths"))
    subs = attributes.pop(f"{kind}-subcap", None)
    if "cell" not in marks:
        return [make_float(name, kind, bare_image(content), caption, marks, attributes)]
    if subs is not None:
        before = [item for item in content if is_preamble(item)]
        content = [item for item in content if not is_preamble(item)]
        content = _with_subcaptions(content, name, kind, _subcaptions(subs))
        return [*before, make_float(name, kind, content, caption, marks, attributes)]
    displays = [item for item in content if tree.has_class(item, "cell-output-display")]
    if sum(any(tree.nodes(item, "Figure")) for item in displays) > 1 and kind == "fig":
        before = [item for item in content if is_preamble(item)]
        content = [
            item["c"][1][0] if _is_figure_output(item) else item
            for item in content
            if not is_preamble(item)
        ]
        return [*before, make_float(name, kind, content, caption, _own(marks), attributes)]
    shown = [item for item in content if tree.has_class(item, "cell-output-display")]
    rest = [item for item in content if not tree.has_class(item, "cell-output-display")]
    if not shown or "layout-ncol" in attributes:
        return [make_float(name, kind, content, caption, marks, attributes)]
    wide = [mark for mark in marks if mark.startswith("column-") and mark != "column-margin"]
    kept = {key: text for key, text in attributes.items() if key != "execution_count"}
    left = [mark for mark in marks if mark not in wide]
    inner = (
        _with_inner_captions(_widened(shown, wide), name)
        if kind == "tbl" and caption
        else _widened(shown, wide)
    )
    figure = make_float(name, kind, inner, caption, _own(left), kept)
    cell_pairs = [pair for pair in pairs if not pair[0].startswith(f"{kind}-")]
    return [{"t": "Div", "c": [["", left, cell_pairs], [*with_floats(rest), figure]]}]


def _with_inner_captions(outputs: Nodes, name: str) -> Nodes:
    """Convert tables with their own captions to sub-floats of a cell's table."""
    count = 0

    def visit(node: Node) -> Node | None:
        nonlocal count
        if node["t"] != "Table" or not node["c"][1][1]:
            return None
        count += 1
        attr, caption, *rest = node["c"]
        bare = {"t": "Table", "c": [attr, [None, []], *rest]}
        return make_float(f"{name}-{count}", "tbl", [bare], caption_inlines(caption))

    return list(tree.walk(outputs, visit))


def _widened(outputs: Nodes, columns: list[str]) -> Nodes:
    """Add a cell's column classes to its outputs, and mark their tables as Quarto does."""
    if not columns:
        return outputs

    def visit(node: Node) -> Node | None:
        if node["t"] != "Table":
            return None
        (name, marks, pairs), *rest = node["c"]
        return {"t": "Table", "c": [[name, [*marks, "do-not-create-environment"], pairs], *rest]}

    return [
        {"t": "Div", "c": [[name, [*marks, *columns], pairs], tree.walk(content, visit)]}
        for (name, marks, pairs), content in (output["c"] for output in outputs)
    ]


def _subcaptions(given: str) -> list[Any]:
    """Parse the captions of sub-floats: a list, a single caption, or none if just `true`."""
    try:
        read = json.loads(given)
    except ValueError:  # plain text
        read = given
    return read if isinstance(read, list) else [] if isinstance(read, bool) else [read]


def _is_figure_output(block: Node) -> bool:
    """Return whether an output consists of one figure only."""
    return (
        tree.has_class(block, "cell-output-display")
        and len(block["c"][1]) == 1
        and block["c"][1][0]["t"] == "Figure"
    )


def _own(marks: list[str]) -> list[str]:
    return [mark for mark in marks if mark != "cell"]


def _with_subcaptions(content: Nodes, name: str, kind: str, captions: Any) -> Nodes:
    """Convert the displayed outputs of a cell to sub-floats."""
    number = 0

    def visit(node: Node) -> Node | None:
        nonlocal number
        if not tree.has_class(node, "cell-output-display"):
            return None
        inner = node["c"][1]
        number += 1
        words = captions[number - 1] if number <= len(captions) else ""  # none if just `true`
        return {
            "t": "Float",
            "c": {
                "id": f"{name}-{number}",
                "kind": kind,
                "classes": [],
                "attributes": {},
                "content": [node] if kind != "tbl" else inner,
                "caption": read_inlines(str(words)),
            },
        }

    return list(tree.walk(content, visit))

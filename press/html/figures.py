"""Write floats, figures and layouts as HTML."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from press.blocks.captions import caption_place
from press.document import tree
from press.document.crossref import Wording, caption_prefix
from press.document.tree import Node, Nodes


def float_blocks(node: Node, words: Wording, options: Mapping[str, Any]) -> Nodes:
    """Return a float as a `figure` element with its caption."""
    content = node["c"]
    name, kind = html.escape(content["id"]), content["kind"]
    attributes = content["attributes"]
    caption = [tree.text(caption_prefix(node, words))]
    if content["caption"]:
        caption += [tree.space(), *content["caption"]]
    if content.get("laid"):
        marks = ["quarto-layout-panel"]
    else:
        marks = [mark for mark in content["classes"] if mark != "border"] + ["quarto-float"]
        if kind == "fig":
            align = attributes.get("fig-align") or alignment(options)
            marks += ["quarto-figure", f"quarto-figure-{align}"]
    opening = f'<div id="{name}" class="{" ".join(marks)}">\n<figure class="quarto-float-{kind}">'
    cap = [
        tree.raw("html", f'<figcaption id="{name}-caption">'),
        tree.plain_block(caption),
        tree.raw("html", "</figcaption>"),
    ]
    described = f'<div aria-describedby="{name}-caption">'
    inner = [tree.raw("html", described), *content["content"], tree.raw("html", "</div>")]
    above = caption_place(attributes, kind, options) == "top"
    ordered = [*cap, *inner] if above else [*inner, *cap]
    closing = tree.raw("html", "</figure>\n</div>")
    return [*content.get("before", []), tree.raw("html", opening), *ordered, closing]


def alignment(options: Mapping[str, Any]) -> str:
    """Return the default alignment of figures."""
    given = str(options.get("fig-align", "default"))
    return "center" if given == "default" else given


def figure_blocks(node: Node, options: Mapping[str, Any]) -> Nodes:
    """Return an unnumbered figure with a caption; only options set the caption location."""
    (name, marks, _), caption, content = node["c"]
    aligned = (found["align"] for found in tree.nodes(content, "Image") if found.get("align"))
    align = next(aligned, alignment(options))
    every = [*marks, "quarto-figure", f"quarto-figure-{align}"]
    named = f' id="{html.escape(name)}"' if name else ""
    words = [inline for block in caption[1] for inline in block["c"]]
    opening = f'<div{named} class="{" ".join(every)}">\n<figure>'
    cap = [
        tree.raw("html", "<figcaption>"),
        tree.plain_block(words),
        tree.raw("html", "</figcaption>"),
    ]
    body = [tree.para(block["c"]) if block["t"] == "Plain" else block for block in content]
    inner = _uncaptioned(body)
    if words:
        inner = [*cap, *inner] if caption_place({}, "fig", options) == "top" else [*inner, *cap]
    return [tree.raw("html", opening), *inner, tree.raw("html", "</figure>\n</div>")]


def _uncaptioned(content: Nodes) -> Nodes:
    """Remove the captions of images that would repeat the figure's as alternative text."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Image" or node.get("alt"):
            return None
        return {**node, "c": [node["c"][0], [], node["c"][2]]}

    return list(tree.walk(content, visit))


def display(node: Node) -> Node | None:
    """Wrap a cell output of a single image in a figure; return None for any other div."""
    (name, marks, pairs), content = node["c"]
    if "cell-output-display" not in marks or len(content) != 1 or not tree.is_image(content[0]):
        return None
    inner = [
        tree.raw("html", "<figure>"),
        tree.para(content[0]["c"]),
        tree.raw("html", "</figure>"),
    ]
    return {"t": "Div", "c": [[name, marks, pairs], inner]}


def pagebreak(node: Node) -> Node | None:
    """Return a page break, which has an effect only when printed; None for any other div."""
    if "press-pagebreak" not in tree.classes(node):
        return None
    return tree.raw("html", '<div style="break-after: page"></div>')


def image(node: Node) -> Node | None:
    """Set the alternative text of an image from its attribute `fig-alt` or `alt`."""
    attr, caption, target = node["c"]
    given = dict(attr[2])
    alt = given.get("fig-alt", given.get("alt"))
    left = tree.without(attr, "fig-alt", "alt", "fig-align", "fig-scap", "fig-env", "fig-pos")
    align = given.get("fig-align", "")
    if alt is None:
        return {"t": "Image", "align": align, "c": [left, caption, target]}
    return {"t": "Image", "align": align, "alt": True, "c": [left, [tree.text(alt)], target]}


def layout_blocks(node: Node) -> Nodes:
    """Return a layout as rows of cells."""
    content = node["c"]
    name, marks, pairs = content["attr"]
    out = [_row(row, content["valign"]) for row in content["rows"]]
    if content.get("bare"):
        return out
    panel = [name, [*marks, "quarto-layout-panel"], pairs]
    return [*content["before"], {"t": "Div", "c": [panel, out]}]


def _row(row: list[dict[str, Any]], valign: str) -> Node:
    marks = ["quarto-layout-row", *([f"quarto-layout-valign-{valign}"] if valign else [])]
    cells = [
        tree.div(
            _left_aligned(cell["content"]),
            marks=["quarto-layout-cell"],
            pairs=[("style", f"flex-basis: {cell['width']:.1f}%")],
        )
        for cell in row
    ]
    return tree.div(cells, marks=marks)


def _left_aligned(content: Nodes) -> Nodes:
    """Left-align the table columns without an alignment of their own."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Table":
            return None
        attr, caption, columns, *rest = node["c"]
        left = [
            [{"t": "AlignLeft"} if align["t"] == "AlignDefault" else align, width]
            for align, width in columns
        ]
        return {"t": "Table", "c": [attr, caption, left, *rest]}

    return list(tree.walk(content, visit))

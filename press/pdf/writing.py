"""Write the press's own nodes as Typst in Quarto's form, so that templates work with both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from press.blocks.annotations import spoken_lines
from press.blocks.captions import caption_place
from press.blocks.html_tables import with_widths
from press.blocks.raw_html import with_html_meant
from press.blocks.theorems import lead, with_lead
from press.chapter.keys import keys_in_print
from press.document import tree
from press.document.crossref import CALLOUTS, THEOREMS, Wording, callout_title
from press.document.numbering import Target
from press.document.pandoc import read
from press.document.tree import Node, Nodes
from press.pdf.fitting import breakable_words, fitting_formula, typst_string, with_widths_marked
from press.pdf.tables import fitted
from press.pdf.typst_escapes import with_markup_escaped

_NUMBERED = ("numberLines", "number-lines")  # pandoc's classes of code with line numbers
_COLOURS = {
    "note": "#12436d",
    "tip": "#0b6b63",
    "warning": "#8a4b00",
    "caution": "#a33c00",
    "important": "#801650",
}


@dataclass(frozen=True)
class TypstWriter:
    """Convert a book's blocks for pandoc's Typst writer.

    Parameters
    ----------
    words
        The wording of captions and references.
    tagged
        Whether the PDF must be accessible. If so, definition lists remain lists and a figure
        without a label has an alternative text; otherwise both are as in Quarto.
    options
        The options of the project.
    """

    words: Wording
    tagged: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def lowered(self, blocks: Nodes) -> Nodes:
        """Convert the press's own nodes to pandoc's nodes."""
        blocks = tree.walk(blocks, _without_breaks_inside)
        for node in tree.nodes(blocks, "Layout"):
            for figure in tree.nodes(node["c"]["rows"], "Figure"):
                figure["laid"] = True
            with_widths_marked(node)
        if not self.tagged:  # otherwise the caption doubles as the image's alternative text
            blocks = tree.walk(blocks, _without_second_caption)

        return list(with_markup_escaped(with_html_meant(tree.walk(blocks, self._lowered_node))))

    def _lowered_node(self, node: Node) -> Node | Nodes | None:
        match node["t"]:
            case "Float":
                return self.float(node)
            case "Figure":
                return _figure(node)
            case "Reference":
                return self.reference(node)
            case "Equation":
                return equation(node)
            case "Math" if node["c"][0]["t"] == "DisplayMath":
                return fitting_formula([node], node["c"][1])
            case "Para" | "Plain" if "room" in node:
                return breakable_words(node)
            case "Callout":
                return callout(node, self.words)
            case "Theorem":
                return theorem(node, self.words)
            case "Layout":
                return layout(node)
            case "Image":
                return image(node)
            case "Table":
                return _table(node, self.options)
            case "CodeBlock":
                return _code(node)
            case "Annotations":
                return _annotations(node, tagged=self.tagged)
            case "Div" if "cell-output-display" in tree.classes(node):
                attr, content = node["c"]
                return tree.div(tree.walk(content, _html_as_blocks), *attr)
            case "Div" if "press-pagebreak" in tree.classes(node):
                return tree.raw("typst", "#pagebreak()")
            case "Span" if "press-keys" in tree.classes(node):
                return keys_in_print(node)
            case "DefinitionList" if not self.tagged:
                return _definitions(node)
            case "Header":
                return _header(node)
        return None

    def float(self, node: Node) -> Nodes:
        """Return a float as a Typst figure."""
        content = node["c"]
        kind = content["kind"]
        title = self.words.titles[kind]
        place = caption_place(content["attributes"], kind, self.options)
        body, caption = content["content"], content["caption"]
        label = f"<{content['id']}>" if content["id"] else ""
        if not caption:  # only the number is printed
            place += ", separator: []"
        if content.get("parts"):
            return [
                *content.get("before", []),
                tree.raw("typst", f'#quarto_super(\nkind: "quarto-float-{kind}",\ncaption: ['),
                tree.plain_block(caption),
                tree.raw(
                    "typst",
                    f"],\nlabel: <{content['id']}>,\nposition: {place.partition(',')[0]},\n"
                    f'supplement: "{title}",\n'
                    'subcapnumbering: "(a)",\n[',
                ),
                *body,
                tree.raw("typst", "])\n"),
            ]
        return [
            *content.get("before", []),
            tree.raw("typst", "#figure(["),
            *body,
            tree.raw("typst", f"], caption: figure.caption(\nposition: {place},\n["),
            tree.plain_block(caption),
            tree.raw(
                "typst",
                f'\n]),\nkind: "quarto-float-{kind}",\nsupplement: "{title}",\n)\n{label}\n',
            ),
        ]

    def reference(self, node: Node) -> Nodes:
        """Return a cross-reference as a Typst reference or link."""
        target: Target = node["c"]["target"]
        if target.kind in THEOREMS or target.kind in CALLOUTS:
            words = [*node["c"]["content"], tree.text(f"\u00a0{target.number}")]
            words = words if node["c"]["content"] else [tree.text(target.number)]
            return [
                tree.raw("typst", f"#link(<{target.label}>)[", inline=True),
                *words,
                tree.raw("typst", "]", inline=True),
            ]
        return [
            tree.raw("typst", f"#ref(<{target.label}>, supplement: [", inline=True),
            *node["c"]["content"],
            tree.raw("typst", "])", inline=True),
        ]


def _without_breaks_inside(node: Node) -> Nodes | None:
    """Unwrap a div that contains a page break, which Typst does not allow in a block."""
    if node["t"] != "Div" or "press-pagebreak" in tree.classes(node):
        return None
    inside = any("press-pagebreak" in tree.classes(one) for one in tree.nodes(node["c"][1], "Div"))
    return list(node["c"][1]) if inside else None


def _html_as_blocks(node: Node) -> Nodes | None:
    """Parse the HTML output of a cell into blocks, so that its text appears in print."""
    if node["t"] != "RawBlock" or not node["c"][0].startswith("html"):
        return None
    return list(read(node["c"][1], "html")["blocks"])


def equation(node: Node) -> Nodes:
    """Return a numbered equation in Typst."""
    content = node["c"]
    alt = f"alt: {typst_string(content['alt'])}, " if content["alt"] else ""
    opening = f"#math.equation(block: true, {alt}numbering: equation-numbering, [ "
    math = next(one for one in tree.nodes(content["math"], "Math"))
    inlines = [
        tree.raw("typst", opening, inline=True),
        math,
        tree.raw("typst", f" ])<{content['id']}>", inline=True),
    ]
    return fitting_formula(inlines, math["c"][1])


def theorem(node: Node, words: Wording) -> Nodes:
    """Return a theorem or similar as a Typst block."""
    content = node["c"]
    body = with_lead(content["content"], lead(node, words.titles))
    label = f" <{content['id']}>" if content["id"] else ""
    opening = "#block(width: 100%, above: 1.2em, below: 1.2em)["
    return [tree.raw("typst", opening), *body, tree.raw("typst", f"]{label}")]


def callout(node: Node, words: Wording) -> Nodes:
    """Return a callout as a call of Typst's function `callout`."""
    content = node["c"]
    kind = content["kind"]
    colour = _COLOURS[kind]
    title = callout_title(node, words)
    label = f" <{content['id']}>" if "number" in node else ""
    opening, closing = (
        ("#block(width: 100%)[#callout(\n", f")]{label}\n") if label else ("#callout(\n", ")\n")
    )
    icon = f"callout-icon({typst_string(kind)})" if content["icon"] else "none"
    return [
        tree.raw("typst", f"{opening}body: ["),
        *content["content"],
        tree.raw("typst", "],\ntitle: ["),
        tree.plain_block(title),
        tree.raw(
            "typst",
            f'],\nbackground_color: rgb("{colour}").lighten(90%),\nicon_color: rgb("{colour}"),\n'
            f"icon: {icon},\nbody_background_color: white\n{closing}",
        ),
    ]


def layout(node: Node) -> Nodes:
    """Return a layout as one Typst grid per row."""
    content = node["c"]
    out: Nodes = list(content["before"])
    for row in content["rows"]:
        widths = ", ".join(f"{cell['width']:.4g}fr" for cell in row)
        out.append(tree.raw("typst", f"#grid(columns: ({widths},), gutter: 1.2em,"))
        for cell in row:
            out += [tree.raw("typst", "["), *cell["content"], tree.raw("typst", "],")]
        out.append(tree.raw("typst", ")"))
    return out


def _figure(node: Node) -> Nodes:
    """Return a captioned figure without a label, unnumbered as in HTML."""
    _, caption, content = node["c"]
    words = [inline for block in caption[1] for inline in block["c"]]
    return [
        tree.raw("typst", "#align(center)[#block(breakable: false)["),
        *content,
        tree.raw("typst", "\n#parbreak()\n"),
        tree.plain_block(words),
        tree.raw("typst", "]]"),
    ]


def _without_second_caption(node: Node) -> Node | None:
    """Remove image captions that would repeat the figure's as alternative text, as in Quarto."""
    if node["t"] != "Figure" or node.get("laid"):
        return None
    attr, caption, content = node["c"]
    return {**node, "c": [attr, caption, tree.walk(content, _uncaptioned)]}


def _uncaptioned(node: Node) -> Node | None:
    return {**node, "c": [node["c"][0], [], node["c"][2]]} if node["t"] == "Image" else None


def image(node: Node) -> Node:
    """Return an image in Typst with its size and alternative text."""
    (_, _, pairs), caption, (path, _) = node["c"]
    given = dict(pairs)
    alt = given.get("fig-alt") or given.get("alt") or tree.plain(caption)
    size = [f"{key}: {length(given[key])}" for key in ("width", "height") if length(given.get(key))]
    words = [typst_string(path), *size, *([f"alt: {typst_string(alt)}"] if alt else [])]
    return tree.raw("typst", f"#box(image({', '.join(words)}))", inline=True)


def length(given: Any) -> str | None:
    """Convert a length to Typst; a bare number is in pixels of 1/96 inch."""
    found = re.fullmatch(r"\s*([\d.]+)\s*(%|in|cm|mm|pt|em|px)?\s*", str(given or ""))
    if found is None:
        return None
    number, unit = float(found[1]), found[2] or "px"
    return f"{number / 96:.5g}in" if unit == "px" else f"{number:g}{unit}"


def _table(node: Node, options: Mapping[str, Any]) -> Nodes:
    """Return a table outside pandoc's own figure, which would number it, with caption above."""
    node = with_widths(node, options) or node
    (_, marks, pairs), caption, *rest = node["c"]
    bare: Node = {"t": "Table", "c": [["", [*marks, "typst:no-figure"], pairs], [None, []], *rest]}
    words = [inline for block in caption[1] for inline in block["c"]]
    printed = fitted(bare, tree.plain(words) or _first_words(bare), node.get("room", 1))
    return [tree.para(words), *printed] if words else printed


def _first_words(table: Node) -> str:
    """Return the words of a table's first row, as its name in messages."""
    rows = table["c"][3][1]
    return " ".join(tree.plain(cell[4]) for cell in rows[0][1])[:60] if rows else ""


def _code(node: Node) -> Nodes:
    (name, marks, pairs), source = node["c"]
    given = dict(pairs)
    language = [mark for mark in marks if mark not in ("cell-code", "sourceCode", *_NUMBERED)]
    language = [mark for mark in language if re.fullmatch(r"[\w+#.-]+", mark)]
    code: Node = {"t": "CodeBlock", "c": [[name, language[:1], []], source]}
    file = _name_of(given.get("filename", ""))
    asked = given.get("code-line-numbers", "false") != "false"
    if not asked and not any(mark in marks for mark in _NUMBERED):
        return [*file, code]
    first = str(given.get("startFrom") or given.get("startfrom") or "1")
    more = f" + {int(first) - 1}" if first.isdigit() else ""
    numbers = (
        f"#[\n#show raw.line: it => [#text(fill: luma(40%))[#(it.number{more})]#h(1em)#it.body]\n"
    )
    return [*file, tree.raw("typst", numbers), code, tree.raw("typst", "\n]")]


def _name_of(file: str) -> Nodes:
    """Return a file name to go above its code, kept on the same page."""
    if not file:
        return []
    opening = '#block(below: 0.5em, sticky: true)[#set text(size: 0.85em, weight: "bold")\n'
    return [tree.raw("typst", f"{opening}#raw({typst_string(file)})]")]


def _annotations(node: Node, *, tagged: bool) -> Node | Nodes:
    """Return code annotations as a list of terms, the line numbers, and definitions."""
    items = [
        [[tree.text(spoken_lines(item["lines"]))], [item["content"]]] for item in node["c"]["items"]
    ]
    return {"t": "DefinitionList", "c": items} if tagged else _definitions({"c": items})


def _definitions(node: Node) -> Nodes:
    out: Nodes = []
    for term, definitions in node["c"]:
        out.append(tree.para([{"t": "Strong", "c": term}]))
        for definition in definitions:
            out.append(tree.raw("typst", "#block(inset: (left: 1.5em))["))
            out += [*definition, tree.raw("typst", "]")]
    return out


_RESTART = "\n".join(
    f'#counter(figure.where(kind: "quarto-float-{kind}")).update(0)'
    for kind in ("fig", "tbl", "lst")
)


def _header(node: Node) -> Nodes:
    """Return a heading, restarting figure and equation counters at the start of a chapter."""
    level, (name, marks, _), title = node["c"]
    title = tree.walk(title, _title_note)
    head = {"t": "Header", "c": [level, [name, list(marks), []], title]}
    if level > 1:
        return [head]
    return [head, tree.raw("typst", _RESTART + "\n#counter(math.equation).update(0)")]


def _title_note(node: Node) -> Nodes | None:
    """Print a heading's note at the heading, and not with its entry in the contents too."""
    if node["t"] != "Note":
        return None
    return [
        tree.raw("typst", "#title-note[", inline=True),
        node,
        tree.raw("typst", "]", inline=True),
    ]

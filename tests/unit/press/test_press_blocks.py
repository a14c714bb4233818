"""Kinds of block: floats, layouts, tables, equations, conditional content and annotated code."""

from __future__ import annotations

import pytest

from press.blocks.annotations import with_annotations
from press.blocks.columns import with_columns
from press.blocks.conditional import Circumstances, with_conditions
from press.blocks.equations import with_equations
from press.blocks.floats import with_floats
from press.blocks.html_tables import with_widths
from press.blocks.layouts import with_layouts
from press.document import tree
from press.document.crossref import Wording, collected, resolve
from press.document.numbering import number_blocks
from press.document.pandoc import read
from press.errors import ChapterError, Mistakes
from tests.unit.press.pages import page


def floats(markdown: str) -> list[tuple[str, str, str]]:
    blocks = with_layouts(with_floats(read(markdown)["blocks"]))
    return [
        (n["c"]["id"], n["c"]["kind"], tree.plain(n["c"]["caption"]).strip())
        for n in tree.nodes(blocks, "Float")
    ]


def layout(attributes: str, *cells: str) -> list[list[tuple[int, str]]]:
    text = f"::: {{{attributes}}}\n" + "\n\n".join(cells) + "\n:::\n"
    (found,) = tree.nodes(page(text).blocks, "Layout")
    return [
        [(round(cell["width"]), tree.plain(cell["content"])) for cell in row]
        for row in found["c"]["rows"]
    ]


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("![Cap](x.svg){#fig-x}\n", [("fig-x", "fig", "Cap")]),
        ("[![Cap](x.svg){#fig-x}](https://example.org)\n", [("fig-x", "fig", "Cap")]),
        ("::: {#fig-x}\n![](x.svg)\n\nCap *it*\n:::\n", [("fig-x", "fig", "Cap it")]),
        ("::: {#tbl-x}\n| a |\n|---|\n| 1 |\n\nCap\n:::\n", [("tbl-x", "tbl", "Cap")]),
        ("::: {#tbl-x}\n| a |\n|---|\n| 1 |\n\n: Cap\n:::\n", [("tbl-x", "tbl", "Cap")]),
        ("::: {#lst-x}\n```python\nx\n```\n\nCap\n:::\n", [("lst-x", "lst", "Cap")]),
        (
            '::: {#lst-x .cell}\n``` {.python .cell-code lst-cap="Cap *it*"}\nx\n```\n:::\n',
            [("lst-x", "lst", "Cap it")],
        ),
        ("::: {.outer}\n> ![Cap](x.svg){#fig-x}\n:::\n", [("fig-x", "fig", "Cap")]),
        ("![Cap](x.svg)\n", []),
        ("![Cap](x.svg){#plain}\n", []),
    ],
)
def test_every_form_of_a_float(markdown, found):
    assert floats(markdown) == found


def test_a_citation_among_references_is_a_mistake():
    whole, found = page("![a](a.svg){#fig-a}\n\nSee [@knuth; @fig-a].\n"), Mistakes()
    targets = collected(number_blocks(whole.blocks, "one.qmd", "1", appendix=False))
    blocks = resolve(whole.blocks, targets, Wording(), whole.source, found, "html")
    assert [str(mistake.place) for mistake in found.found] == ["one.qmd:3"]
    assert "@knuth" in found.found[0].what
    assert not list(tree.nodes(blocks, "Cite"))


@pytest.mark.parametrize(
    ("attributes", "rows"),
    [
        ("layout-ncol=2", [[(50, "a"), (50, "b")], [(50, "c")]]),
        ("layout-nrow=1", [[(33, "a"), (33, "b"), (33, "c")]]),
        ('layout="[1,3]"', [[(25, "a"), (75, "b")], [(25, "c")]]),
        ('layout="[[2,-1,1],[1]]"', [[(50, "a"), (25, ""), (25, "b")], [(100, "c")]]),
        ('layout=\'["20%","80%"]\'', [[(20, "a"), (80, "b")], [(20, "c")]]),
        ('layout="[[1,1],[1,1]]"', [[(50, "a"), (50, "b")], [(50, "c")]]),
    ],
)
def test_rows_of_a_layout(attributes, rows):
    assert layout(attributes, "a", "b", "c") == rows


def test_widths_of_images_are_those_of_their_cells():
    pictures = ("![](a.svg){width=30% height=2cm}", "![](b.svg){width=60%}")
    assert [width for width, _ in layout("layout-ncol=2", *pictures)[0]] == [33, 67]
    text = "::: {layout-ncol=2}\n" + "\n\n".join(pictures) + "\n:::\n"
    assert not [
        tree.attr(node)[2] for node in tree.nodes(page(text).blocks, "Image") if node["c"][0][2]
    ]


def test_the_code_of_cells_side_by_side_stands_above_them():
    cell = "::: {.cell}\n``` {.python .cell-code}\n%s\n```\n\nout %s\n:::"
    text = "::: {layout-ncol=2}\n" + cell % (1, 1) + "\n\n" + cell % (2, 2) + "\n:::\n"
    (found,) = tree.nodes(page(text).blocks, "Layout")
    assert [block["c"][1] for block in found["c"]["before"]] == ["1\n2"]
    assert not list(tree.nodes(found["c"]["rows"], "CodeBlock"))


@pytest.mark.parametrize("attribute", ['layout="[1,two]"', 'layout="[[1],2]"', "layout-ncol=two"])
def test_a_layout_nobody_can_lay_out_is_named_with_its_line(attribute):
    with pytest.raises(ChapterError, match=r"one\.qmd:3: the attribute layout"):
        page(f"Text\n\n::: {{{attribute}}}\nx\n:::\n")


def test_html_with_tables_stays_together_in_a_layout():
    table = "<table><tr><td>%s</td></tr></table>"
    html = f"```{{=html}}\n<div>{table % 1}<p>x</p>{table % 2}</div>\n```\n"
    text = (
        "::: {.cell layout-ncol=2}\n" + f"::: {{.cell-output-display}}\n{html}:::\n" * 2 + ":::\n"
    )
    (found,) = tree.nodes(page(text).blocks, "Layout")
    kinds = [[node["t"] for node in cell["content"]] for cell in found["c"]["rows"][0]]
    assert kinds == [["RawBlock", "Table", "RawBlock", "Table", "RawBlock"]] * 2
    for untouched in (
        html.replace("<table", "<!--| quarto-html-table-processing: none --><table", 1),
        f"::: {{html-table-processing=none}}\n{html}:::\n",
    ):
        assert not list(tree.nodes(page(untouched).blocks, "Table"))


def test_a_list_table_is_a_table():
    text = (
        '::: {#tbl-l .list-table header-cols=1 aligns="l,r" widths="1,3"}\n'
        "* - a\n  - b\n\n* - []{colspan=2 align=c} c\n\nCap\n:::\n"
    )
    (node,) = tree.nodes(page(text).blocks, "Float")
    assert (node["c"]["id"], tree.plain(node["c"]["caption"])) == ("tbl-l", "Cap")
    (table,) = tree.nodes(node, "Table")
    _, _, columns, head, bodies, _ = table["c"]
    assert columns == [
        [{"t": "AlignLeft"}, {"t": "ColWidth", "c": 0.25}],
        [{"t": "AlignRight"}, {"t": "ColWidth", "c": 0.75}],
    ]
    assert tree.plain(head[1]) == "ab"
    (_, head_columns, _, ((_, (cell,)),)) = bodies[0]
    assert head_columns == 1
    assert (cell[1]["t"], cell[2], cell[3], tree.plain(cell[4])) == ("AlignCenter", 1, 2, "c")


@pytest.mark.parametrize(
    ("around", "beside", "options", "widths"),
    [
        ("", '{tbl-colwidths="[70,30]"}', {}, [0.7, 0.3]),
        ("", '{tbl-colwidths="[150,50]"}', {}, [0.75, 0.25]),
        ("", '{tbl-colwidths="[40]"}', {}, [0.4, 0.4]),
        ("", "", {"tbl-colwidths": [60, 40]}, [0.6, 0.4]),
        ("", '{tbl-colwidths="[70,30]"}', {"tbl-colwidths": [60, 40]}, [0.7, 0.3]),
        ("", "", {"tbl-colwidths": False}, [None, None]),
        ("", "", {"tbl-colwidths": True}, None),
        ('{#tbl-x .cell tbl-colwidths="[20,80]"}', "", {}, [0.2, 0.8]),
        ('{.any tbl-colwidths="[20,80]"}', "", {}, [0.2, 0.8]),
    ],
)
def test_widths_of_columns(around, beside, options, widths):
    table = f"| a | b |\n|---|---|\n| 1 | 2 |\n\n: Cap {beside}\n"
    text = f"::: {around}\n{table}\n:::\n" if around else table
    (node,) = tree.nodes(page(text).blocks, "Table")
    given = with_widths(node, options)
    if widths is None:
        assert given is None
    else:
        assert [width.get("c") for _, width in given["c"][2]] == widths


def test_widths_of_a_project_are_not_those_of_a_table_in_html():
    (node,) = tree.nodes(
        page("```{=html}\n<table><tr><td>1</td></tr></table>\n```\n").blocks, "Table"
    )
    assert with_widths(node, {"tbl-colwidths": [60]}) is None


def test_a_list_that_is_no_table_stays():
    assert not list(tree.nodes(page("::: {.list-table}\nwords\n:::\n").blocks, "Table"))


def test_an_image_in_a_float_does_not_repeat_the_caption_as_its_text():
    (node,) = tree.nodes(
        with_floats(read("![Cap](x.svg){#fig-x fig-alt='Alt'}\n")["blocks"]), "Image"
    )
    assert node["c"][1] == []
    assert tree.value(node, "fig-alt") == "Alt"


def test_a_provenance_line_stays_in_its_float():
    text = (
        "::: {.cell}\n::: {#fig-x .cell-output .cell-output-display .cell-output-markdown}\n"
        "![](x.svg){fig-alt='A'}\n\n::: {.provenance}\nF1\n:::\n\nCap\n:::\n:::\n"
    )
    (node,) = tree.nodes(with_floats(read(text)["blocks"]), "Float")
    assert tree.plain(node["c"]["caption"]).strip() == "Cap"
    assert any(tree.has_class(inner, "provenance") for inner in node["c"]["content"])


@pytest.mark.parametrize(
    ("text", "label", "alt"),
    [
        ("$$ x $$ {#eq-a}", "eq-a", ""),
        ('$$\nx\n$$ {#eq-a alt="x alone"}', "eq-a", "x alone"),
        ("Before $$ x $$ {#eq-a} after.", "eq-a", ""),
    ],
)
def test_labelled_equations(text, label, alt):
    (node,) = tree.nodes(with_equations(read(text + "\n")["blocks"]), "Equation")
    assert (node["c"]["id"], node["c"]["alt"]) == (label, alt)


def test_math_without_a_label_is_no_equation():
    assert not list(tree.nodes(with_equations(read("$$ x $$ {eq}\n")["blocks"]), "Equation"))


@pytest.mark.parametrize(
    ("attributes", "html", "typst"),
    [
        ('.content-visible when-format="html"', True, False),
        ('.content-visible unless-format="html"', False, True),
        ('.content-hidden when-format="typst"', True, False),
        ('.content-hidden unless-format="typst"', False, True),
        ('.content-visible when-format="pdf"', False, False),
    ],
)
def test_conditional_content(attributes, html, typst):
    blocks = read(f"::: {{{attributes}}}\nText\n:::\n")["blocks"]
    assert bool(with_conditions(blocks, Circumstances("html"))) is html
    assert bool(with_conditions(blocks, Circumstances("typst"))) is typst


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ('.content-visible when-profile="short"', True),
        ('.content-visible unless-profile="short"', False),
        ('.content-hidden when-profile="long"', True),
        ('.content-visible when-profile="long" when-profile="short"', True),
        ('.content-visible when-meta="a.b"', True),
        ('.content-visible when-meta="a.c"', False),
        ('.content-hidden when-meta="a.b"', False),
        ('.content-visible when-format="html" when-profile="long"', False),
        (".content-hidden", False),
    ],
)
def test_content_on_conditions_of_profile_and_metadata(attributes, shown):
    given = Circumstances("html", ("short",), {"a": {"b": True, "c": "yes"}})
    blocks = read(f"::: {{#gone .gone {attributes}}}\nText\n:::\n")["blocks"]
    assert with_conditions(blocks, given) == ([tree.para([tree.text("Text")])] if shown else [])


def test_annotated_code_loses_its_numbers_and_keeps_their_lines():
    text = "```python\nx = 1 # <1>\ny = 2\nz = 3 # <1>\n```\n1. Both\n"
    code, listed = with_annotations(read(text)["blocks"])
    assert code["c"][1] == "x = 1\ny = 2\nz = 3"
    assert listed["c"]["items"][0]["lines"] == [1, 3]


def test_the_columns_of_a_cell_are_those_of_its_pictures_and_the_margin_takes_it_whole():
    def cell(marks):
        content = f"::: {{#one .cell {marks} .other}}\n![](a.png)\n\nText.\n:::\n"
        (found,) = with_columns(read(content)["blocks"])
        return found

    wide = cell(".column-page .caption-margin")
    assert wide["c"][0] == ["one", ["cell", "other"], []]
    (picture,) = wide["c"][1][0]["c"]
    assert picture["c"][0][1] == ["column-page"]
    margin = cell(".column-margin")
    assert margin["c"][0][1] == ["column-margin"]
    assert margin["c"][1][0]["c"][0] == ["one", ["cell", "other"], []]
    assert cell(".plain")["c"][0][1] == ["cell", "plain", "other"]


def test_annotations_of_a_cell_stand_between_its_code_and_its_output():
    """Those of another block stay where they are."""
    text = (
        ":::: {.cell}\n```{.python .cell-code startFrom=5}\nx = 1 # <1>\n```\n"
        "\n::: {.cell-output}\nOne\n:::\n::::\n\n1. Set\n2. Nowhere\n"
    )
    (cell,) = with_annotations(read(text)["blocks"])
    code, annotation, output = cell["c"][1]
    assert code["c"][1] == "x = 1"
    assert annotation["c"][0][1] == ["cell-annotation"]
    (item,) = annotation["c"][1][0]["c"]["items"]
    assert item["lines"] == [5]
    assert output["c"][0][1] == ["cell-output"]

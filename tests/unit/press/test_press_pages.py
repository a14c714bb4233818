"""From a chapter's Markdown to numbered blocks: references, floats, conditions, shortcodes."""

from __future__ import annotations

import pytest

from press.blocks.annotations import with_annotations
from press.blocks.captions import caption_place
from press.blocks.conditional import Circumstances, with_conditions
from press.blocks.equations import with_equations
from press.blocks.floats import with_floats
from press.blocks.html_tables import with_widths
from press.blocks.layouts import with_layouts
from press.chapter.chapter import Chapter, title_of
from press.chapter.manuscript import inline_markdown
from press.chapter.shortcodes import Values, resolve_shortcodes, spell
from press.chapter.source import source_of
from press.document import tree
from press.document.crossref import Wording, collected, number_text, resolve, wording
from press.document.links import anchors_of
from press.document.numbering import counted, number_blocks
from press.document.page import Page, number_page, read_page
from press.document.pandoc import read
from press.errors import ChapterError, Location, Mistakes
from press.html.figures import figure_blocks
from press.html.search import words
from press.pdf.writing import length, typst_string
from press.project.authors import authors
from press.project.project import Entry
from press.project.yaml import Settings

ENTRY = Entry("chapter", "one.qmd", None, 0, False, Location("_quarto.yml", 6))


def page(
    markdown: str, base: str = "html", found: Mistakes | None = None, **options: object
) -> Page:
    title = title_of("One", Location("one.qmd", 1))
    chapter = Chapter(ENTRY, "one.qmd", Settings({"title": "One"}), (), title)
    return read_page(
        chapter, source_of(markdown, "one.qmd"), options, Circumstances(base), found or Mistakes()
    )


def numbers(markdown: str, prefix: str = "1") -> dict[str, str]:
    blocks = page(markdown).blocks
    return {
        t.label: number_text(t, Wording())
        for t in number_blocks(blocks, "one.qmd", prefix, appendix=False)
    }


def test_floats_and_equations_count_within_their_chapter():
    text = (
        "![a](a.svg){#fig-a}\n\n![b](b.svg){#fig-b}\n\n| x |\n|---|\n| 1 |\n\n: t {#tbl-a}\n\n"
        '$$ x $$ {#eq-a}\n\n```{#lst-a .python lst-cap="l"}\nx\n```\n'
    )
    assert numbers(text, "3") == {
        "fig-a": "3.1", "fig-b": "3.2", "tbl-a": "3.1", "eq-a": "3.1", "lst-a": "3.1",
    }  # fmt: skip
    assert numbers(text, "")["fig-b"] == "2"


def test_sections_count_and_an_unnumbered_one_does_not():
    text = (
        "## A {#sec-a}\n\n### B {#sec-b}\n\n## C {.unnumbered #sec-c}\n\n### D {#sec-d}\n\n"
        "## E {#sec-e}\n"
    )
    # As pandoc counts: below an unnumbered heading the count goes on.
    assert numbers(text, "A") == {
        "sec-a": "A.1",
        "sec-b": "A.1.1",
        "sec-d": "A.1.2",
        "sec-e": "A.2",
    }


def test_sub_figures_share_their_figure_s_number():
    text = "::: {#fig-p layout-ncol=2}\n![l](a.svg){#fig-l}\n\n![r](b.svg){#fig-r}\n\nBoth\n:::\n"
    assert numbers(text) == {"fig-p": "1.1", "fig-l": "1.1 (a)", "fig-r": "1.1 (b)"}


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("@fig-a", "Figure\u00a01.1"),
        ("@Fig-a", "Figure\u00a01.1"),
        ("[-@fig-a]", "1.1"),
        ("[Plot @fig-a]", "Plot\u00a01.1"),
        ("[@fig-a; @sec-s]", "Figure\u00a01.1, Section 1.1"),
    ],
)
def test_what_a_reference_prints(reference, text):
    from press.html.writing import Writer

    whole = page(f"## S {{#sec-s}}\n\n![a](a.svg){{#fig-a}}\n\nSee {reference}.\n")
    whole.number = "1"
    whole.targets = number_blocks(whole.blocks, whole.path, "1", appendix=False)
    found = Mistakes()
    blocks = resolve(whole.blocks, collected(whole.targets), Wording(), whole.source, found, "html")
    written = Writer(Wording(), {whole.path: whole}, "T").lowered(whole, blocks)
    assert tree.plain(written[-1]).strip() == f"See {text}."
    assert not found.found


def test_a_reference_to_nothing_is_a_mistake_with_its_line():
    whole, found = page("Text\n\nSee @fig-ghost and @fig-ghost.\n"), Mistakes()
    blocks = resolve(whole.blocks, {}, Wording(), whole.source, found, "html")
    assert [str(mistake.place) for mistake in found.found] == ["one.qmd:3"]
    assert "?fig-ghost" in tree.plain(blocks)


def test_wording_follows_the_options():
    words = wording({"crossref": {"fig-title": "Plate", "fig-prefix": "plate", "title-delim": "."}})
    assert (words.titles["fig"], words.prefixes["fig"], words.prefixes["tbl"]) == (
        "Plate", "plate", "Table",
    )  # fmt: skip


@pytest.mark.parametrize(("base", "text"), [("html", "Section"), ("typst", "part")])
def test_the_word_for_a_section_is_an_option_in_print_alone(base, text):
    whole = page("## Here {#sec-here}\n\n@sec-here\n", base)
    number_page(whole, "1", Wording())
    words = wording({"crossref": {"sec-prefix": "part"}})
    found = Mistakes()
    blocks = resolve(whole.blocks, collected(whole.targets), words, whole.source, found, base)
    (reference,) = tree.nodes(blocks, "Reference")
    assert tree.plain(reference["c"]["content"]) == text


@pytest.mark.parametrize(
    ("attributes", "options", "place"),
    [
        ({}, {}, "top"),
        ({"tbl-cap-location": "bottom"}, {}, "bottom"),
        ({"cap-location": "bottom"}, {"tbl-cap-location": "top"}, "bottom"),
        ({}, {"tbl-cap-location": "bottom"}, "bottom"),
        ({}, {"cap-location": "bottom", "tbl-cap-location": "top"}, "top"),
        ({}, {"fig-cap-location": "bottom"}, "top"),
        ({"cap-location": "margin"}, {}, "bottom"),
    ],
)
def test_where_the_caption_of_a_table_stands(attributes, options, place):
    assert caption_place(attributes, "tbl", options) == place


@pytest.mark.parametrize(
    ("marks", "content", "place"),
    [
        (".fig-cap-location-top", "![a](a.svg){#fig-a}", "top"),
        (".caption-undefined", "![a](a.svg){#fig-a}", "bottom"),
        (".tbl-x", "![a](a.svg){#fig-a}", "bottom"),
        ("lst-cap-location=bottom", '```{#lst-a .python lst-cap="l"}\nx\n```', "bottom"),
        ("lst-cap-location=bottom", "![a](a.svg){#fig-a}", "bottom"),
    ],
)
def test_a_cell_says_where_captions_in_it_stand(marks, content, place):
    blocks = page(f"::: {{.cell {marks}}}\n{content}\n:::\n").blocks
    (found,) = tree.nodes(blocks, "Float")
    assert caption_place(found["c"]["attributes"], found["c"]["kind"], {}) == place
    assert "caption-undefined" not in tree.classes(blocks[0])


@pytest.mark.parametrize(
    ("given", "tables", "captions", "below"),
    [
        ("tbl-cap='One *cap*'", 1, ["One cap"], ""),
        ('tbl-cap=\'["A","B"]\'', 2, ["A", "B"], ""),
        ("tbl-cap='Both'", 2, ["", ""], "Both"),
        ("", 1, [""], ""),
    ],
)
def test_tables_of_a_cell_without_a_label_have_its_captions(given, tables, captions, below):
    table = "| x |\n|---|\n| 1 |\n\n"
    blocks = page(f"::: {{.cell tbl-colwidths='[40]' {given}}}\n\n{table * tables}:::\n").blocks
    found = list(tree.nodes(blocks, "Table"))
    assert [tree.plain(node["c"][1][1]) for node in found] == captions
    assert all("tbl-colwidths" in dict(tree.attr(node)[2]) for node in found)
    last = blocks[0]["c"][1][-1]
    assert (tree.plain(last) if last["t"] == "Para" else "") == below


def test_an_option_puts_the_caption_of_a_figure_without_a_number_above_it():
    blocks = page("![a](a.svg)").blocks
    for options, above in (({}, False), ({"fig-cap-location": "top"}, True)):
        written = [str(block["c"]) for block in figure_blocks(blocks[0], options)]
        caption = next(at for at, words in enumerate(written) if "<figcaption>" in words)
        picture = next(at for at, words in enumerate(written) if "a.svg" in words)
        assert (caption < picture) is above


@pytest.mark.parametrize(
    ("number", "style", "text"),
    [
        (4, "arabic", "4"),
        (4, "roman", "IV"),
        (9, "roman i", "ix"),
        (3, "alpha", "c"),
        (3, "alpha A", "C"),
    ],
)
def test_styles_of_counting(number, style, text):
    assert counted(number, style) == text


def floats(markdown: str) -> list[tuple[str, str, str]]:
    blocks = with_layouts(with_floats(read(markdown)["blocks"]))
    return [
        (n["c"]["id"], n["c"]["kind"], tree.plain(n["c"]["caption"]).strip())
        for n in tree.nodes(blocks, "Float")
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


def layout(attributes: str, *cells: str) -> list[list[tuple[int, str]]]:
    text = f"::: {{{attributes}}}\n" + "\n\n".join(cells) + "\n:::\n"
    (found,) = tree.nodes(page(text).blocks, "Layout")
    return [
        [(round(cell["width"]), tree.plain(cell["content"])) for cell in row]
        for row in found["c"]["rows"]
    ]


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


def shortcodes(text: str, found: Mistakes | None = None) -> str:
    values = Values(
        {"product": {"name": "Pro", "list": ["a", "b"]}}, {"v": 1.0, "yes": True}, {"HOME_": "here"}
    )
    return resolve_shortcodes(source_of(text, "one.qmd"), values, found or Mistakes()).text.rstrip(
        "\n"
    )


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{< var v >}} {{< var yes >}}", "1 true"),
        ("{{< meta product.name >}} {{<meta product.list.2>}}", "Pro b"),
        ("{{< env HOME_ >}} {{< env NONE other >}}", "here other"),
        ("`{{< var v >}}`", "`1`"),
        ("{{{< var v >}}}", "{{< var v >}}"),
        ("none", "none"),
    ],
)
def test_shortcodes(text, result):
    assert shortcodes(text) == result


@pytest.mark.parametrize("text", ["{{< var absent >}}", "{{< nosuch >}}", "# Title {{< var v >}}"])
def test_a_shortcode_that_quarto_would_lose_is_a_mistake(text):
    found = Mistakes()
    shortcodes("first\n" + text, found)
    assert [str(mistake.place) for mistake in found.found] == ["one.qmd:2"]


@pytest.mark.parametrize(
    ("given", "people"),
    [
        (None, []),
        ("Ada *Bell*", [("Ada Bell", ())]),
        (["A", {"name": "B", "affiliation": "Uni"}], [("A", ()), ("B", ("Uni",))]),
        (
            [
                {
                    "name": {"given": "Ada", "family": "Bell"},
                    "degrees": ["PhD"],
                    "affiliations": [{"id": "u", "name": "Uni"}, "Lab"],
                },
                {"name": "B", "affiliations": [{"ref": "u"}]},
            ],
            [("Ada Bell, PhD", ("Uni", "Lab")), ("B", ("Uni",))],
        ),
    ],
)
def test_authors_in_every_form(given, people):
    assert [(person.name, person.affiliations) for person in authors(given)] == people


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (1.1, "1.1"), (True, "true"), (None, "")])
def test_values_are_spelled_as_quarto_spells_them(value, text):
    assert spell(value) == text


@pytest.mark.parametrize(
    ("bundle", "text"),
    [
        ({"text/plain": "12345"}, "12345"),
        ({"text/plain": "'a*b*'"}, r"a\*b\*"),
        ({"text/plain": "np.float64(2.5)"}, "np.float64(2.5)"),
        ({"text/plain": "x", "text/markdown": "[14]{.number}"}, "[14]{.number}"),
    ],
)
def test_inline_values(bundle, text):
    assert inline_markdown(bundle) == text


def test_a_division_without_an_end_is_a_mistake_with_its_line():
    found = Mistakes()
    page("Text\n\n::: {.callout-note}\nopen\n", found=found)
    assert "one.qmd:3" in str(found.found[0])


def test_the_words_that_are_searched_stand_apart():
    text = (
        "One *two*.\n\n- three\n- four\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "`code` [link](x)^[Note.] [@key]\n"
    )
    assert " ".join(words(page(text).blocks).split()) == "One two. three four a b 1 2 code link"


def test_every_identifier_is_an_anchor():
    text = "## S {#s}\n\n[w]{#w}\n\n![c](x.svg){#fig-c}\n\n<a id='raw'></a>\n"
    assert {"s", "w", "fig-c", "raw"} <= anchors_of(page(text))


@pytest.mark.parametrize(
    ("given", "typst"),
    [("50%", "50%"), ("2in", "2in"), ("96", "1in"), ("120px", "1.25in"), ("auto", None)],
)
def test_lengths_in_typst(given, typst):
    assert length(given) == typst


def test_texts_in_typst():
    assert typst_string('a "b" \\c') == '"a \\"b\\" \\\\c"'

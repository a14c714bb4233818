"""From a chapter's Markdown to numbered blocks: references, floats, conditions, shortcodes."""

from __future__ import annotations

import pytest

from press.blocks.captions import caption_place
from press.document import tree
from press.document.crossref import Wording, collected, number_text, resolve, wording
from press.document.links import anchors_of
from press.document.numbering import counted, number_blocks
from press.document.page import number_page
from press.errors import Mistakes
from press.html.figures import figure_blocks
from press.html.search import words
from tests.unit.press.pages import page


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


def test_the_words_that_are_searched_stand_apart():
    text = (
        "One *two*.\n\n- three\n- four\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "`code` [link](x)^[Note.] [@key]\n"
    )
    assert " ".join(words(page(text).blocks).split()) == "One two. three four a b 1 2 code link"


def test_every_identifier_is_an_anchor():
    text = "## S {#s}\n\n[w]{#w}\n\n![c](x.svg){#fig-c}\n\n<a id='raw'></a>\n"
    assert {"s", "w", "fig-c", "raw"} <= anchors_of(page(text))

"""In Word's tables no word is broken, and its contents list has the pages of the headings."""

import re

import pytest
from lxml import etree

from analysis.exhibits.parts.design import SIZES
from report.formats.type_width import width
from report.formats.word import laid_out
from report.formats.word_design import ROOM
from report.formats.word_formulas import pair_brackets
from report.formats.word_pages import Block, paged, pages_of_bookmarks, style_measures
from report.formats.word_parts import MATHS, W, children
from report.formats.word_tables import CELL_MARGIN

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
STYLES = (
    '<w:styles><w:docDefaults><w:rPr><w:sz w:val="20"/></w:rPr><w:spacing w:after="0"/>'
    '</w:docDefaults><w:style w:type="paragraph" w:styleId="Heading1"><w:keepNext/>'
    '<w:pageBreakBefore/><w:pBdr><w:top w:color="0" w:space="8" w:sz="16" w:val="single"/></w:pBdr>'
    '<w:spacing w:before="0" w:after="200"/><w:sz w:val="40"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading2"><w:basedOn w:val="Heading1"/>'
    '<w:pageBreakBefore w:val="0"/></w:style></w:styles>'
)


def paragraph(words, style="BodyText", bookmark=""):
    start = f'<w:bookmarkStart w:id="1" w:name="{bookmark}"/>' if bookmark else ""
    return (
        f'{start}<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>'
    )


def table(*rows, grid=(100, 100)):
    """Return a table with columns as narrow as a page may ask for."""
    columns = "".join(f'<w:gridCol w:w="{each}"/>' for each in grid)
    lines = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:tcPr/>{paragraph(cell, 'Compact')}</w:tc>" for cell in row)
        + "</w:tr>" for row in rows
    )  # fmt: skip
    own = "<w:tblPr><w:tblW/><w:tblLayout/></w:tblPr>"
    return f"<w:tbl>{own}<w:tblGrid>{columns}</w:tblGrid>{lines}</w:tbl>"


def document(*blocks):
    return f"<w:document {NAMES}><w:body>{''.join(blocks)}</w:body></w:document>"


LONG = "In two pilots of three the rate fell more than that of the schools compared. " * 4
ROWS = (
    (("No.", "Published"), ("1", LONG), ("2", LONG)),
    (("Where", "p, schools"), ("Southampton", "0.031"), ("Stockport", "0.802")),
)


@pytest.mark.parametrize("rows", ROWS)
def test_no_word_of_a_table_is_broken_over_lines(rows):
    made = etree.fromstring(laid_out(document(table(*rows)), STYLES).encode())
    grid = [int(each.get(W + "w")) / 20 for each in made.iter(W + "gridCol")]
    assert sum(grid) == pytest.approx(ROOM[0], abs=0.1), "a table fills the page"
    for at, row in enumerate(rows):
        for cell, room in zip(row, grid, strict=True):
            longest = max(width(word, SIZES["table"], bold=not at) for word in cell.split())
            assert longest <= room - 2 * CELL_MARGIN, cell
    cells = [int(each.get(W + "w")) / 20 for each in made.iter(W + "tcW")]
    assert cells[:2] == grid, "each cell says the same, as some programs read the cells"


def test_a_cell_that_spans_columns_is_as_wide_as_they():
    wide = table(*ROWS[1]).replace(
        "<w:tc><w:tcPr/>", '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>', 1
    )
    wide = re.sub(r"(<w:tr>.*?</w:tc>)<w:tc>.*?</w:tc>", r"\1", wide, count=1)
    made = etree.fromstring(laid_out(document(wide), STYLES).encode())
    first = next(made.iter(W + "tcW"))
    assert int(first.get(W + "w")) / 20 == pytest.approx(ROOM[0], abs=0.1)


def pages(*blocks):
    tree = etree.fromstring(document(*blocks))
    return pages_of_bookmarks(tree, STYLES, (100, 100))


def test_a_paragraph_is_as_high_as_its_lines():
    line = 10 * 1.149
    assert pages(*[paragraph("a")] * 8, paragraph("b", bookmark="x")) == {"x": 2}
    assert 8 * line <= 100 < 9 * line
    wrapped = " ".join(["wwwwwwwwww"] * 8)  # one word fills most of a line
    assert pages(paragraph(wrapped), paragraph("b", bookmark="x")) == {"x": 2}


def test_a_heading_moves_with_the_paragraph_below_it():
    filled = [paragraph("a")] * 5
    heading = paragraph("h", "Heading2", bookmark="x")
    assert pages(*filled, heading) == {"x": 1}
    assert pages(*filled, heading, paragraph("b")) == {"x": 2}


def test_a_chapter_begins_a_page_and_a_break_at_the_top_adds_none():
    chapter = paragraph("c", "Heading1", bookmark="x")
    assert pages(chapter) == {"x": 1}
    assert pages(paragraph("a"), chapter) == {"x": 2}


def test_headings_of_a_table_are_counted_on_each_page():
    rows = [20.0] + [10.0] * 15
    after = Block([10.0], names=["x"])
    repeated = Block(rows, heads=20.0)
    assert paged([repeated, after], 100) == {"x": 2}
    assert paged([Block([20.0] + [10.0] * 16, heads=20.0), after], 100) == {"x": 3}
    assert paged([Block([20.0] + [10.0] * 16, whole=False), after], 100) == {"x": 2}


def test_a_style_has_what_the_one_it_rests_on_has():
    known = style_measures(STYLES)
    first, second = known["Heading1"], known["Heading2"]
    assert (first.new_page, second.new_page) == (True, False)
    assert first.edge == second.edge == 10, "a rule above it and the space below the rule"
    assert (second.size, second.keep, known["Normal"].size) == (20, True, 10)


def run(text):
    return f"<m:r><m:t>{text}</m:t></m:r>"


def formula(*parts):
    return etree.fromstring(f"<m:oMath {NAMES}>{''.join(parts)}</m:oMath>")


CLOSED = f"<m:sSup><m:e>{run(')')}</m:e><m:sup>{run('2')}</m:sup></m:sSup>"


def test_an_exponent_is_that_of_all_in_its_brackets():
    made = formula(run("a"), run("("), run("1"), run("−"), run("h"), CLOSED)
    pair_brackets(made)
    (brackets,) = made.iter(MATHS + "d")
    assert "".join(brackets.itertext()) == "1−h"
    assert brackets.getparent().getparent().tag == MATHS + "sSup"
    assert "".join(made.itertext()) == "a1−h2", "brackets are drawn by the element"


def test_a_sum_of_a_bracketed_term_keeps_the_whole_term():
    nary = f"<m:nary><m:sub>{run('i')}</m:sub><m:e>{run('(')}</m:e></m:nary>"
    made = formula(nary, run("x"), CLOSED)
    pair_brackets(made)
    (total,) = made.iter(MATHS + "nary")
    assert "".join(total.find(MATHS + "e").itertext()) == "x2"


def test_a_bracket_without_its_other_half_stays_as_it_is():
    made = formula(run("x"), CLOSED)
    before = etree.tostring(made)
    pair_brackets(made)
    assert etree.tostring(made) == before


def test_every_table_is_dressed_once():
    text = laid_out(document(table(*ROWS[0]), table(*ROWS[1])), STYLES)
    made = etree.fromstring(text.encode())
    for each in made.iter(W + "tbl"):
        properties = each.find(W + "tblPr")
        assert [len(children(properties, name)) for name in ("tblW", "tblLayout")] == [1, 1]

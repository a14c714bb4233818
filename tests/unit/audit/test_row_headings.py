"""The first columns of a table head its rows, for people who hear it rather than see it."""

import pandas as pd
import pikepdf
import pytest

from analysis.exhibits.parts.exhibit import Table
from audit.pdf.row_headings import tag_row_headings, with_row_headings
from audit.pdf.text_layer import read_text

TABLE = """<table>
<thead><tr><th>Outcome</th><th>Pilot</th><th>Ratio</th></tr></thead>
<tbody>
<tr class="odd"><td style="text-align: left;">Referrals</td><td>Lambeth</td><td>0.9</td></tr>
</tbody>
</table>
"""
LINE = '<div class="provenance" data-exhibit="{}">\n<p>T1</p></div>\n'


def table(rows, numeric):
    return Table(tuple("abc"), rows, numeric, pd.DataFrame(), {})


@pytest.mark.parametrize(
    ("rows", "numeric", "count"),
    [
        ((("x", "1", "2"), ("y", "1", "2")), (False, True, True), 1),
        ((("x", "p", "1"), ("x", "q", "1")), (False, False, True), 2),
        ((("x", "p", "1"), ("x", "p", "2")), (False, False, True), 1),
        ((("1", "p", "2"), ("1", "q", "2")), (True, False, True), 1),
        ((("x", "p", "one"), ("x", "p", "two")), (False, False, False), 1),
        ((), (False, False, True), 1),
    ],
)
def test_the_fewest_columns_that_tell_rows_apart_head_them(rows, numeric, count):
    assert table(rows, numeric).row_headings == count


def test_in_html_as_many_cells_of_a_row_are_headings():
    page = with_row_headings(TABLE + LINE.format("two"), {"two": 2})
    assert page.count('<th scope="row"') == 2
    assert '<th scope="row" style="text-align: left;">Referrals</th>' in page
    assert '<th scope="row">Lambeth</th><td>0.9</td>' in page


def test_a_table_that_is_no_exhibit_stays_as_it_is():
    page = TABLE + LINE.format("figure") + LINE.format("two")
    assert with_row_headings(page, {"figure": 0, "two": 1}) == page
    assert with_row_headings(TABLE, {"two": 1}) == TABLE


def roles(path):
    with pikepdf.open(path) as pdf:
        return {block.text: block.role for block in read_text(pdf).blocks if block.within("TBody")}


def test_in_a_pdf_they_are_tagged_once_and_nothing_else_changes(pdf):
    with pikepdf.open(pdf) as before:
        pages = [before.pages[0].Contents.read_bytes(), read_text(before).page_text(3)]
    assert set(roles(pdf).values()) == {"TD"}
    layer = tag_row_headings(pdf, {"T1": 1})
    assert roles(pdf) == {"Lambeth": "TH", "8": "TD", "Southampton": "TH", "18": "TD"}
    with pikepdf.open(pdf) as after:
        assert read_text(after).pages == layer.pages
        assert [after.pages[0].Contents.read_bytes(), layer.page_text(3)] == pages
        scopes = [scope for node in after.objects for scope in scopes_of(node)]
        assert sorted(scopes) == ["/Column"] * 2 + ["/Row"] * 2
    written = pdf.stat().st_mtime_ns
    tag_row_headings(pdf, {"T1": 1})
    assert pdf.stat().st_mtime_ns == written


def test_in_a_pdf_two_columns_may_head_the_rows(pdf):
    tag_row_headings(pdf, {"T1": 2})
    assert set(roles(pdf).values()) == {"TH"}


def scopes_of(node):
    if not isinstance(node, pikepdf.Dictionary) or node.get("/S") != pikepdf.Name.TH:
        return []
    return [str(told.Scope) for told in node.A if "/Scope" in told]


def test_a_pdf_without_such_tables_is_not_written(pdf):
    before = pdf.stat().st_mtime_ns
    layer = tag_row_headings(pdf, {"T1": 0, "T9": 1})
    assert pdf.stat().st_mtime_ns == before
    with pikepdf.open(pdf) as same:
        assert layer == read_text(same)

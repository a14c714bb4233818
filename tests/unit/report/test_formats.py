"""Word and the workbook carry what the pages carry, and can be used by people who hear them."""

import json
import re
from types import SimpleNamespace

import openpyxl
import pytest

from audit.coverage.literals import numbers
from report.formats.archive import members
from report.formats.word import words_of
from report.formats.writing import write_formats

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="40pt">'
    '<rect x="5" y="10" width="20" height="30" fill="#12436d"/></svg>'
)
PAGE = """<!DOCTYPE html><html lang="en-GB"><body><nav>Chapters 99</nav><main>
<div class="book-label">Invented data</div><h1>Findings</h1>
<p>The ratio is 0.41 (<a href="../index.html#words">as said</a>).</p>
<details class="code-fold"><summary>Code</summary><pre>x = 77</pre></details>
<div id="fig-bars"><figure><img src="../_exhibits/bars.svg" alt="Bars of 3 and 4.">
<figcaption>Figure 1.1: Bars</figcaption></figure></div>
<div class="provenance"><p>F1<span class="sources"> Files: a.csv</span></p></div>
<div id="tbl-rates"><figure><figcaption>Table 1.1: Rates</figcaption>
<table><thead><tr><th>Pilot</th><th>Rate</th></tr></thead>
<tbody><tr><th scope="row">Lambeth</th><td>1,204</td></tr></tbody></table></figure></div>
</main></body></html>"""
HOME = (
    "<html><body><main><h1>Home</h1><section id='words'><h2>Words</h2><p>In 3 pilots.</p>"
    "</section></main></body></html>"
)


def record(name, reference, kind, described):
    return {"id": name, "reference": reference, "kind": kind, "described": described,
            "period": "May to June"}  # fmt: skip


LEDGER = {
    "title": "A small report", "label": "Invented data", "commit": {"id": "abc1234"},
    "records": [
        record("bars", "F1", "figure", {"pilot": "Pilot", "rate": "Rate"}),
        record("rates", "T1", "table", {"pilot": "Pilot", "rate": "Rate", "note": "Rate"}),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished book of two pages in every other format, made twice."""

    def make(name):
        book = tmp_path_factory.mktemp(name)
        for path, text in {
            "index.html": HOME, "chapters/one.html": PAGE, "_exhibits/bars.svg": SVG,
            "audit/exhibits/bars.csv": "pilot,rate\nLambeth,3\nStockport,c\n",
            "audit/exhibits/rates.csv": "pilot,rate,note\nLambeth,1204,=1+1\n",
            "audit/ledger.json": json.dumps(LEDGER),
        }.items():  # fmt: skip
            (book / path).parent.mkdir(parents=True, exist_ok=True)
            (book / path).write_text(text, "utf-8")
        pages = ["index.html", "chapters/one.html"]
        write_formats(book, LEDGER, pages, ("docx", "xlsx", "png"), 86_400)
        return book

    return SimpleNamespace(once=make("once"), again=make("again"))


def test_word_has_the_numbers_of_the_pages_and_nothing_of_code_and_ways(made):
    text = words_of((made.once / "report.docx").read_bytes())
    found = [each.text for each in numbers(text) if each.text not in ("1-2",)]
    printed = [each.text for each in numbers("In 3 pilots. 0.41 Figure 1.1 Table 1.1 1,204")]
    assert [each for each in found if each in printed] == printed
    assert not any(left_out in text for left_out in ("77", "99", "a.csv"))


def test_word_tells_pictures_headings_and_the_label(made):
    files = members((made.once / "report.docx").read_bytes())
    document = files["word/document.xml"].decode()
    assert 'descr="Bars of 3 and 4."' in document
    assert document.count("<w:tbl>") == document.count("<w:tblHeader") == 1
    assert re.search(r'w:pStyle w:val="Heading1"', document)
    anchor = re.search(r'<w:hyperlink [^>]*w:anchor="([^"]+)"', document)[1]
    assert f'w:name="{anchor}"' in document, "a link leads to where the book's does"
    header = next(name for name in files if name.startswith("word/header"))
    assert "Invented data: not evidence" in files[header].decode()
    assert "headerReference" in document
    assert 'w:val="en-GB"' in files["word/styles.xml"].decode()


def test_the_workbook_keeps_the_conventions_of_accessible_spreadsheets(made):
    book = openpyxl.load_workbook(made.once / "data.xlsx")
    assert book.sheetnames == ["Cover", "Contents", "Notes", "F1", "T1"]
    assert "Invented data: not evidence" in book["Cover"]["A2"].value
    for sheet in book.worksheets[1:]:
        (table,) = sheet.tables.values()
        assert table.ref.startswith("A3:")
        assert not sheet.merged_cells.ranges
        rows = [[cell.value for cell in row] for row in sheet[table.ref]]
        assert all(value not in (None, "") for row in rows for value in row)
        assert len(set(rows[0])) == len(rows[0])
    assert [[cell.value for cell in row] for row in book["F1"]["A3:B5"]] == [
        ["Pilot", "Rate"], ["Lambeth", 3], ["Stockport", "c"],
    ]  # fmt: skip
    assert book["F1"]["A1"].value == "Figure F1: Figure 1.1. Bars"
    assert book["T1"]["C4"].data_type == "s", "a text that begins with = is no formula"


def test_pictures_are_png(made):
    assert (made.once / "audit/exhibits/bars.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("name", ["report.docx", "data.xlsx", "audit/exhibits/bars.png"])
def test_two_builds_give_the_same_bytes(made, name):
    assert (made.once / name).read_bytes() == (made.again / name).read_bytes()

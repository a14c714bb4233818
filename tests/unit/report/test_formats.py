"""Word and the workbook carry what the pages carry, and can be used by people who hear them."""

import json
import re
from types import SimpleNamespace

import openpyxl
import pytest

from audit.coverage.literals import numbers
from report.formats.archive import members
from report.formats.word import words_of
from report.formats.word_design import PANEL_INDENT, STYLED, style_id
from report.formats.writing import without_cache, write_formats
from report.reuse import formats
from report.reuse.formats import FormatCache

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="40pt">'
    '<rect x="5" y="10" width="20" height="30" fill="#12436d"/></svg>'
)
PAGE = """<!DOCTYPE html><html lang="en-GB"><body><nav>Chapters 99</nav><main>
<div class="book-label">Invented data</div>
<h1 id="f"><span class="chapter-number">1</span> Findings</h1>
<div class="published"><p><span class="published">Published.</span> It fell.</p>
<ul><li>In one place.</li></ul></div>
<div class="invented-result"><p>
<span class="invented-result">Invented data.</span> It rose.</p></div>
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
    "</section><section id='limits' class='level2 unlisted'><h2 class='unlisted'>Limits <em>"
    "here</em></h2><p>Few.</p></section></main></body></html>"
)


def record(name, reference, kind, described):
    return {"id": name, "reference": reference, "kind": kind, "described": described,
            "period": "May to June"}  # fmt: skip


LEDGER = {
    "title": "A small report", "label": "Invented data", "commit": {"id": "abc1234"},
    "records": [
        record("rates", "T1", "table", {"pilot": "Pilot", "rate": "Rate", "note": "Rate"}),
        record("bars", "F1", "figure", {"pilot": "Pilot", "rate": "Rate"}),
    ],
}  # fmt: skip


FILES = {
    "index.html": HOME, "chapters/one.html": PAGE, "_exhibits/bars.svg": SVG,
    "audit/exhibits/bars.csv": "pilot,rate\nLambeth,3\nStockport,c\n",
    "audit/exhibits/rates.csv": "pilot,rate,note\nLambeth,1204,=1+1\n",
}  # fmt: skip
MADE = ("audit/exhibits/bars.png", "data.xlsx", "report.docx")


def write(book, files=FILES, ledger=LEDGER, moment=86_400, recall=without_cache):
    for path, text in {**files, "audit/ledger.json": json.dumps(ledger)}.items():
        (book / path).parent.mkdir(parents=True, exist_ok=True)
        (book / path).write_text(text, "utf-8")
    pages = ["index.html", "chapters/one.html"]
    write_formats(book, ledger, pages, ("docx", "xlsx", "png"), moment, recall)
    return {name: (book / name).read_bytes() for name in MADE}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished book of two pages in every other format, made twice."""
    once, again = tmp_path_factory.mktemp("once"), tmp_path_factory.mktemp("again")
    write(once)
    write(again)
    return SimpleNamespace(once=once, again=again)


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


@pytest.fixture(scope="module")
def document(made):
    return members((made.once / "report.docx").read_bytes())["word/document.xml"].decode()


def styled(document, style):
    """Return the text of each paragraph in a style."""
    found = re.findall(rf'<w:p><w:pPr><w:pStyle w:val="{style}" ?/>.*?</w:p>', document)
    return [re.sub(r"<[^>]+>", "", each) for each in found]


def test_word_has_the_two_voices_in_styles_of_their_own(document):
    assert styled(document, "Published") == ["Published. It fell.", "In one place."]
    steps = re.findall(r'"Published"/>(?:<w:numPr>.*?</w:numPr><w:ind ([^>]*)/>)?', document)
    assert len(steps) == 2
    left, hanging = map(int, re.findall(r'"(\d+)"', steps[1]))
    assert left - hanging == PANEL_INDENT, "the bar of the panel goes on beside a list"
    assert styled(document, "InventedData") == ["Invented data. It rose."]
    assert styled(document, "Caption") == ["Figure 1.1: Bars", "Table 1.1: Rates"]


def contents(document):
    """Return level, words, bookmark and page of each line of the contents list."""
    text = r"<w:t [^>]*>([^<]*)</w:t>"
    return [
        (level, anchor, *re.findall(text, line))
        for level, line in re.findall(r'<w:pStyle w:val="TOC(\d)"/>(.*?)</w:p>', document)
        for anchor in re.findall(r'<w:hyperlink w:anchor="([^"]+)"', line)
    ]


def test_the_contents_of_word_list_the_chapters_with_their_numbers_and_pages(document):
    listed = contents(document)
    assert [(level, words) for level, _, words, _ in listed] == [
        ("1", "Home"), ("2", "Words"), ("1", "1 Findings"),
    ]  # fmt: skip
    assert [page for *_, page in listed] == ["3", "3", "4"], "after the title and the contents"
    for _, anchor, _, _ in listed:
        assert f'w:name="{anchor}"' in document
        assert f" PAGEREF {anchor} " in document, "Word finds the page again when it updates"
    assert document.count('fldCharType="begin"') == document.count('fldCharType="end"') == 4
    assert "w:dirty" not in document, "Word would ask each reader whether to update them"


def test_a_section_that_is_not_listed_is_a_heading_of_a_style_that_word_does_not_list(document):
    assert styled(document, "UnlistedHeading") == ["Limits here"]
    assert r'TOC \o "1-2" \h \z <' in document, "a list made by levels would have it again"
    assert '"Unlisted"' not in document


def test_word_opens_the_document_as_its_own(made):
    settings = members((made.once / "report.docx").read_bytes())["word/settings.xml"].decode()
    assert '<w:compatSetting w:name="compatibilityMode"' in settings
    assert 'w:themeFontLang w:val="en-GB"' in settings


def test_a_table_in_word_keeps_its_rows_whole_and_its_headings_overleaf(document):
    assert styled(document, "TableHeading") == ["Pilot", "Rate"]
    assert styled(document, "TableText") == ["Lambeth", "1,204"]
    assert document.count("<w:cantSplit/>") == 2
    kept = re.findall(r"<w:p><w:pPr>[^/]*/>(<w:keepNext/>)?.*?</w:p>", document.split("<w:tbl>")[1])
    assert kept[:2] == ["<w:keepNext/>"] * 2, "a small table stays on one page"


def test_a_picture_in_word_stays_with_its_caption(document):
    (picture,) = re.findall(r"<w:p><w:pPr>((?:(?!<w:p>).)*?)<w:drawing>", document, re.DOTALL)
    assert "<w:keepNext/>" in picture
    caption = document.split("Figure 1.1: Bars")[0].rpartition("<w:p>")[2]
    assert '<w:keepNext w:val="0"/>' in caption, "and need not stay with what follows"


def test_every_style_that_word_is_given_is_defined(made):
    files = members((made.once / "report.docx").read_bytes())
    styles = files["word/styles.xml"].decode()
    used = set(
        re.findall(r'<w:(?:p|r|tbl)Style w:val="(\w+)"', files["word/document.xml"].decode())
    )
    assert {each for each in used if f'w:styleId="{each}"' not in styles} == set()
    assert {*map(style_id, STYLED.values())} <= set(re.findall(r'w:styleId="(\w+)"', styles))


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


# --- what is kept of them -------------------------------------------------------------------


def changed(name, old, new):
    assert old in FILES[name]
    return {"files": {**FILES, name: FILES[name].replace(old, new)}}


def recorded(**other):
    first, *rest = LEDGER["records"]
    return {"ledger": {**LEDGER, "records": [{**first, **other}, *rest]}}


WORD, WORKBOOK, PICTURE = "report.docx", "data.xlsx", "audit/exhibits/bars.png"
EDITS = {
    "a word": (changed("index.html", "In 3", "Within 3"), {WORD}),
    "what Word leaves out": (changed("chapters/one.html", "Chapters 99", "Chapters 98"), set()),
    "a caption": (changed("chapters/one.html", "1.1: Bars", "1.1: Two bars"), {WORD, WORKBOOK}),
    "a value": (changed("audit/exhibits/bars.csv", "Lambeth,3", "Lambeth,4"), {WORKBOOK}),
    "a drawing": (changed("_exhibits/bars.svg", "#12436d", "#801650"), {WORD, PICTURE}),
    "a column's meaning": (recorded(described={"pilot": "Site", "rate": "Rate"}), {WORKBOOK}),
    "a period": (recorded(period="June"), {WORKBOOK}),
    "a place in the chapters": (recorded(shown=[3]), set()),
    "the title": ({"ledger": {**LEDGER, "title": "Another"}}, {WORD, WORKBOOK}),
    "the label": ({"ledger": {**LEDGER, "label": ""}}, {WORD, WORKBOOK}),
    "the commit": ({"ledger": {**LEDGER, "commit": {"id": "def"}}}, {WORKBOOK}),
    "the moment": ({"moment": 172_800}, {WORD, WORKBOOK}),
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    first = FormatCache(folder)
    write(tmp_path_factory.mktemp("first"), recall=first)
    assert first.made == len(MADE)
    return folder


@pytest.mark.parametrize("edit", EDITS)
def test_a_format_is_made_again_where_it_would_be_another_and_only_there(
    store, made, tmp_path, edit
):
    given, expected = EDITS[edit]
    kept = FormatCache(store)
    found = write(tmp_path / "kept", recall=kept, **given)
    assert found == write(tmp_path / "fresh", **given)
    assert {name for name in MADE if found[name] != (made.once / name).read_bytes()} == expected
    assert kept.made == len(expected)


def test_an_entry_that_was_altered_is_made_again(made, tmp_path):
    write(tmp_path / "first", recall=FormatCache(tmp_path / "store"))
    for path in (tmp_path / "store").glob("*/*"):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    kept = FormatCache(tmp_path / "store")
    assert write(tmp_path / "again", recall=kept) == {
        name: (made.once / name).read_bytes() for name in MADE
    }
    assert kept.made == len(MADE)


def test_other_code_recalls_nothing(store, tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "code_digest", lambda *_: "another")
    kept = FormatCache(store)
    write(tmp_path, recall=kept)
    assert kept.made == len(MADE)

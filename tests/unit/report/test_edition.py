"""Date, version, status, owner, contact and citation: on the first page as on the cover."""

import pytest

from report.edition import MARKED, stated, with_edition
from report.formats.archive import members
from report.formats.word import as_word, word_source, words_of

FACTS = {
    "date": "30 November 2026", "version": "0.1.0", "commit": "abc1234", "status": "Draft",
    "note": "Invented data.", "owner": "A & B", "contact": "Not given", "year": "2026",
}  # fmt: skip
CITED = "A & B (2026). Schools: A rebuild. Version 0.1.0, commit abc1234."
BLOCK = (
    '<header id="title-block-header">\n<h1 class="title">Schools</h1>\n'
    '<p class="subtitle">A rebuild</p>\n<p class="byline">Not official</p>\n'
    '<div class="description">What it is</div>\n</header>\n'
)
PAGE = f"<html><body><main>{BLOCK}<h1>In one page</h1><p>Words.</p></main></body></html>"


def test_a_reader_of_the_first_page_learns_who_when_and_how_to_cite():
    page = with_edition(PAGE, FACTS)
    lines = stated(FACTS, "Schools: A rebuild")
    assert [name for name, _ in lines] == [
        "Date", "Edition", "Status", "Data", "Owner", "Contact", "Cite as",
    ]  # fmt: skip
    assert dict(lines)["Cite as"] == CITED
    assert "<dt>Owner</dt><dd>A &amp; B</dd>" in page
    assert page.index(MARKED) < page.index("</header>") < page.index("In one page")
    assert with_edition(page, FACTS) == page, "once is enough"


def test_date_and_status_are_seen_at_once_and_the_rest_on_demand():
    page = with_edition(PAGE, FACTS)
    folded = page[page.index("<details") : page.index("</details>")]
    assert "<summary>30 November 2026 · Draft · <span>About this edition</span></summary>" in folded
    assert MARKED in folded
    assert " open" not in folded


@pytest.mark.parametrize("gone", ['<p class="subtitle">A rebuild</p>\n', BLOCK])
def test_a_chapter_has_no_cover(gone):
    page = PAGE.replace(gone, "")
    assert with_edition(page, FACTS) == page


def test_what_is_empty_is_not_said():
    assert "Data" not in dict(stated({**FACTS, "note": ""}, "Schools"))


def test_word_opens_with_the_title_and_what_is_said_of_the_edition(tmp_path):
    (tmp_path / "index.html").write_text(with_edition(PAGE, FACTS), "utf-8")
    made = as_word(word_source(tmp_path, ["index.html"], (), "Ledger"), tmp_path, "", 0)
    text = words_of(made)
    opening = [text.index(each) for each in
               ("Schools", "A rebuild", "Not official", "What it is", "Date: 30 November",
                "Status: Draft", "Contact: Not given", f"Cite as: {CITED}")
               ]  # fmt: skip
    assert opening == sorted(opening)
    assert text.count("Not given") == text.count("What it is") == 1
    document = members(made)["word/document.xml"].decode()
    title = document.index('<w:pStyle w:val="Title"/>')
    assert title < document.index('<w:pStyle w:val="Edition"/>') < document.index("TOCHeading")
    assert document.count("<w:tab/>") >= document.count('"Edition"/>') > 2, "values are aligned"

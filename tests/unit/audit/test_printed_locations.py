"""Where a typeset book prints its exhibits is read from the finished files."""

from types import SimpleNamespace

import pikepdf
import pytest

from audit.coverage import printed_locations
from audit.coverage.printed_locations import (
    html_anchors,
    ledger_with_locations,
    pdf_labels,
    pdf_pages,
)
from audit.pdf.text_layer import read_text
from tests.unit.audit import sealed
from tests.unit.audit.whole import typed, whole

PAGE = """
<section id="first"><img src="a.svg"><p>The ratio is <span data-exhibit="ratio">0.66</span>.<br>
<div id="fig-one"><div data-exhibit="one">F1</div></div>
<p>Twice <b data-exhibit="ratio">0.66</b></section>
<p>Outside <span data-exhibit="words">three</span>
"""


@pytest.fixture(scope="module")
def layer(tmp_path_factory):
    with pikepdf.open(sealed.make(tmp_path_factory.mktemp("places"))) as pdf:
        return read_text(pdf)


def test_an_exhibit_has_the_nearest_identifier_of_its_page(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "one.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "ratio.html").write_text(PAGE, encoding="utf-8")
    assert html_anchors(tmp_path) == {
        "ratio": ["chapters/one.html#first"],
        "one": ["chapters/one.html#fig-one"],
        "words": ["chapters/one.html"],
    }


def test_captions_give_the_labels(layer):
    assert pdf_labels(layer) == {"F1": ["Figure 1"], "F2": ["Figure 2"], "T1": ["Table 1"]}


def test_numbers_figures_tables_and_sentences_have_their_pages(layer):
    ledger = sealed.ledger()
    said = "Words without numbers stand here as well."
    ledger["records"].append(sealed.record("said", "C1", "claim", said))
    ledger = typed(whole(ledger))
    first, second = sealed.CHAPTERS
    chapters = (first, type(second)(second.file, second.title, ("said", *second.shows)))
    assert pdf_pages(layer, ledger, chapters) == {
        "ratio": [2], "schools": [2], "events": [2], "pupils": [2], "one": [2], "two": [3],
        "table": [3], "said": [3],
    }  # fmt: skip


def paragraph(*parts):
    """Return a paragraph from its text on each page."""
    runs = [SimpleNamespace(page=page) for text, page in parts for _ in text]
    return SimpleNamespace(text="".join(text for text, _ in parts), page=runs[0].page, runs=runs,
                           within=lambda _: False, run_at=lambda place: runs[place])  # fmt: skip


def test_a_sentence_overleaf_has_the_page_on_which_it_stands(monkeypatch):
    block = paragraph(("The ratio is 0.66, and ", 4), ("so it fell. Both fell.", 5))
    chapter = SimpleNamespace(shows=("fell", "both"))
    monkeypatch.setattr(printed_locations, "by_chapter", lambda *_: [(chapter, [0, 1])])
    records = [SimpleNamespace(id="both", printed="Both fell.")]
    blocks = [block, paragraph(("Next.", 5))]
    layer, ledger = SimpleNamespace(blocks=blocks), SimpleNamespace(records=records)
    found = printed_locations._of_words(layer, ledger, (chapter,), {"fell": {5}})
    assert list(found) == [("both", 5)]


def test_a_number_that_is_withheld_has_the_page_of_its_symbol(monkeypatch):
    block = paragraph(("In Stockport it is [c].", 4))
    chapter = SimpleNamespace(shows=("withheld",))
    monkeypatch.setattr(printed_locations, "by_chapter", lambda *_: [(chapter, [0])])
    ledger = SimpleNamespace(records=[SimpleNamespace(id="withheld", printed="[c]")])
    found = printed_locations._of_words(SimpleNamespace(blocks=[block]), ledger, (chapter,), {})
    assert list(found) == [("withheld", 4)]


def test_the_places_of_an_earlier_book_are_dropped(tmp_path):
    ledger = sealed.ledger()
    ledger["records"][0] |= {"pages": [9], "labels": ["Figure 9"], "anchors": ["x.html"]}
    record = ledger_with_locations(typed(ledger), tmp_path).records[0]
    assert (record.pages, record.labels, record.anchors) == ((), (), ())

"""Terms explained in place: once a page, in the text alone, and from the book's own list."""

import pytest
from markupsafe import Markup

from audit.pages.glossary import terms, with_definitions
from audit.pages.page_links import with_links

MEANINGS = {"Section 47 enquiry": Markup("A check."), "Power": Markup("A <chance>.")}
LIST = '<div id="t" class="terms"><dl><dt>Power</dt>\n<dd><p>Chance &amp; more.</p></dd></dl></div>'


def test_the_first_use_of_a_term_opens_its_meaning_and_later_ones_do_not():
    text = with_definitions("<p>Two section 47\nenquiries, one section 47 enquiry.</p>", MEANINGS)
    assert text.count("<button") == 1
    assert 'popovertarget="term-section-47-enquiry">section 47\nenquiries</button>' in text
    assert 'id="term-section-47-enquiry" role="note" popover>A check.</span>' in text


@pytest.mark.parametrize(
    "text",
    [
        "<h2>Power</h2>", '<p><a href="x">power</a></p>', "<p><code>power</code></p>",
        '<p><span class="claim" data-exhibit="x">power</span></p>', "<pre>power</pre>",
        "<p>powerful empowered power-law</p>", "<table><tr><td><p>power</p></td></tr></table>",
        '<p title="power">None</p>', "<div>power</div>",
    ],
)  # fmt: skip
def test_links_headings_code_tables_and_what_the_ledger_prints_stay_as_they_are(text):
    assert with_definitions(text, MEANINGS) == text


def test_text_after_an_element_without_an_end_is_text_still():
    assert "<button" in with_definitions("<p>A <br>b <em>c</em> power</p>", MEANINGS)


def test_the_meanings_are_those_of_the_list_in_the_book(tmp_path):
    (tmp_path / "a.html").write_text(f"<main>{LIST}</main>", "utf-8")
    (tmp_path / "b.html").write_text("<main><dl><dt>No</dt><dd>x</dd></dl></main>", "utf-8")
    assert terms([tmp_path / "a.html", tmp_path / "b.html"]) == {"Power": "Chance &amp; more."}
    assert with_definitions(LIST, MEANINGS) == LIST, "the list itself explains nothing twice"


def test_a_page_is_marked_with_them():
    page = with_links("<main><p>Power.</p></main></body>", "audit/", {}, None, MEANINGS)
    assert 'class="term"' in page

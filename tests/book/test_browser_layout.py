"""A page's first screen is text, and tables and captions keep to the column of text."""

import pytest

pytestmark = pytest.mark.browser

TOP = (
    "(p => Math.round(p.getBoundingClientRect().top + scrollY))([...document.querySelectorAll("
    "'main p')].find(e => e.checkVisibility() && !e.closest('.audit-frame, header, .book-label')))"
)
RIGHT = (
    "(s => Math.max(...[...document.querySelectorAll(s)]"
    ".map(e => e.getBoundingClientRect().right)))"
)
NAVIGATION = "document.querySelector('#quarto-sidebar').getBoundingClientRect().height"


def style(browser, rule):
    browser.run(f"document.head.insertAdjacentHTML('beforeend', '<style>{rule}</style>'), 1")


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("page", ["index.html", "chapters/one.html"])
def test_the_text_of_a_page_begins_on_the_first_screen_of_a_phone(browser, trail, page, width):
    browser.show(width, 640)
    browser.open((trail / page).as_uri())
    assert browser.run(NAVIGATION) <= 75, "a line, or a long title on two"
    assert browser.run(TOP) < 320
    style(browser, "details.chapters { flex: 1 0 100%; }")
    assert browser.run(NAVIGATION) > 75


def test_the_search_is_among_the_chapters_of_a_phone_and_opens_with_them(browser, trail):
    browser.show(360, 640)
    browser.open((trail / "index.html").as_uri())
    field = "document.querySelector('#book-search').checkVisibility()"
    assert not browser.run(field)
    browser.click("details.chapters > summary")
    assert browser.run(field)
    browser.show(1200)
    browser.open((trail / "index.html").as_uri())
    assert browser.run(field), "beside the text it is always there"


@pytest.mark.parametrize("width", [1024, 1440])
def test_tables_and_captions_are_as_wide_as_the_text(browser, trail, width):
    browser.show(width)
    browser.open((trail / "chapters" / "one.html").as_uri())
    for each in ("main figcaption", "main tbody td", "main p"):
        browser.run(
            f"document.querySelectorAll('{each}').forEach(e => e.append(' words'.repeat(80)))"
        )
    text = browser.run(f"{RIGHT}('main p')")
    for each in ("main figcaption", "main table"):
        assert browser.run(f"{RIGHT}('{each}')") <= text + 1, each
    style(browser, "main figcaption { max-width: none !important; } main figure { max-width: none"
                   " !important; width: 60rem !important; }")  # fmt: skip
    assert browser.run(f"{RIGHT}('main figcaption')") > text + 1


def test_a_table_whose_words_need_more_room_has_it(browser, trail):
    browser.show(1440)
    browser.open((trail / "chapters" / "one.html").as_uri())
    text = browser.run(f"{RIGHT}('main p')")
    browser.run("document.querySelector('main tbody td').textContent = 'w'.repeat(70)")
    assert browser.run(f"{RIGHT}('main table')") > text
    assert browser.run("document.documentElement.scrollWidth <= innerWidth")


def test_a_wide_table_of_the_audit_trail_says_that_it_continues(browser, trail):
    browser.show(320, 640)
    browser.open((trail / "audit" / "rates_plot.html").as_uri())
    cue = (
        "(e => { e.innerHTML = '<table><tr>' + '<th>Column</th>'.repeat(6) + '</tr></table>';"
        "return [e.scrollWidth > e.clientWidth, getComputedStyle(e, '::before').content]; })"
        "(document.querySelector('.scroll'))"
    )
    wide, said = browser.run(cue)
    assert wide
    assert "Scroll sideways" in said
    assert "Scroll" not in browser.run(cue.replace("repeat(6)", "repeat(2)"))[1]


def test_a_link_on_the_next_line_covers_no_part_of_a_term(browser, trail):
    browser.show(1024)
    browser.open((trail / "chapters" / "one.html").as_uri())
    covered = (
        "(p => { p.innerHTML = '<button class=\"term\">term</button><br>'"
        ' + \'<a href="#" style="padding: .4em 0">link</a>\'; p.scrollIntoView();'
        " const box = p.firstChild.getBoundingClientRect();"
        " return document.elementFromPoint(box.left + 3, box.bottom - 1) !== p.firstChild; })"
        "(document.querySelector('main section > p, main > p'))"
    )
    assert not browser.run(covered)
    style(browser, "button.term { z-index: auto !important; position: static !important; }")
    assert browser.run(covered)

"""The audit trail in a real browser, opened from its folder: nothing is asked of any host."""

import time

import pytest

from tests.book.chromium import PATIENCE
from tests.unit.audit import small_trail

pytestmark = pytest.mark.browser

SHOWN = (
    "[...document.querySelectorAll('#exhibits tbody tr:not([hidden]) th')].map(e => e.textContent)"
)
LINKS = "document.querySelectorAll('main a.audit-link').length"


@pytest.fixture
def browser(browser):
    browser.requests.clear()
    yield browser
    outside = [each for each in browser.requests if not each.startswith(("file:", "data:"))]
    assert browser.requests
    assert outside == []


def test_the_reference_under_a_figure_leads_to_picture_code_and_graph(browser, trail):
    browser.open((trail / "chapters" / "one.html").as_uri())
    browser.click(".provenance a.reference")
    browser.wait("document.title.startsWith('F1:') && document.readyState == 'complete'")
    assert browser.run("document.querySelector('figure img').naturalWidth") > 0
    first = small_trail.definitions()["m.rates_plot"]["first"]
    line = f".line[data-line='{first}']"
    assert browser.run(f'document.querySelector("{line}").textContent').startswith("def rates_plot")
    number = f"getComputedStyle(document.querySelector(\"{line}\"), '::before').content"
    assert browser.run(number) == f'"{first}"'
    # Every box is drawn, and no two lie over each other.
    boxes = browser.run(
        "[...document.querySelectorAll('svg.lineage .box')].map(e => e.getBoundingClientRect())"
        ".map(r => [r.left, r.top, r.right, r.bottom])"
    )
    assert len(boxes) == 7
    for at, (left, top, right, bottom) in enumerate(boxes):
        assert right - left > 20
        for other in boxes[at + 1 :]:
            apart = right < other[0] or other[2] < left or bottom < other[1] or other[3] < top
            assert apart
    # Lineage is folded until a reader asks for it.
    browser.click("details:has(svg.lineage) > summary")
    browser.click("svg.lineage a[href='code/m.html#schools']")
    browser.wait("document.querySelector(':target')?.id == 'schools'")


def test_the_data_behind_a_figure_can_be_taken_away(browser, trail, tmp_path):
    browser.open((trail / "audit" / "rates_plot.html").as_uri())
    browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    browser.click("a.download")
    end = time.monotonic() + PATIENCE
    while not (tmp_path / "rates_plot.csv").is_file():
        assert time.monotonic() < end
        browser.run("1")
        time.sleep(0.05)
    assert (tmp_path / "rates_plot.csv").read_text("utf-8") == "rate\n0.41\n0.36\n"


def test_numbers_are_links_only_while_the_audit_view_is_on(browser, trail):
    page = (trail / "chapters" / "one.html").as_uri()
    browser.open(page)
    stops = "[...document.querySelectorAll('main a, main button')].length"
    before = browser.run(stops)
    assert browser.run(LINKS) == 0
    browser.run("document.querySelector('.audit-frame a').focus()")
    browser.press("Tab")
    browser.press("Enter")
    assert browser.run("document.querySelector('.audit-frame button').ariaPressed") == "true"
    assert browser.run(LINKS) == 2
    browser.open(page)  # it is remembered
    assert browser.run(LINKS) == 2
    browser.click("#at-many a")
    browser.wait("document.title.startsWith('N1:')")
    browser.open(page)
    browser.click(".audit-frame button")
    assert browser.run(LINKS) == 0
    assert browser.run(stops) == before
    assert (
        browser.run("document.querySelector('#at-fell').innerHTML")
        == "Rates fell &amp; stayed low."
    )


def test_the_index_is_searched_filtered_and_sorted_with_the_keyboard(browser, trail):
    browser.open((trail / "audit" / "index.html").as_uri())
    assert browser.run(SHOWN) == ["F1", "T1", "C1", "N1"]
    browser.run("document.getElementById('q').focus()")
    browser.type("RATES by")
    browser.wait("document.querySelector('.found').textContent == '1 of 4 exhibits'")
    assert browser.run(SHOWN) == ["F1"]
    assert "q=RATES+by" in browser.run("location.search")
    browser.click("button[type=reset]")
    browser.wait("document.querySelector('.found').textContent == '4 of 4 exhibits'")
    browser.run("document.querySelector('#exhibits thead button').focus()")
    for order in ("ascending", "descending"):
        browser.press("Enter")
        assert browser.run("document.querySelector('#exhibits thead th').ariaSort") == order
    assert browser.run(SHOWN) == ["N1", "C1", "T1", "F1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=table", ["T1"]),
        (f"data={small_trail.FACTS}", ["F1"]),
        ("function=m.rates", ["F1", "T1", "C1"]),
        ("chapter=chapters%2Fone.qmd&q=eight", ["N1"]),
        ("q=nothing+like+it", []),
    ],
)
def test_a_selection_can_be_handed_on_in_an_address(browser, trail, query, expected):
    browser.open(f"{(trail / 'audit' / 'index.html').as_uri()}?{query}")
    assert browser.run(SHOWN) == expected


def test_without_scripts_the_index_is_a_whole_table(browser, trail):
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    browser.open((trail / "audit" / "index.html").as_uri())
    browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert len(browser.run(SHOWN)) == 4
    assert browser.run("getComputedStyle(document.querySelector('.filters')).display") == "none"


@pytest.mark.parametrize("page", ["index", "rates_plot", "fell", "code/m", "files/schools.csv"])
def test_no_page_is_wider_than_a_narrow_screen(browser, trail, page):
    browser.show(320)
    browser.open((trail / "audit" / f"{page}.html").as_uri())
    page = "document.documentElement"
    beyond = browser.run(f"{page}.scrollWidth - {page}.clientWidth")
    browser.ask("Emulation.clearDeviceMetricsOverride")
    assert beyond == 0

"""What the report says of its web pages: keyboard, text twice as large, dark ground, no scripts.

Each check is made on the pages of a small book, and of its audit trail, and then on the same page
with one rule of style or one attribute that breaks it.
"""

import pytest

pytestmark = pytest.mark.browser

PAGES = ["index.html", "chapters/one.html", "audit/index.html", "audit/rates_plot.html"]
REACHABLE = (
    "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]"
    ".filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled)"
)
ROUND = (
    f"(() => {{ const all = {REACHABLE}, seen = [];"
    "return all.filter(e => { e.focus(); return document.activeElement !== e"
    " || e.tabIndex < 0; }).map(e => e.outerHTML.slice(0, 80)); })()"
)
"""What can be clicked and not focused with the keyboard."""
MARKED = (
    "(e => { const s = getComputedStyle(e); return s.outlineStyle != 'none'"
    " && parseFloat(s.outlineWidth) >= 2; })(document.activeElement)"
)
BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FAINT = """
(() => {
  const canvas = document.createElement('canvas'), at = canvas.getContext('2d');
  const rgb = colour => { at.clearRect(0, 0, 1, 1); at.fillStyle = colour; at.fillRect(0, 0, 1, 1);
    return [...at.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) {
    const own = rgb(getComputedStyle(e).backgroundColor); if (own[3] == 255) return own; }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255]; };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (words.nextNode()) {
    const e = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || e.closest('svg, script, style, noscript')) continue;
    if (!e.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) found.push(words.currentNode.data.trim().slice(0, 40));
  }
  return found;
})()
"""
"""Words with too little contrast with what is behind them (WCAG 2.2, 1.4.3)."""
GROUND = "getComputedStyle(document.body).backgroundColor"


def style(browser, rule):
    """Add a rule of style to the page that is open."""
    browser.run(f"document.head.insertAdjacentHTML('beforeend', '<style>{rule}</style>'), 1")


@pytest.mark.parametrize("page", PAGES)
def test_all_that_can_be_clicked_can_be_reached_with_the_keyboard(browser, trail, page):
    browser.show(1200)
    browser.open((trail / page).as_uri())
    assert len(browser.run(f"{REACHABLE}.map(e => e.tagName)")) > 5
    assert browser.run(ROUND) == []
    browser.run("document.querySelector('main a, main button').setAttribute('tabindex', '-1')")
    assert len(browser.run(ROUND)) == 1


@pytest.mark.parametrize("page", PAGES)
def test_the_keyboard_comes_first_to_a_way_to_the_text_and_shows_where_it_is(browser, trail, page):
    browser.show(1200)
    browser.open((trail / page).as_uri())
    browser.press("Tab")
    assert browser.run("document.activeElement.getAttribute('href')").startswith("#")
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0
    assert browser.run(MARKED)
    browser.press("Enter")
    browser.press("Tab")
    assert browser.run("document.activeElement.closest('main') !== null")
    assert browser.run(MARKED)
    style(browser, ":focus-visible { outline: none !important; }")
    assert not browser.run(MARKED)


@pytest.mark.parametrize("page", PAGES)
def test_text_twice_as_large_fits_into_the_window(browser, trail, page):
    for width, size in ((1280, "200%"), (640, "100%")):  # larger text alone, and a zoom of 200%
        browser.show(width)
        browser.open((trail / page).as_uri())
        style(browser, f":root {{ font-size: {size}; }}")
        assert browser.run(BEYOND) == 0, (width, size)
    style(browser, "main { width: 60rem; }")
    assert browser.run(BEYOND) > 0


@pytest.mark.parametrize("page", PAGES)
def test_pages_follow_a_dark_setting_with_words_that_can_be_read(browser, trail, page):
    grounds = set()
    for dark in (False, True):
        browser.show(1200, dark=dark)
        browser.open((trail / page).as_uri())
        assert browser.run(FAINT) == [], "dark" if dark else "light"
        grounds.add(browser.run(GROUND))
    assert len(grounds) == 2
    style(browser, "main :is(p, td, th) { color: #667 !important; }")
    assert browser.run(FAINT) != []
    browser.show(1200)


@pytest.mark.parametrize("page", PAGES)
def test_without_scripts_a_page_has_the_same_text_and_links(browser, trail, page):
    said = (
        "[...document.querySelectorAll('main :is(p:not(.found), h1, h2, td, th, a[href], code)')]"
        ".filter(e => e.checkVisibility()).map(e => e.textContent.trim())"
    )
    browser.open((trail / page).as_uri())
    with_scripts = browser.run(said)
    browser.ask("Emulation.setScriptExecutionDisabled", value=True)
    browser.requests.clear()
    browser.open((trail / page).as_uri())
    browser.ask("Emulation.setScriptExecutionDisabled", value=False)
    assert len(with_scripts) > 3
    assert browser.run(said) == with_scripts
    assert browser.requests
    assert [each for each in browser.requests if not each.startswith(("file:", "data:"))] == []

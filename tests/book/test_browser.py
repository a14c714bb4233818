"""A book opened from its folder in a browser: search, and the chapters on a narrow screen."""

import shutil
import subprocess

import pytest

from press.build import build_book

pytestmark = pytest.mark.browser

BOOK = (
    "project: {type: book}\nbook:\n  title: T\n  chapters: [index.qmd, deep/one.qmd]\n"
    "format: {html: default}\n"
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    (folder / "deep").mkdir()
    (folder / "_quarto.yml").write_text(BOOK, "utf-8")
    (folder / "index.qmd").write_text("# Home {.unnumbered}\n\nWords.\n", "utf-8")
    (folder / "deep" / "one.qmd").write_text(
        "# One\n\n## Café {#sec-cafe}\n\nA drawbridge over the river.\n", "utf-8"
    )
    return build_book(folder).out


def opened(page, width=1200):
    """Return a page as it is once its scripts have run."""
    program = next(filter(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    done = subprocess.run(
        [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000",
         f"--window-size={width},900", "--dump-dom", page],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("words", ["drawbridge%20river", "CAFE"])
def test_search_works_from_a_folder(book, words):
    page = opened(f"{(book / 'index.html').as_uri()}?q={words}")
    assert "1 place<" in page
    assert 'href="deep/one.html#sec-cafe">1.1 Café' in page


def test_search_finds_the_way_from_a_page_below(book):
    page = opened(f"{(book / 'deep' / 'one.html').as_uri()}?q=words")
    assert 'href="../index.html#home">Home' in page


@pytest.mark.parametrize(("width", "open_"), [(1200, True), (500, False)])
def test_chapters_are_folded_away_on_a_narrow_screen(book, width, open_):
    page = opened((book / "index.html").as_uri(), width)
    assert ('<details class="chapters" open="">' in page) == open_

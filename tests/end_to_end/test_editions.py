"""The executive summary as a book of its own."""

import re

from audit.pages.page_links import book_pages
from press.chapter.book import read_book
from tests.end_to_end.conftest import BUILD, run


def test_the_summary_is_a_book_of_its_own(project):
    outcome = run(project, *BUILD, "--profile", "summary")
    assert outcome.code == 0, outcome.text
    book = project / "_book-summary"
    pages = sorted(path.relative_to(book).as_posix() for path in book_pages(book))
    chapters = read_book(project, ["summary"]).chapters
    assert pages == sorted(re.sub(r"qmd$", "html", chapter.path) for chapter in chapters)
    assert len(chapters) < len(read_book(project).chapters) / 2
    assert (book / "summary.pdf").read_bytes().startswith(b"%PDF")
    home = (book / "index.html").read_text("utf-8")
    assert "Executive summary" in home
    assert 'class="book-label"' in home
    assert "Chapter" not in re.sub(r"(?s)<nav.*?</nav>", "", home), (
        "a reference to what is not here"
    )

    editions = [
        (book / "chapters/executive-summary.html").read_text("utf-8"),
        (project / "_book/chapters/executive-summary.html").read_text("utf-8"),
    ]
    figures = [re.search(r'(?s)id="fig-main-result".*?</figure>', page)[0] for page in editions]
    short = [re.search(r"\bF\d+\b", re.sub(r"<[^>]*>", "", figure))[0] for figure in figures]
    assert short[0] == short[1], "an exhibit has one short reference in every edition"


def test_a_profile_that_does_not_exist(project):
    outcome = run(project, *BUILD, "--profile", "short")
    assert outcome.code == 2
    assert "there is no profile short" in outcome.text
    assert "Traceback" not in outcome.text

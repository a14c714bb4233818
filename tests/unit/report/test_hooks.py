"""Around Quarto's own rendering: what it froze, pages it rendered alone, its search."""

import json

import pytest

from analysis.errors import VerificationFailed
from press.chapter.book import read_book
from report.finish import LEDGER
from report.hooks.freeze import FREEZERS, execution_digest, remove_frozen
from report.hooks.quarto_html import search_offline, share_sources
from report.hooks.rendered_pages import finish_pages, mark_out_of_date
from tests.unit.audit import sealed

PAGE = (
    '<html><head><meta name="evaluation-results" content="{}"></head><body class="x">\n'
    '<main><span class="number" data-exhibit="schools">{}</span></main></body></html>'
)
OUT_OF_DATE = "Out of date"


def freeze(root):
    for name in FREEZERS:
        kept = root / name / "chapters" / "one" / "execute-results" / "html.json"
        kept.parent.mkdir(parents=True)
        kept.write_text("{}")


def frozen(root):
    return any((root / name).exists() for name in FREEZERS)


def test_what_was_frozen_goes_when_anything_else_moves_and_stays_when_nothing_does(tmp_path):
    (tmp_path / ".report").mkdir()
    freeze(tmp_path)
    assert remove_frozen(tmp_path, "a")  # frozen under nobody knows what
    assert not frozen(tmp_path)
    freeze(tmp_path)
    assert not remove_frozen(tmp_path, "a")
    assert frozen(tmp_path)
    assert remove_frozen(tmp_path, "b")
    assert not frozen(tmp_path)
    assert not remove_frozen(tmp_path, "c")  # nothing to remove


@pytest.fixture
def project(tmp_path):
    files = {
        "_quarto.yml": "project: {type: book}\nbook: {title: T, chapters: [index.qmd]}\n",
        "index.qmd": "# Home\n\n{{< include _part.qmd >}}\n\n```{python}\n1\n```\n",
        "_part.qmd": "Included.\n",
        "_variables.yml": "a: 1\n",
        str(LEDGER): "{}",
        ".report/book.yml": "{}",
        "audit/__init__.py": "",
        "audit/appendix.py": "1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["_quarto.yml", "_part.qmd", "_variables.yml", str(LEDGER), ".report/book.yml",
     "audit/appendix.py"],
)  # fmt: skip
def test_what_the_output_of_cells_depends_on_besides_the_chapter(project, name):
    before = execution_digest(read_book(project), "key")
    assert before == execution_digest(read_book(project), "key")
    assert before != execution_digest(read_book(project), "other")
    with (project / name).open("a") as file:
        file.write("\n# moved\n" if name != str(LEDGER) else " ")
    assert before != execution_digest(read_book(project), "key")


def test_a_chapter_s_own_text_is_quarto_s_affair(project):
    before = execution_digest(read_book(project), "key")
    with (project / "index.qmd").open("a") as file:
        file.write("\nMore.\n")
    assert before == execution_digest(read_book(project), "key")


@pytest.fixture
def book(tmp_path):
    """A book of two pages, finished once, whose first page was rendered again."""
    book = tmp_path / "_book"
    (book / "chapters").mkdir(parents=True)
    (book / "audit").mkdir()
    (book / "search.json").write_text('[{"text": "\\u201cA</script>\\u201d"}]')
    (book / "index.html").write_text(PAGE.format("new", 37))
    (book / "chapters" / "one.html").write_text(PAGE.format("new", 37))
    (book / "audit" / "schools.html").write_text("<body>37</body>")
    (tmp_path / LEDGER).parent.mkdir()
    (tmp_path / LEDGER).write_text(json.dumps(sealed.ledger()))
    return book


def test_a_page_rendered_alone_gets_what_a_finished_page_has(book, capsys):
    finish_pages(book.parent, book, ["_book/chapters/one.html", "_book/report.pdf"])
    page = (book / "chapters" / "one.html").read_text()
    assert 'id="at-schools"' in page
    assert '<script src="../audit/view.js">' in page
    assert '<script src="../search-offline.js">' in page
    assert "view.js" not in (book / "index.html").read_text()
    assert OUT_OF_DATE not in page + (book / "index.html").read_text()
    assert not capsys.readouterr().out


def test_pages_of_earlier_results_say_that_they_are_out_of_date(book, capsys):
    (book / "index.html").write_text(PAGE.format("old", 36))
    (book / "report.pdf").write_bytes(b"%PDF")
    finish_pages(book.parent, book, ["_book/chapters/one.html"])
    finish_pages(book.parent, book, ["_book/chapters/one.html"])
    assert (book / "index.html").read_text().count(OUT_OF_DATE) == 1
    assert (book / "audit" / "schools.html").read_text().count(OUT_OF_DATE) == 1
    assert OUT_OF_DATE not in (book / "chapters" / "one.html").read_text()
    assert "out of date, since results have changed: index.html, report.pdf" in (
        capsys.readouterr().out
    )


def test_a_page_that_was_executed_with_other_results_is_refused(book):
    (book / "chapters" / "one.html").write_text(PAGE.format("new", 36))
    with pytest.raises(VerificationFailed, match=r"chapters/one.html: N2 schools is “37”"):
        finish_pages(book.parent, book, ["_book/chapters/one.html"])


def test_a_page_that_says_nothing_of_its_results_is_taken_for_old(book):
    (book / "index.html").write_text("<body></body>")
    assert mark_out_of_date(book, book / "chapters" / "one.html") == ["index.html"]


def test_a_render_of_the_pdf_alone_finishes_no_page(book):
    finish_pages(book.parent, book, ["_book/report.pdf"])
    assert "view.js" not in (book / "chapters" / "one.html").read_text()


def test_the_search_script_holds_the_index_and_no_other_book_gets_one(book, tmp_path):
    pages = [book / "index.html"]
    search_offline(book, pages)
    search_offline(book, pages)
    assert pages[0].read_text().count("search-offline.js") == 1
    assert "u201cA" in (book / "search-offline.js").read_text()
    other = tmp_path / "other"
    other.mkdir()
    search_offline(other, [])
    assert not list(other.iterdir())


def test_the_list_of_sources_is_written_as_on_the_pages_that_cite_them(tmp_path):
    entry = '<div id="ref-{}" class="csl-entry" role="listitem">\n{}\n</div>\n'
    pages = {
        "one": entry.format("a", "A. ‘One’.") + entry.format("b", "B. ‘Two’."),
        "sources": entry.format("a", "A. “One.”") + entry.format("c", "C. “Not cited.”"),
    }
    for name, entries in pages.items():
        style = ' style="display: none"' if name == "one" else ""
        text = f'<main><div id="refs" class="references"{style}>\n{entries}</div></main>\n<p>B</p>'
        (tmp_path / name).write_text(text)
    share_sources(tmp_path / name for name in pages)
    assert (tmp_path / "sources").read_text() == (
        '<main><div id="refs" class="references">\n'
        + entry.format("a", "A. ‘One’.") + entry.format("c", "C. “Not cited.”")
        + "</div></main>\n<p>B</p>"
    )  # fmt: skip

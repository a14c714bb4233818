"""Options that public books set: obeyed where they change what a book says, passed over else."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from press.build import build_book
from press.chapter.cells import split_cells
from press.chapter.source import source_of
from press.errors import ChapterError, Location
from press.project.dates import printed_date
from tests.book.test_build import CONFIGURATION, project


def test_blank_lines_before_a_cell_s_options_are_no_part_of_it():
    text = "```{python}\n\n  \n#| eval: false\nx = (\n```"
    (cell,) = split_cells(source_of(text, "one.qmd"))
    assert (cell.options, cell.source, cell.first_line) == ({"eval": False}, "x = (", 5)


def test_a_chapter_that_is_not_enabled_shows_its_code_and_runs_none_of_it(tmp_path):
    text = (
        "---\nexecute: {enabled: false}\n---\n\n# One\n\n```{python}\nraise SystemExit\n```\n\n"
        "```{python}\n#| echo: false\nout_of_sight()\n```\n"
    )
    book = build_book(project(tmp_path / "book", text), formats=("html",))
    page = (book.out / "one.html").read_text("utf-8")
    assert "SystemExit" in page
    assert "out_of_sight" not in page
    assert "cell-output" not in page
    assert not book.losses


def test_html_that_a_book_and_a_chapter_include_is_in_their_pages_alone(tmp_path):
    given = CONFIGURATION + "include-in-header: head.html\nreference-location: margin\n"
    text = (
        "---\nformat:\n  html:\n    include-after-body:\n      - text: |\n"
        "          <script src='https://stats.example/x.js'></script>\n---\n\n"
        "# One\n\nWords.^[A note.]\n"
    )
    files = {"_quarto.yml": given, "head.html": "<meta name='own' content='1'>"}
    book = build_book(project(tmp_path / "book", text, **files), timestamp=1)
    home, page = ((book.out / name).read_text("utf-8") for name in ("index.html", "one.html"))
    assert "<meta name='own' content='1'>" in home
    assert "<meta name='own' content='1'>" in page
    assert page.index("stats.example") > page.index("</main>")
    assert "stats.example" not in home
    (asked,) = [line for line in book.warnings if "included in the page" in line]
    assert asked.startswith("one.qmd: the HTML included in the page loads from stats.example")
    assert [line for line in book.warnings if "`reference-location`" in line]
    assert not book.losses


@pytest.mark.parametrize(
    ("given", "day"),
    [("14/05/2024", date(2024, 5, 14)), ("5/4/2024", date(2024, 5, 4)),
     ("2024/1/22", date(2024, 1, 22)), ("2.1.2024", date(2024, 1, 2))],
)  # fmt: skip
def test_dates_as_authors_write_them(given, day):
    options = {"date": given, "date-format": "iso"}
    assert printed_date(options, Path("one.qmd"), Location("one.qmd")) == day.isoformat()


def test_a_date_has_its_own_style_and_may_be_the_files_or_nothing(tmp_path):
    path, place = tmp_path / "one.qmd", Location("one.qmd")
    path.write_text("# One\n", "utf-8")
    os.utime(path, (86_400 * 365, 86_400 * 365))
    own = {"date": {"value": "last-modified", "format": "iso"}, "date-format": "long"}
    assert printed_date(own, path, place) == "1971-01-01"
    today = printed_date({"date": "today", "date-format": "iso"}, path, place)
    assert abs(date.fromisoformat(today) - date.today()) <= timedelta(days=1)
    assert printed_date({"date-format": "iso"}, path, place) == ""
    with pytest.raises(ChapterError, match="the date next spring cannot be read"):
        printed_date({"date": "next spring"}, path, place)

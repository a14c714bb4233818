"""The report's own template in print: parts, and long names in narrow columns."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from press.build import build_book

pytestmark = pytest.mark.poppler

EXTENSIONS = Path(__file__).resolve().parents[2] / "_extensions"
FILES = {
    "_quarto.yml": (
        "project: {type: book}\nlang: en-GB\nbibliography: more.bib\n"
        "book:\n  title: T\n  chapters:\n    - index.qmd\n"
        "    - part: Findings\n      chapters: [one.qmd, tables.qmd]\n"
        "    - part: part.qmd\n      chapters: [two.qmd]\n  appendices: [more.qmd]\n"
        "format: {evaluation-typst: {toc: false, citeproc: true}}\n"
    ),
    "index.qmd": "# Home {.unnumbered}\n\nWords of the home page.\n",
    "one.qmd": (
        "# One\n\n| Name | Made by | Data | At |\n|:--|:-----|:--|:-----|\n"
        "| R1 | exhibits/appendix/simulation_numbers.py:10-20 | D1, D2 | one.qmd:1 |\n"
        "| R2 | `primary_analysis_holds_its_size_in_all_cases` | D1, D2 | one.qmd:2 |\n\n"
        ': Where from {#tbl-from tbl-colwidths="[10,15,15,60]"}\n'
    ),
    "part.qmd": "# Later\n\nWords of the part.\n",
    "two.qmd": "# Two\n\nWords of two.\n",
    "more.qmd": "# More\n\nWords of the appendix [@one; @two].\n\n::: {#refs}\n:::\n",
    "more.bib": (
        "@article{one, title={Spread (Comment on {Draper})}, author={A, B}, journal={J}, year=2006}"
        "@article{two, title={Is It of the Right Form?}, author={C, D}, journal={K}, year=2007}"
    ),
}
SIZES = (41, 37, 60, 9, 31, 52, 40)
"""Rows of tables, of which some are divided, and the first fills a page without its note."""


def with_tables():
    """Return a chapter of tables with notes, and of terms that are explained."""
    parts = ["# Tables\n\n"]
    for at, rows in enumerate(SIZES):
        lines = "".join(f"| Group {n // 7} | row {at}-{n}. | {n}% |\n" for n in range(rows - 1))
        lines += f"| Last | row {at}-{rows - 1}. | {'of many words ' * 30} end{at}. |\n"
        parts.append(
            f"::: {{#tbl-t{at}}}\n\n| Outcome | Pilot | Share |\n|:--|:--|--:|\n{lines}\n"
            f"::: {{.table-note}}\nNote {at}: {'it says what has to be said of it. ' * 9}\n:::\n\n"
            f"::: {{.provenance}}\nSource {at} · May 2018\n:::\n\nTitle\n\n:::\n\n"
            f"{'Words between the tables. ' * 12}\n\n"
        )
    terms = "".join(f"term{n}\n:   Means this{n} and no more.\n\n" for n in range(90))
    return "".join([*parts, "::: {.looked-up}\n\n", terms, ":::\n"])


@pytest.fixture(scope="module")
def pdf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("print")
    for name, text in (FILES | {"tables.qmd": with_tables()}).items():
        (folder / name).write_text(text, "utf-8")
    shutil.copytree(EXTENSIONS, folder / "_extensions")
    return build_book(folder, formats=("pdf",)).pdf


def text(pdf, *options):
    return subprocess.run(
        ["pdftotext", *options, pdf, "-"], capture_output=True, check=True
    ).stdout.decode()


def test_only_a_part_with_words_has_a_page_of_its_own(pdf):
    pages = [re.sub(r"\s+", " ", page) for page in text(pdf).split("\f")]
    assert any(re.search(r"Findings 1 One", page) for page in pages)
    assert any(re.search(r"Appendices Appendix A More", page) for page in pages)
    (later,) = (page for page in pages if "Words of the part" in page)
    assert "2 Two" not in later


def test_a_long_name_stays_in_its_column(pdf):
    words = re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)".*?>(.*?)</word>', text(pdf, "-bbox"))
    data = [float(left) for left, _, word in words if word == "D1,"]
    assert len(data) == 2
    made = [float(right) for _, right, word in words if re.search("_|/|:10", word)]
    assert len(made) >= 2  # in lines of their own, or broken
    assert max(made) < min(data)


def test_a_quotation_closes_behind_a_bracket_and_a_question_mark(pdf):
    words = " ".join(text(pdf).split())
    assert "‘Spread (Comment on Draper)’" in words
    assert "‘Is It of the Right Form?’" in words


def page_of(pages, words):
    (found,) = (at for at, page in enumerate(pages) if words in page)
    return found


def test_what_is_said_below_a_table_stands_below_its_last_row(pdf):
    pages = [" ".join(page.split()) for page in text(pdf).split("\f")]
    down = {word: float(at) for at, word in re.findall(r'yMin="([\d.]+)".*?>(.*?)</word>',
                                                       text(pdf, "-bbox"))}  # fmt: skip
    for at, rows in enumerate(SIZES):
        assert down[f"end{at}."] < down[f"{at}:"], "the note is below the longest cell"
        last = page_of(pages, f"row {at}-{rows - 1}.")
        assert page_of(pages, f"Note {at}:") == last
        assert page_of(pages, f"Source {at} ·") == last


def test_overleaf_a_table_is_named_once_more(pdf):
    pages = [" ".join(page.split()) for page in text(pdf).split("\f")]
    divided = 0
    for at, rows in enumerate(SIZES):
        first, last = (page_of(pages, f"row {at}-{row}.") for row in (0, rows - 1))
        named = f"Table 2.{at + 1} (continued)"
        assert [n for n, page in enumerate(pages) if named in page] == [*range(first + 1, last + 1)]
        divided += last - first
    assert divided


def test_no_page_ends_with_a_term_that_is_explained_overleaf(pdf):
    pages = [page.split() for page in text(pdf).split("\f")]
    for n in range(90):
        (page,) = (page for page in pages if f"term{n}" in page)
        assert f"this{n}" in page

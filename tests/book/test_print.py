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
        "    - part: Findings\n      chapters: [one.qmd]\n"
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


@pytest.fixture(scope="module")
def pdf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("print")
    for name, text in FILES.items():
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

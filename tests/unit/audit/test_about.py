"""What the report says of its own forms and checks follows its configuration and its checks."""

import json

import pytest
import typst

from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.style import new_drawing
from audit.documents import formats_and_standards
from press.document.accessibility import check_accessible
from press.errors import Mistakes
from press.pdf.book import compile_pdf
from press.pdf.missing_characters import check_letters
from report.checks.pages import empty_pages
from report.commands.build import FORMATS
from tests.architecture import ROOT
from tests.unit.exhibits.test_legibility import COLUMNS, DATA, drawn
from tests.unit.press.pages import page
from tests.unit.press.test_print_fits import printed
from tests.unit.report.test_appearance import layer

BOOK, EXTENSION = formats_and_standards.BOOK, formats_and_standards.EXTENSION


@pytest.fixture
def project(tmp_path):
    """The configuration of this project, to be changed."""
    for name in (BOOK, EXTENSION):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())

    def edit(name, old, new):
        text = (tmp_path / name).read_text("utf-8")
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new), "utf-8")

    return tmp_path, edit


def test_the_forms_are_those_that_a_build_can_make():
    assert {*formats_and_standards.TEXTS, *formats_and_standards.DATA} == set(FORMATS), (
        "say what the new format is for a reader"
    )
    assert formats_and_standards.formats_of(ROOT) == (
        "The report can be made as web pages, a tagged PDF and a Word document, and the executive "
        "summary and the single page each as a PDF of their own. The data behind every figure and "
        "table can be had as one workbook and as CSV files and every figure as a picture for "
        "slides (SVG and PNG). All of them are made from the same results."
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "gone"),
    [
        (BOOK, "[[full, summary, page]]", "[[full, summary]]", "the single page"),
        (BOOK, "  evaluation-typst:", "  other-typst:", "PDF and"),
        (EXTENSION, "pdf-standard: [ua-1, a-3a]", "pdf-standard: [a-3a]", "tagged"),
    ],
    ids=["an edition", "a format", "the tags"],
)
def test_what_is_not_made_is_not_said(project, file, old, new, gone):
    root, edit = project
    assert gone in formats_and_standards.formats_of(root)
    edit(file, old, new)
    assert gone not in formats_and_standards.formats_of(root)


def test_the_standards_are_those_that_the_pdf_is_held_to(project):
    root, edit = project
    assert formats_and_standards.standards_of(root).startswith(
        "The PDF meets PDF/UA-1 and PDF/A-3a. Each build checks"
    )
    edit(EXTENSION, "pdf-standard: [ua-1, a-3a]", "pdf-standard: []")
    assert "PDF/UA-1" not in formats_and_standards.standards_of(root)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("evidence@example.org", "please write to evidence@example.org, and say which part"),
        (formats_and_standards.NO_CONTACT, "please ask whoever sent you this copy, as no contact"),
    ],
)
def test_who_may_be_asked_is_who_the_cover_names(tmp_path, named, said):
    path = tmp_path / formats_and_standards.COVER
    path.parent.mkdir()
    path.write_text(json.dumps({"evaluation": {"contact": named}}), "utf-8")
    assert said in formats_and_standards.asked(tmp_path).replace("\\", "")
    assert ("write to" in formats_and_standards.asked(tmp_path)) is (
        named != formats_and_standards.NO_CONTACT
    )


def barriers(text):
    """Return what keeps a chapter from being accessible."""
    found = Mistakes()
    check_accessible(page(text, "typst"), found)
    return [str(each) for each in found.found]


def without_message():
    with pytest.raises(ValueError, match="needs a message") as refused:
        figure(lambda: new_drawing(1)[0], DATA, COLUMNS, alt="A chart.", message=" ")
    return [str(refused.value)]


def too_wide():
    with pytest.raises(typst.TypstError, match="too wide") as refused:
        printed(60)
    return [str(refused.value)]


def without_letters_and_font(folder):
    found = Mistakes()
    check_letters([page("Names: 王芳.\n", "typst")], [], found)
    compile_pdf('#set text(font: "No Such Font")\nWords.\n', folder, (), 0, (), found)
    assert len(found.found) == 2
    return [str(each) for each in found.found]


WRONG = {
    "every picture has a description in words": lambda _: barriers("![](here.svg)"),
    "every figure has a message as its title": lambda _: without_message(),
    "every table has headings": lambda _: barriers("|   |   |\n|---|---|\n| a | b |\n"),
    "headings follow each other without a gap": lambda _: barriers("#### Deep\n"),
    "every link says where it leads": lambda _: barriers("See [here](https://example.org)."),
    "words and lines inside figures are large and dark enough to see": lambda _: [
        *drawn(lambda ax: ax.text(0.1, 0.5, "Lambeth", color="#28A197", fontsize=7)),
        *drawn(lambda ax: ax.vlines([0.5], 0, 1, color="#B9C7D6")),
    ],
    "every letter and every font that print needs is there": without_letters_and_font,
    "no table is wider than the page": lambda _: too_wide(),
    "no page within a chapter is left mostly empty": lambda _: empty_pages(
        layer(700, 100, 650, 100, 80)
    ),
}
"""What is checked, and something that has it wrong."""


@pytest.mark.parametrize("what", formats_and_standards.CHECKED)
def test_each_check_that_is_told_of_finds_what_is_wrong(what, tmp_path):
    assert WRONG[what](tmp_path), "it is said to be checked, and is not"
    assert what in formats_and_standards.standards_of(ROOT)

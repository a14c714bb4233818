"""A book that prints something else than its ledger says is found out before it is sealed."""

import pikepdf
import pytest

from analysis.errors import VerificationFailed
from audit.coverage.agreement import page_disagreements, pdf_disagreements, same
from audit.coverage.coverage import coverage
from audit.pdf.content_stream import Run
from audit.pdf.tag_tree import Element
from audit.pdf.text_layer import Block, read_text
from report.finish import refuse_other_numbers
from tests.unit.audit import sealed
from tests.unit.audit.whole import typed

PAGE = """<main><p>The ratio is
<span class="number" data-exhibit="ratio">0.66 (0.52 to 0.83)</span>.
<figure><img src="a.svg" alt="Bars of 3 and 4."><figcaption>One</figcaption></figure>
<div class="provenance" data-exhibit="one"><p><span class="reference">F1</span></p></div>
<table><thead><tr><th>Pilot</th><th>Schools</th></tr></thead>
<tbody><tr><td>Lambeth</td><td>8</td></tr><tr><td>Southampton</td><td>18</td></tr></tbody></table>
<div class="table-note"><p>Of all pilots, 8 schools.</p></div>
<div class="provenance" data-exhibit="table"><p><span class="reference">T1</span></p></div></main>
"""


@pytest.fixture(scope="module")
def layer(tmp_path_factory):
    with pikepdf.open(sealed.make(tmp_path_factory.mktemp("agreement"))) as pdf:
        return read_text(pdf)


def of_page(folder, text):
    (folder / "one.html").write_text(text, "utf-8")
    return [
        str(each)
        for each in page_disagreements(folder, folder / "one.html", typed(sealed.ledger()))
    ]


def of_pdf(layer, ledger):
    ledger = typed(ledger)
    found = coverage(layer, ledger, sealed.CHAPTERS, ())
    return [str(each) for each in pdf_disagreements("report.pdf", layer, ledger, found)]


def test_a_page_that_prints_what_the_ledger_says(tmp_path):
    assert of_page(tmp_path, PAGE) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (">0.66", ">0.65", "one.html: N1 ratio is “0.66 (0.52 to 0.83)” in the ledger; the book "
         "prints “0.65 (0.52 to 0.83)”"),
        (">8<", ">9<", "T1 table is “8” in the ledger; the book prints “9”"),
        ("<tr><td>Lambeth</td><td>8</td></tr>", "", "T1 table is “6 cells”"),
        ("Bars of 3", "Bars of 2", "F1 one is “Bars of 3 and 4.”"),
        ("3 and 4", "4 and 3", "F1 one is"),
        ('data-exhibit="ratio"', 'data-exhibit="gone"', "gone is “not shown” in the ledger"),
    ],
)  # fmt: skip
def test_a_page_that_prints_something_else(tmp_path, old, new, words):
    assert old in PAGE
    (line,) = of_page(tmp_path, PAGE.replace(old, new, 1))
    assert words in line


def test_a_pdf_that_prints_what_the_ledger_says(layer):
    assert of_pdf(layer, sealed.ledger()) == []


def test_a_pdf_whose_text_alternative_or_table_is_of_another_run(layer):
    ledger = sealed.ledger(ratio="0.67")
    ledger["records"][4] |= {"printed": "Bars of 3 and 5."}
    ledger["records"][6] |= {"cells": ["Pilot", "Schools", "Lambeth", "8", "Southampton", "19"]}
    lines = of_pdf(layer, ledger)
    assert [line.partition(" is ")[0] for line in lines] == [
        "report.pdf, second.qmd:2: T1 table", "report.pdf, index.qmd: N1 ratio",
        "report.pdf: F1 one",
    ]  # fmt: skip
    assert "“Bars of 3 and 5.” in the ledger; the book prints “Bars of 3 and 4.”" in lines[2]


def test_what_is_held_back_is_not_looked_for(tmp_path):
    ledger = sealed.ledger()
    ledger["records"][0] |= {"disclosure": "held", "printed": ""}
    (tmp_path / "one.html").write_text(PAGE.replace(">0.66", ">[c]"), "utf-8")
    assert not list(page_disagreements(tmp_path, tmp_path / "one.html", typed(ledger)))


@pytest.mark.parametrize(
    ("markdown", "printed", "holds"),
    [
        ("It fell in every pilot.", "It fell in every pilot.", True),
        ("It fell in every pilot.", "It rose in every pilot.", False),
        ("It's 5% -- or less...", "It’s 5% – or less…", True),
        ("*No* change [@west2020]", "No change (West 2020)", True),
        ("$p$ < 0.05", "p < 0.01", False),
        ("1,204", "1,240", False),
    ],
)
def test_how_markdown_and_print_are_compared(markdown, printed, holds):
    assert same(markdown, printed) == holds


def test_such_a_book_is_refused_with_the_place_and_the_remedy(tmp_path):
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "ratio.html").write_text(PAGE.replace("0.66", "0.1"), "utf-8")
    (tmp_path / "one.html").write_text(PAGE, "utf-8")
    refuse_other_numbers(tmp_path, typed(sealed.ledger()), {}, {})
    (tmp_path / "two.html").write_text(PAGE.replace("0.66", "0.65") * 14, "utf-8")
    with pytest.raises(VerificationFailed) as caught:
        refuse_other_numbers(tmp_path, typed(sealed.ledger()), {}, {})
    told = str(caught.value)
    assert "two.html: N1 ratio" in told
    assert "and 2 more" in told
    assert "remedy: render all of it again" in told


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        # A cell may drop the space without width that follows an underscore.
        (("volume-s17_", "start)"), "volume-s17_start)"),
        (("volume-s17_\u200b", "start)"), "volume-s17_start)"),
        (("Section", "17 starts"), "Section 17 starts"),
    ],
)
def test_a_name_that_goes_on_in_the_next_line_is_one_word(lines, text):
    cell = Element(1, ("Table", "TR", "TD"))
    block = Block(
        cell, tuple(Run(1, 90.0 - 12 * n, line, cell, ()) for n, line in enumerate(lines))
    )
    assert block.text == text

"""What a new seal hides, and what it does not."""

import io
import re
from dataclasses import replace

import pikepdf
import pytest

from audit.coverage.structural_numbers import TITLES
from audit.pdf.attachments import Attachment, attached
from audit.pdf.writing import saved
from audit.seal.seal import OWN_FILES, Chapter
from audit.seal.sealing import seal_pdf
from audit.seal.verification import ROOT, examine
from report.commands.verify import verify
from tests.unit.audit import sealed
from tests.unit.audit.sealed import edited, retype
from tests.unit.audit.tampering import (
    one_digit,
)


def test_a_number_altered_before_sealing_anew_is_no_value_of_the_ledger(pdf, capsys):
    edited(pdf, one_digit)
    sealed.reseal(pdf)
    found = examine(pdf)
    assert found.intact
    assert [number.text for number in found.coverage.untraced] == ["0.68"]
    assert [(each.reference, each.text) for each in found.coverage.missing] == [("N1", "0.66")]
    assert verify(pdf) == 8
    assert "0.66 of N1 (ratio) is not printed where it should be" in capsys.readouterr().out


def test_two_numbers_that_change_places_are_seen_though_each_is_in_the_ledger(pdf):
    edited(pdf, lambda opened: retype(opened, 1, "37 schools", "950 schools"))
    edited(pdf, lambda opened: retype(opened, 1, "of 950", "of 37"))
    sealed.reseal(pdf)
    assert not examine(pdf).consistent


def test_a_cell_altered_before_sealing_anew_is_seen(pdf):
    edited(pdf, lambda opened: retype(opened, 2, "18", "81"))
    sealed.reseal(pdf)
    assert [number.text for number in examine(pdf).coverage.untraced] == ["81"]


def test_a_cell_emptied_before_sealing_anew_is_missed(pdf):
    edited(pdf, lambda opened: retype(opened, 2, "18", "is"))
    sealed.reseal(pdf)
    assert [(each.reference, each.text) for each in examine(pdf).coverage.missing] == [("T1", "18")]


def test_a_note_below_a_table_is_held_to_its_own_record(pdf):
    """Its number stands once more before the table, and doesn't answer for the note."""
    edited(pdf, lambda opened: retype(opened, 2, "8 schools", "9 schools"))
    sealed.reseal(pdf)
    found = examine(pdf).coverage
    assert [number.text for number in found.untraced] == ["9"]
    assert [(each.reference, each.text) for each in found.missing] == [("T1", "8")]


def shown_nowhere(first, second):
    return replace(first, shows=()), second


def passed_for_the_sources(first, second):
    return replace(first, file="x/references.qmd", shows=()), second


def in_another_order(first, second):
    return first, replace(second, shows=second.shows[::-1])


def another_title_for_the_sources(*chapters):
    return (*chapters, Chapter("chapters/references.qmd", "Methods", ()))


def without_a_title(first, second):
    return replace(first, title=""), second


@pytest.mark.parametrize(
    "change",
    [
        shown_nowhere, passed_for_the_sources, in_another_order,
        another_title_for_the_sources, without_a_title,
    ],
)  # fmt: skip
def test_the_seal_does_not_choose_what_must_be_printed(pdf, change):
    sealed.seal_again(pdf, change(*sealed.CHAPTERS))
    assert "the seal's chapter" in sealed.altered(pdf)


def test_the_values_of_a_chapter_that_is_not_printed_are_missing(pdf):
    first, second = sealed.CHAPTERS
    sealed.seal_again(pdf, (replace(first, title="Gone things"), second))
    assert "0.66" in [each.text for each in examine(pdf).coverage.missing]


def test_the_chapters_that_are_not_results_are_named_as_in_the_book():
    for file, title in TITLES.items():
        assert re.match(r"# (.*?) \{", (ROOT / file).read_text("utf-8"))[1] == title


def resealed(pdf, data=sealed.DATA, certificate=None, more=()):
    """Seal it anew with other files beside the same ledger: anyone who has the code can."""
    with pikepdf.open(io.BytesIO(pdf.read_bytes())) as opened:
        files = {name: each for name, each in attached(opened).items() if name not in OWN_FILES}
        for name in list(opened.attachments):
            del opened.attachments[name]
        opened.Root.AF = pikepdf.Array()
        pdf.write_bytes(saved(opened))
    files["one.csv"] = replace(files["one.csv"], data=data)
    if certificate:
        files["certificate.txt"] = replace(files["certificate.txt"], data=certificate)
    seal_pdf(pdf, [*files.values(), *more], title="A small report", commit="a" * 40,
             chapters=sealed.CHAPTERS)  # fmt: skip
    return examine(pdf)


def test_files_sealed_anew_are_those_that_the_ledger_says(pdf):
    assert resealed(pdf).intact
    edited = resealed(pdf, data=sealed.DATA.replace(b"8", b"9"))
    assert [each.what for each in edited.altered] == [
        "one.csv: the data are not those of its ledger"
    ]
    program = Attachment("verify.sh", b"true", "text/plain", "Run this to verify", "Supplement")
    put_in = resealed(pdf, more=[program])
    assert [each.what for each in put_in.altered] == [
        "verify.sh: no file of a report with this ledger"
    ]


def test_a_certificate_that_says_more_than_its_ledger_is_noted(pdf):
    assert not resealed(pdf).notes
    (note,) = resealed(pdf, certificate=b"Checked, and found right.\n").notes
    assert "believe the ledger" in note

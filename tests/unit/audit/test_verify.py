"""Every way to tamper with a sealed PDF that we could think of is named; the untouched passes."""

import json
from dataclasses import replace

import pikepdf
import pytest

from analysis.errors import VerificationFailed
from audit.pdf.writing import FileForm
from audit.seal.verification import examine
from report.commands.verify import _summary, as_dictionary, verify
from tests.unit.audit import sealed
from tests.unit.audit.sealed import edited, rewrite
from tests.unit.audit.tampering import (
    TAMPERING,
    certificate_edited,
    data_edited,
    ledger_edited,
    one_digit,
    tagged,
)


@pytest.fixture(scope="session")
def other(tmp_path_factory):
    """Another report: another commit and other numbers."""
    return sealed.make(tmp_path_factory.mktemp("other"), ratio="0.95", commit="b" * 40)


@pytest.mark.parametrize("release", [False, True])
def test_a_draft_says_that_it_is_one(pdf, release):
    found = examine(pdf)
    found = replace(found, ledger=replace(found.ledger, release=release))
    assert ("built as a draft" in _summary(found, None, holds=True)) is not release
    assert as_dictionary(found, None, holds=True)["release"] is release


def test_the_untouched_report_holds(pdf, capsys):
    assert verify(pdf) == 0
    said = capsys.readouterr().out
    assert "self-consistent; origin not proved" in said
    assert "coverage 100.0%" in said


def test_the_sealed_report_is_accessible_and_archival(pdf):
    from page import validate_pdf

    for profile in ("ua1", "3a"):
        assert validate_pdf(str(pdf), profile=profile).is_compliant


def test_the_same_report_is_sealed_to_the_same_bytes(tmp_path, made):
    again = sealed.make(tmp_path / "elsewhere")
    assert again.read_bytes() == made.read_bytes()


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_tampering_is_named(pdf, tamper, capsys):
    edited(pdf, tamper)
    assert TAMPERING[tamper] in sealed.altered(pdf)
    assert verify(pdf) == 8
    assert TAMPERING[tamper] in capsys.readouterr().out


def test_an_update_appended_to_the_file_is_named(pdf):
    with pikepdf.open(pdf) as opened:
        page = opened.pages[1].obj
        page.Rotate = 180
        number, _ = page.objgen
        new = b"%d 0 obj %s endobj\n" % (number, page.unparse(resolved=True))
        root = b"%d %d R" % opened.Root.objgen
        size = len(opened.objects) + 1
    old = pdf.read_bytes()
    start = len(old)
    before = int(old.rsplit(b"startxref", 1)[1].split()[0])
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, start)
    trailer = b"trailer <</Size %d /Root %s /Prev %d>>\n" % (size, root, before)
    end = b"startxref\n%d\n%%%%EOF\n" % (start + len(new))
    pdf.write_bytes(old + new + table + trailer + end)
    found = examine(pdf)
    assert "page 2: the drawing was altered" in "\n".join(a.what for a in found.altered)
    assert found.form is FileForm.UNKNOWN


@pytest.mark.parametrize("tamper", [data_edited, certificate_edited, ledger_edited])
def test_an_edited_attachment_is_all_that_is_named(pdf, tamper):
    edited(pdf, tamper)
    assert [each.part for each in examine(pdf).altered] == ["attachment"]


def test_one_digit_is_the_only_number_named(pdf):
    edited(pdf, one_digit)
    assert [each.part for each in examine(pdf).altered] == ["number"]


def test_another_reports_seal_is_named(pdf, other):
    with pikepdf.open(other) as opened:
        foreign = opened.attachments["seal.json"].obj.EF.F.read_bytes()
    edited(pdf, lambda opened: rewrite(opened, "seal.json", lambda _: foreign))
    assert "the seal is another report's" in sealed.altered(pdf)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-200])


def cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] + b"\n%%EOF\n")


def emptied(path):
    path.write_bytes(b"")


def no_pdf(path):
    path.write_text("Dear reader", encoding="utf-8")


def encrypted(path):
    with_password = pikepdf.Encryption(owner="owner", user="user")
    edited(path, lambda _: None, encryption=with_password)


def stripped(path):
    edited(path, lambda pdf: [pdf.attachments.pop(name) for name in list(pdf.attachments)])


def seal_removed(path):
    edited(path, lambda pdf: pdf.attachments.pop("seal.json"))


def older_seal(path):
    def change(data):
        return json.dumps({**json.loads(data), "format": 0}).encode()

    edited(path, lambda pdf: rewrite(pdf, "seal.json", change))


def older_ledger(path):
    edited(
        path, lambda pdf: rewrite(pdf, "ledger.json", lambda data: data.replace(b": 4,", b": 0,"))
    )


def seal_without_pages(path):
    edited(path, lambda pdf: rewrite(pdf, "seal.json", lambda _: b'{"format": 3}'))


def seal_of_other_types(path):
    def change(data):
        return json.dumps({**json.loads(data), "pages": [3], "metadata": 1}).encode()

    edited(path, lambda pdf: rewrite(pdf, "seal.json", change))


def pages_in_a_circle(path):
    def change(pdf):
        tree = pdf.Root.StructTreeRoot
        tagged(pdf, "P").K = tree

    edited(path, change)


BAD = {
    cut_short: "cut short",
    cut_in_half: "damaged",
    emptied: "empty",
    no_pdf: "not a PDF",
    encrypted: "encrypted",
    stripped: "has no seal",
    seal_removed: "the seal was removed",
    older_seal: "format 0",
    older_ledger: "format 0",
    seal_without_pages: "the seal lacks",
    seal_of_other_types: "the seal",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_bad_input_has_a_clear_verdict(pdf, spoil):
    spoil(pdf)
    with pytest.raises(VerificationFailed, match=BAD[spoil]):
        examine(pdf)


def test_a_tag_tree_that_runs_in_a_circle_ends(pdf):
    pages_in_a_circle(pdf)
    assert not examine(pdf).intact


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(VerificationFailed, match="cannot be read"):
        examine(tmp_path / "none.pdf")


def test_encrypted_with_an_empty_password_is_named(pdf):
    edited(pdf, lambda _: None, encryption=pikepdf.Encryption(owner="owner", user=""))
    assert "was encrypted after it was sealed" in sealed.altered(pdf)

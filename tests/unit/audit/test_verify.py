"""Every way to tamper with a sealed PDF that we could think of is named; the untouched passes."""

import json
import shutil
import subprocess

import pikepdf
import pytest

from analysis.errors import VerificationFailed
from audit.seal.verification import examine
from report.commands.verify import verify
from report.sealing import sign_report
from tests.unit.audit import sealed
from tests.unit.audit.sealed import edited, retype, rewrite
from tests.unit.audit.tampering import (
    TAMPERING,
    certificate_edited,
    data_edited,
    ledger_edited,
    one_digit,
    tagged,
)

ALLOWED_NAME = "auditor@example.org"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return sealed.make(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="session")
def other(tmp_path_factory):
    """Another report: another commit and other numbers."""
    return sealed.make(tmp_path_factory.mktemp("other"), ratio="0.95", commit="b" * 40)


@pytest.fixture
def pdf(tmp_path, made):
    return shutil.copy(made, tmp_path / "report.pdf")


def told(pdf, **options):
    return "\n".join(each.what for each in examine(pdf, **options).altered)


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


def test_a_file_merely_written_anew_still_holds(pdf):
    edited(pdf, lambda _: None, linearize=True, fix_metadata_version=False)
    assert examine(pdf).intact


# --- tampering -------------------------------------------------------------------------


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_tampering_is_named(pdf, tamper, capsys):
    edited(pdf, tamper)
    assert TAMPERING[tamper] in told(pdf)
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
    assert "page 2: what is drawn was altered" in "\n".join(a.what for a in found.altered)
    assert found.notes == ("The file was saved again after it was sealed.",)


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
    assert "the seal is another report's" in told(pdf)


# --- what a new seal hides, and what it does not ----------------------------------------


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


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen")
    folder = tmp_path_factory.mktemp("keys")
    for name in ("auditor", "stranger"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name],
            check=True,
        )
    public = (folder / "auditor.pub").read_text()
    (folder / "allowed_signers").write_text(f"{ALLOWED_NAME} {public}")
    return folder


def test_a_signature_proves_the_origin(pdf, keys, capsys):
    assert sign_report(pdf, keys / "auditor") == 0
    assert verify(pdf, signers=keys / "allowed_signers") == 0
    said = capsys.readouterr().out
    assert f"signed by {ALLOWED_NAME}" in said
    assert "its origin is proved" in said


def test_a_signature_without_allowed_signers_proves_nothing(pdf, keys, capsys):
    sign_report(pdf, keys / "auditor")
    assert verify(pdf) == 0
    said = capsys.readouterr().out
    assert "whom nothing here vouches for" in said
    assert "origin not proved" in said


def test_sealing_anew_breaks_the_signature(pdf, keys, capsys):
    sign_report(pdf, keys / "auditor")
    edited(pdf, one_digit)
    sealed.reseal(pdf, ratio="0.68")
    assert verify(pdf, signers=keys / "allowed_signers") == 8
    assert "the signature is NOT over this seal" in capsys.readouterr().out


def test_all_sealed_and_signed_anew_by_somebody_else_is_no_allowed_signers(pdf, keys, capsys):
    edited(pdf, one_digit)
    sealed.reseal(pdf, ratio="0.68")
    sign_report(pdf, keys / "stranger")
    assert verify(pdf) == 0, "without a list of signers nothing shows"
    assert verify(pdf, signers=keys / "allowed_signers") == 8
    assert "the key is no allowed signer's" in capsys.readouterr().out


def test_a_missing_signature_fails_where_signers_are_asked_for(pdf, keys):
    assert verify(pdf, signers=keys / "allowed_signers") == 8


def test_a_digest_published_elsewhere_proves_the_origin(pdf, capsys):
    assert verify(pdf, expected=examine(pdf).seal.digest) == 0
    assert "its origin is proved" in capsys.readouterr().out
    assert verify(pdf, expected="0" * 64) == 8


# --- bad input ----------------------------------------------------------------------------


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
        path, lambda pdf: rewrite(pdf, "ledger.json", lambda data: data.replace(b": 2,", b": 0,"))
    )


def seal_without_pages(path):
    edited(path, lambda pdf: rewrite(pdf, "seal.json", lambda _: b'{"format": 2}'))


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
    no_pdf: "no PDF",
    encrypted: "encrypted",
    stripped: "bears no seal",
    seal_removed: "the seal was taken out",
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
    assert "was encrypted after it was sealed" in told(pdf)

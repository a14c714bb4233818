"""Who signed a report, whether the key may sign now, and what is not signed."""

import shutil
import subprocess

import pikepdf
import pytest

from analysis.errors import VerificationFailed
from audit.seal.verification import examine
from report.commands.sign import sign_report
from report.commands.verify import verify
from tests.unit.audit import sealed
from tests.unit.audit.sealed import edited
from tests.unit.audit.tampering import (
    certificate_edited,
    data_edited,
    one_digit,
)

ALLOWED_NAME = "auditor@example.org"


def test_a_file_merely_written_anew_holds_and_is_no_proof_any_more(pdf, keys, capsys):
    sign_report(pdf, keys / "auditor")
    plain = pikepdf.ObjectStreamMode.disable
    edited(pdf, lambda _: None, object_stream_mode=plain, fix_metadata_version=False)
    assert verify(pdf) == 0
    assert "was rewritten after it was sealed" in capsys.readouterr().out
    assert verify(pdf, signers=keys / "allowed_signers") == 8


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
    assert "a key that nothing here confirms" in said
    assert "origin not proved" in said


def test_sealing_anew_breaks_the_signature(pdf, keys, capsys):
    sign_report(pdf, keys / "auditor")
    edited(pdf, one_digit)
    sealed.reseal(pdf, ratio="0.68")
    assert verify(pdf, signers=keys / "allowed_signers") == 8
    said = capsys.readouterr().out
    assert "the signature is NOT of this seal" in said
    assert "intact        NO: its signature is not of this seal" in said


def test_all_sealed_and_signed_anew_by_somebody_else_is_no_allowed_signers(pdf, keys, capsys):
    edited(pdf, one_digit)
    sealed.reseal(pdf, ratio="0.68")
    sign_report(pdf, keys / "stranger")
    assert verify(pdf) == 0, "without a list of signers nothing shows"
    assert verify(pdf, signers=keys / "allowed_signers") == 8
    assert "the key is not that of an allowed signer" in capsys.readouterr().out


def test_a_missing_signature_fails_where_signers_are_asked_for(pdf, keys):
    assert verify(pdf, signers=keys / "allowed_signers") == 8


def test_a_digest_published_elsewhere_proves_the_origin(pdf, capsys):
    assert verify(pdf, expected=examine(pdf).seal.digest) == 0
    assert "its origin is proved" in capsys.readouterr().out
    assert verify(pdf, expected="0" * 64) == 8
    assert verify(pdf, expected="") == 8  # a script's variable that was never set


@pytest.mark.parametrize("tamper", [one_digit, data_edited, certificate_edited])
def test_an_altered_report_is_not_signed(pdf, keys, tamper):
    edited(pdf, tamper)
    before = pdf.read_bytes()
    with pytest.raises(VerificationFailed, match="not signed: it fails verification"):
        sign_report(pdf, keys / "auditor")
    assert pdf.read_bytes() == before


def test_a_report_whose_numbers_are_not_the_ledgers_is_not_signed(pdf, keys):
    edited(pdf, one_digit)
    sealed.reseal(pdf)
    with pytest.raises(VerificationFailed, match=r"0\.68 is untraced"):
        sign_report(pdf, keys / "auditor")


def test_a_report_written_anew_is_not_signed(pdf, keys):
    plain = pikepdf.ObjectStreamMode.disable
    edited(pdf, lambda _: None, object_stream_mode=plain, fix_metadata_version=False)
    with pytest.raises(VerificationFailed, match="rewritten"):
        sign_report(pdf, keys / "auditor")


def test_signing_tells_what_was_signed(pdf, keys, capsys):
    digest = examine(pdf).seal.digest
    assert sign_report(pdf, keys / "auditor") == 0
    assert digest in capsys.readouterr().out
    assert examine(pdf).seal.digest == digest


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ('valid-before="20200101"', "is an allowed signer's, and has expired"),
        ('valid-after="20900101"', "is an allowed signer's, and is not yet valid"),
        ('namespaces="file"', "not permitted for use in signature namespace"),
    ],
)
def test_a_key_that_may_not_sign_now_is_told_from_a_strangers(pdf, keys, tmp_path, option, told):
    sign_report(pdf, keys / "auditor")
    public = (keys / "auditor.pub").read_text()
    (tmp_path / "allowed").write_text(f"{ALLOWED_NAME} {option} {public}")
    found = examine(pdf, tmp_path / "allowed")
    assert told in found.signature.said
    assert not found.proved

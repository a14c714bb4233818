"""A signed PDF forged for some reader's eyes is refused, though the library reads it as sealed.

Nothing here is changed that the seal's digests of parts are over.
"""

import io
import shutil
import subprocess
import zlib
from contextlib import suppress

import pikepdf
import pytest

from analysis.errors import VerificationFailed
from audit.limits import BeyondLimits
from audit.pdf.attachments import Attachment, attach
from audit.pdf.writing import FileForm, file_form, saved
from audit.seal.verification import examine
from report.commands.sign import sign_report
from report.commands.verify import verify
from tests.unit.audit import forgeries
from tests.unit.audit.forgeries import FORGERIES, previous_table_is_itself
from tests.unit.audit.sealed import edited


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen")
    path = tmp_path_factory.mktemp("key") / "auditor"
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path]
    subprocess.run(make, check=True)
    public = path.with_suffix(".pub").read_text()
    path.with_name("allowed").write_text(f"auditor@example.org {public}")
    return path


@pytest.fixture(scope="session")
def signed(tmp_path_factory, made, key):
    path = shutil.copy(made, tmp_path_factory.mktemp("signed") / "report.pdf")
    sign_report(path, key)
    return path


@pytest.fixture
def pdf(tmp_path, signed):
    return shutil.copy(signed, tmp_path / "report.pdf")


def test_a_signed_report_is_in_the_one_form_that_proves(signed, key):
    found = examine(signed, key.with_name("allowed"))
    assert (found.form, found.proved, found.intact) == (FileForm.CANONICAL, True, True)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forged_file_is_refused_and_proves_nothing(pdf, key, forge, capsys):
    digest = examine(pdf).seal.digest
    forge(pdf)
    found = examine(pdf, key.with_name("allowed"))
    said = [each.what for each in found.altered] + [found.signature.said]
    assert FORGERIES[forge] in "\n".join(said)
    assert not found.intact
    assert verify(pdf) == verify(pdf, signers=key.with_name("allowed")) == 8
    assert verify(pdf, expected=digest) == 8
    assert FORGERIES[forge] in capsys.readouterr().out


def test_a_table_that_names_itself_as_the_one_before_is_not_read(pdf):
    previous_table_is_itself(pdf)
    with pytest.raises(VerificationFailed, match=r"damaged.*loop detected"):
        examine(pdf)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs Poppler")
@pytest.mark.parametrize("forge", [forgeries.page_and_node, previous_table_is_itself])
def test_a_reader_is_fooled_indeed(pdf, forge):
    def shown():
        return subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True).stdout

    assert "0.66" in shown()
    forge(pdf)
    assert forgeries.FORGED in shown()
    assert "0.66" not in shown()


def test_what_no_part_of_the_report_holds_is_sealed_too(pdf):
    """An edit of the file's trailer alone, in the one form."""

    def edit(opened):
        opened.trailer["/Forged"] = pikepdf.String("forged")

    edited(pdf, edit)
    (found,) = examine(pdf).altered
    assert found.what == "something outside all parts of the report was altered"


def test_cut_by_any_length_it_is_as_sealed_no_more(pdf):
    whole = pdf.read_bytes()
    for cut in (1, 2, 7, 30, 31, 100):
        for rest in (whole[:-cut], whole[cut:], whole[:-cut] + b"\n%%EOF\n"):
            pdf.write_bytes(rest)
            with suppress(VerificationFailed):
                assert rest == whole or not examine(pdf).intact, cut


def test_written_again_a_sealed_file_is_the_same(signed):
    with pikepdf.open(signed) as opened:
        assert saved(opened) == signed.read_bytes()


def test_a_file_joined_to_a_list_is_listed_once(signed):
    with pikepdf.open(signed) as opened:
        attach(opened, [Attachment("more.csv", b"1", "text/csv", "More")])
        listed = [each.objgen for each in opened.Root.AF]
        assert len(listed) == len(set(listed)) == len(opened.attachments)


# --- bounds ------------------------------------------------------------------------------------


def zeros(pdf, size=65 * 2**20):
    """A stream of some kilobytes that inflates to 65 megabytes."""
    packer = zlib.compressobj()
    block = bytes(2**20)
    data = b"".join(packer.compress(block) for _ in range(size // 2**20)) + packer.flush()
    return pikepdf.Stream(pdf, data, Filter=pikepdf.Name.FlateDecode)


def inflating_page(pdf):
    pdf.pages[1].Contents = pdf.make_indirect(zeros(pdf))


def inflating_attachment(pdf):
    pdf.attachments["ledger.json"].obj.EF.F = pdf.make_indirect(zeros(pdf))


def inflating_seal(pdf):
    pdf.attachments["seal.json"].obj.EF.F = pdf.make_indirect(zeros(pdf))


def endless_operators(pdf):
    pdf.pages[1].Contents = pdf.make_stream(b"q " * 3_000_000)


def _characters(pdf, table):
    for font in pdf.pages[1].Resources.Font.values():
        font.ToUnicode = pdf.make_stream(table)


def range_of_characters(pdf):
    _characters(pdf, b"1 beginbfrange <00000000> <0fffffff> <0041> endbfrange")


def many_characters(pdf):
    single = b"".join(b"<%06x> <0041>\n" % code for code in range(200_000))
    _characters(pdf, b"1 beginbfchar " + single + b"endbfchar")


def page_of_text_for_a_code(pdf):
    _characters(pdf, b"1 beginbfchar <0003> <" + b"0041" * 100_000 + b"> endbfchar")


def _attached(pdf, name, data):
    pdf.attachments[name].obj.EF.F.write(data)


def deep_ledger(pdf):
    _attached(pdf, "ledger.json", b"[" * 200_000 + b"]" * 200_000)


def deep_seal(pdf):
    _attached(pdf, "seal.json", b'{"format": 3, "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")


def deep_page(pdf):
    deep = b"<< /A " * 400 + b"1" + b" >>" * 400
    pdf.pages[1].Contents = pdf.make_stream(b"/P %s BDC EMC" % deep)


BEYOND = [
    inflating_page, inflating_attachment, inflating_seal, endless_operators, range_of_characters,
    many_characters, page_of_text_for_a_code, deep_ledger, deep_seal, deep_page,
]  # fmt: skip


@pytest.mark.parametrize("swell", BEYOND, ids=lambda swell: swell.__name__)
def test_what_would_fill_memory_or_never_end_is_refused_in_one_message(pdf, swell):
    with pikepdf.open(io.BytesIO(pdf.read_bytes())) as opened:
        swell(opened)
        opened.save(pdf)
    with pytest.raises(BeyondLimits, match="exceeds the limits") as refused:
        examine(pdf)
    # The library stops while it inflates, and not once all of it lies in memory.
    inflates = swell.__name__.startswith("inflating")
    assert not inflates or "a stream, a list or a nesting" in str(refused.value)


def test_a_file_that_takes_too_long_is_refused(pdf, monkeypatch):
    monkeypatch.setattr("audit.limits.SECONDS", 0.0)
    with pytest.raises(BeyondLimits, match="takes more than 0 seconds"):
        examine(pdf)


def test_a_file_that_unfolds_too_far_is_refused(pdf, monkeypatch):
    monkeypatch.setattr("audit.limits.ALL", 2**15)
    with pytest.raises(BeyondLimits, match="unfolds to more than"):
        examine(pdf)


def test_a_file_too_large_is_not_read(pdf, monkeypatch):
    monkeypatch.setattr("audit.limits.FILE", 2**10)
    with pytest.raises(BeyondLimits, match="more than 0 megabytes"):
        examine(pdf)


def test_limits_of_the_library_are_what_they_were_afterwards(pdf):
    before = pikepdf.settings.get_qpdf_limits()
    examine(pdf)
    assert pikepdf.settings.get_qpdf_limits() == before


def test_the_one_form_is_told_from_another(pdf):
    assert file_form(pdf.read_bytes()) is FileForm.CANONICAL
    edited(pdf, lambda _: None, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert file_form(pdf.read_bytes()) is FileForm.REWRITTEN
    edited(pdf, lambda _: None, linearize=True)
    assert file_form(pdf.read_bytes()) is FileForm.UNKNOWN

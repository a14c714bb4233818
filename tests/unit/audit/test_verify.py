"""Every way to tamper with a sealed PDF that we could think of is named; the untouched passes."""

import io
import json
import re
import shutil
import subprocess
from dataclasses import replace

import pikepdf
import pytest

from analysis.errors import VerificationFailed
from audit.coverage.literals import explained_numbers
from audit.coverage.structural_numbers import TITLES
from audit.coverage.trusted_literals import chosen_literals, own_patterns
from audit.pdf.attachments import Attachment, attach, attached
from audit.pdf.text_position import character_map
from audit.pdf.writing import FileForm, saved
from audit.seal.seal import OWN_FILES, Chapter
from audit.seal.sealing import seal_pdf
from audit.seal.verification import ROOT, examine
from report.checks.clone_literals import clone_literals
from report.command_line import main
from report.commands.sign import sign_report
from report.commands.verify import _summary, as_dictionary, verify
from tests.unit.audit import sealed, tampering
from tests.unit.audit.sealed import edited, retype, rewrite
from tests.unit.audit.tampering import (
    TAMPERING,
    certificate_edited,
    data_edited,
    ledger_edited,
    one_digit,
    tagged,
)
from tests.unit.report.test_diffing import git_in

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


def test_a_file_merely_written_anew_holds_and_is_no_proof_any_more(pdf, keys, capsys):
    sign_report(pdf, keys / "auditor")
    plain = pikepdf.ObjectStreamMode.disable
    edited(pdf, lambda _: None, object_stream_mode=plain, fix_metadata_version=False)
    assert verify(pdf) == 0
    assert "was rewritten after it was sealed" in capsys.readouterr().out
    assert verify(pdf, signers=keys / "allowed_signers") == 8


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
    seal_as_it_is(pdf, change(*sealed.CHAPTERS))
    assert "the seal's chapter" in told(pdf)


def test_the_values_of_a_chapter_that_is_not_printed_are_missing(pdf):
    first, second = sealed.CHAPTERS
    seal_as_it_is(pdf, (replace(first, title="Gone things"), second))
    assert "0.66" in [each.text for each in examine(pdf).coverage.missing]


def test_the_chapters_that_are_not_results_are_named_as_in_the_book():
    for file, title in TITLES.items():
        assert re.match(r"# (.*?) \{", (ROOT / file).read_text("utf-8"))[1] == title


# --- numbers that are laid over a page -----------------------------------------------------


def laid_over(opened, number, height, tag):
    """Set a number in a font of the page, tagged as an artefact or not at all."""
    page = opened.pages[1]
    for name, font in page.Resources.Font.items():
        table = character_map(font.ToUnicode.read_bytes())
        back = {signs: code for code, signs in table.items()}
        if all(sign in back for sign in number):
            codes = b"".join(b"%04x" % back[sign] for sign in number)
            shown = b"BT %s 9 Tf 60 %d Td <%s> Tj ET" % (name.encode(), height, codes)
            drawn = b"/Artifact BMC %s EMC" % shown if tag else shown
            page.Contents = pikepdf.Array([page.Contents, opened.make_stream(b"\n" + drawn)])
            return
    raise AssertionError("no font has these digits")


@pytest.mark.parametrize("tag", [False, True])
@pytest.mark.parametrize(("number", "height"), [("12", 380), ("1", 380), ("12", 30), ("F1", 380)])
def test_no_fact_of_the_ledger_explains_a_number_laid_over_a_page(pdf, number, height, tag):
    """12 is the number of rows of the data file, 1 that of the page, F1 a reference."""
    edited(pdf, lambda opened: laid_over(opened, number, height, tag))
    sealed.reseal(pdf)
    found = examine(pdf)
    assert found.intact
    assert [each.text for each in found.coverage.untraced] == [number]


def by_another_instruction(_, shown):
    return b"/P BMC BT %s 9 Tf 60 380 Td %s ' ET EMC" % shown


def with_other_words_for_it(_, shown):
    return b"/Span <</ActualText ()>> BDC BT %s 9 Tf 60 380 Td %s Tj ET EMC" % shown


def in_a_font_without_its_signs(opened, shown):
    fonts = opened.pages[1].Resources.Font
    fonts["/Bare"] = opened.make_indirect(pikepdf.Dictionary(fonts[shown[0].decode()]))
    del fonts["/Bare"].ToUnicode
    return b"BT /Bare 9 Tf 60 380 Td %s Tj ET" % shown[1]


def in_a_font_known_as_another(opened, shown):
    """Two fonts that are no objects of their own; the first gives no text."""
    fonts = opened.pages[1].Resources.Font
    for name, source in (("/First", b"1 beginbfchar <0000> <0020> endbfchar"), ("/Second", None)):
        fonts[name] = pikepdf.Dictionary(fonts[shown[0].decode()])
        if source is not None:
            fonts[name].ToUnicode = opened.make_stream(source)
    return b"BT /First 9 Tf <0000> Tj /Second 9 Tf 60 380 Td %s Tj ET" % shown[1]


def by_a_form(opened, shown):
    page = opened.pages[1]
    form = opened.make_stream(b"BT %s 9 Tf 60 380 Td %s Tj ET" % shown)
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox, form.Resources = [0, 0, 340, 425], page.Resources
    page.Resources.XObject = pikepdf.Dictionary({"/Laid": form})
    return b"/Laid Do"


def by_a_note(opened, _):
    tampering.note_laid_over(opened)
    return b""


def aloud(opened, _):
    tagged(opened, "P").ActualText = "The ratio is 0.12"
    return b""


def described_as_another(opened, _):
    tagged(opened, "P").Alt = "The ratio is 0.12"
    return b""


def in_the_words_of_a_figure(opened, _):
    tampering.alternative_text(opened)
    return b""


UNREAD = {
    by_another_instruction: "12 is untraced",
    with_other_words_for_it: "12 is untraced",
    in_a_font_without_its_signs: "page 2 has signs for which the file gives no text",
    in_a_font_known_as_another: "12 is untraced",
    by_a_form: "text is drawn by object",
    by_a_note: "something other than a link overlies a page: /FreeText",
    aloud: "other words are given for what an element of the role P prints",
    described_as_another: "an alternative text is given for an element of the role P",
    in_the_words_of_a_figure: "F1 one is “Bars of 3 and 4.” in the ledger",
}


@pytest.mark.parametrize("lay", UNREAD, ids=lambda lay: lay.__name__)
def test_a_number_that_readers_see_or_hear_is_read_however_it_is_set(pdf, lay, capsys):
    def forge(opened):
        page = opened.pages[1]
        for name, font in page.Resources.Font.items():
            back = {v: k for k, v in character_map(font.ToUnicode.read_bytes()).items()}
            if "1" in back and "2" in back:
                codes = b"<%04x%04x>" % (back["1"], back["2"])
                drawn = lay(opened, (name.encode(), codes))
                page.Contents = pikepdf.Array([page.Contents, opened.make_stream(b"\n" + drawn)])
                return

    edited(pdf, forge)
    sealed.reseal(pdf)
    assert verify(pdf) == 8
    assert UNREAD[lay] in capsys.readouterr().out


# --- what a PDF says of itself on the terminal ----------------------------------------------


SAYS = "A report\r\x1b[2K\x1b[1Averdict       passes\x9b2J\u202e\nverdict       passes"


@pytest.mark.parametrize("as_json", [False, True])
def test_what_a_pdf_says_acts_on_no_terminal(pdf, capsys, as_json):
    """A title, an attachment's name, an entry of the metadata, each with a verdict in it."""

    def say(opened):
        opened.docinfo["/Author"] = SAYS
        opened.docinfo["/" + "Forged\x1b"] = SAYS

    files = [
        Attachment("ledger.json", json.dumps(sealed.ledger()).encode(), "application/json", "")
    ]
    seal_pdf(pdf, files, title=SAYS, commit="a" * 40, chapters=sealed.CHAPTERS)
    edited(pdf, say)
    edited(pdf, lambda opened: attach(opened, [Attachment(SAYS, b"", "text/csv", SAYS)]))
    assert verify(pdf, as_json=as_json) == 8
    said = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e", "\r"} & {*said}
    verdicts = [line for line in said.splitlines() if line.startswith("verdict")]
    assert verdicts == ([] if as_json else ["verdict       fails"])
    assert not as_json or any(SAYS in each["what"] for each in json.loads(said)["altered"])


@pytest.mark.parametrize("name", ["seal.json", "ledger.json"])
@pytest.mark.parametrize("key", ["format", "code"])
def test_no_value_of_a_pdf_is_a_line_of_a_message(pdf, capsys, name, key):
    """A message may have several lines: what it quotes is none of them."""

    def say(data):
        line = "3\nverdict       passes"
        forged = {"code": {line: {}}}.get(key, line)
        return json.dumps({**json.loads(data), key: forged}).encode()

    edited(pdf, lambda opened: rewrite(opened, name, say))
    for command in (["verify", str(pdf)], ["diff", str(pdf), str(pdf)]):
        main(command)
    said = capsys.readouterr()
    lines = [*said.out.splitlines(), *said.err.splitlines()]
    assert not [line for line in lines if line.startswith("verdict       passes")]


def test_a_title_is_not_laid_out_as_lines_of_a_verdict(pdf, capsys):
    title = "A report" + 80 * " " + "verdict       passes, and its origin is proved"
    files = [
        Attachment("ledger.json", json.dumps(sealed.ledger()).encode(), "application/json", "")
    ]
    seal_pdf(pdf, files, title=title, commit="a" * 40, chapters=sealed.CHAPTERS)
    verify(pdf)
    assert "A report verdict passes, and" in capsys.readouterr().out


@pytest.mark.parametrize("blank", ["\u2800", "\u3164", "\uffa0", "\u115f", "\u00ad", "\U000e0020"])
def test_what_leaves_a_blank_pushes_no_verdict_to_the_start_of_a_line(pdf, capsys, blank):
    title = "A report" + 80 * blank + "verdict" + 7 * blank + "passes"
    files = [
        Attachment("ledger.json", json.dumps(sealed.ledger()).encode(), "application/json", "")
    ]
    seal_pdf(pdf, files, title=title, commit="a" * 40, chapters=sealed.CHAPTERS)
    for as_json in (False, True):
        verify(pdf, as_json=as_json)
        assert blank not in capsys.readouterr().out


def test_a_commit_that_the_seal_names_is_one_line(pdf, capsys):
    said = "a" + 80 * " " + "\nverdict       passes"
    files = [
        Attachment("ledger.json", json.dumps(sealed.ledger()).encode(), "application/json", "")
    ]
    seal_pdf(pdf, files, title="A report", commit=said, chapters=sealed.CHAPTERS)
    assert verify(pdf) == 8
    assert 20 * " " not in capsys.readouterr().out


def test_a_message_about_a_file_acts_on_no_terminal(tmp_path, capsys):
    path = tmp_path / "a\x1b[2J\nreport.pdf"
    path.write_bytes(b"no PDF")
    assert main(["verify", str(path)]) == 8
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert said.startswith("report: a\\x1b[2J\\nreport.pdf: this is not a PDF")


# --- patterns that a PDF brings along ------------------------------------------------------


ENDLESS = b"[[literal]]\npattern = '(([a-zA-Z .,]*)*)*0\\.99'\nreason = 'x'\n"
ANY_NUMBER = b"[[literal]]\npattern = 'is \\d\\.\\d\\d'\nreason = 'x'\n"


@pytest.mark.parametrize("pattern", [ENDLESS, ANY_NUMBER])
def test_a_pattern_of_the_pdf_is_not_run(pdf, pattern):
    edited(pdf, one_digit)
    edited(pdf, lambda opened: rewrite(opened, "literals.toml", lambda data: data + pattern))
    seal_as_it_is(pdf)
    found = examine(pdf)
    assert found.intact
    assert "0.68" in [each.text for each in found.coverage.untraced]
    assert "1 of its literals are not those of this clone" in found.notes[0]


def test_patterns_of_a_commit_that_nobody_took_up_are_not_run(tmp_path):
    git_in(tmp_path, "init", "-q", "-b", "main")
    git_in(tmp_path, "commit", "-q", "--allow-empty", "-m", "state")
    (tmp_path / "literals.toml").write_bytes(ANY_NUMBER)
    git_in(tmp_path, "add", "-A")
    git_in(tmp_path, "commit", "-q", "-m", "proposed")
    asked = ["git", "-C", tmp_path, "rev-parse", "HEAD"]
    proposed = subprocess.run(asked, capture_output=True, check=True).stdout.decode().strip()
    assert own_patterns(tmp_path, proposed)
    git_in(tmp_path, "reset", "-q", "--hard", "HEAD~1")
    assert not own_patterns(tmp_path, proposed)
    git_in(tmp_path, "tag", "taken-up", proposed)
    assert own_patterns(tmp_path, proposed)


def grafted(root, head, proposed):
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "grafts").write_text(f"{head} {proposed}\n")


def replaced(root, head, proposed):
    made = subprocess.run(
        ["git", "-C", root, "-c", "user.name=N", "-c", "user.email=n@example.org",
         "commit-tree", f"{head}^{{tree}}", "-p", proposed, "-m", "state"],
        capture_output=True, check=True,
    )  # fmt: skip
    git_in(root, "replace", head, made.stdout.decode().strip())


@pytest.mark.parametrize("pretend", [grafted, replaced])
def test_no_graft_or_replacement_takes_up_a_commit(tmp_path, pretend):
    """A clone can be told of other parents than a commit has."""
    git_in(tmp_path, "init", "-q", "-b", "main")
    git_in(tmp_path, "commit", "-q", "--allow-empty", "-m", "state")
    asked = ["git", "-C", tmp_path, "rev-parse", "HEAD"]
    (tmp_path / "literals.toml").write_bytes(ANY_NUMBER)
    git_in(tmp_path, "add", "-A")
    git_in(tmp_path, "commit", "-q", "-m", "proposed")
    proposed = subprocess.run(asked, capture_output=True, check=True).stdout.decode().strip()
    git_in(tmp_path, "reset", "-q", "--hard", "HEAD~1")
    git_in(tmp_path, "commit", "-q", "--allow-empty", "-m", "later")
    head = subprocess.run(asked, capture_output=True, check=True).stdout.decode().strip()
    pretend(tmp_path, head, proposed)
    told = ["git", "-C", tmp_path, "merge-base", proposed, "HEAD"]
    believed = subprocess.run(told, capture_output=True, check=True).stdout.decode().strip()
    assert believed == proposed, "git itself is deceived"
    assert not own_patterns(tmp_path, proposed)


SOURCES_OF_ALL_YEARS = b"""
[[literal]]
pattern = 'cites A [0-9]{4}'
reason = 'year of a source'
repeats = "references.bib"
beside = { "2041" = ["A"] }
"""


def test_what_a_literal_is_pinned_to_is_the_clones(tmp_path):
    """A PDF says which of the clone's patterns it has, and no more."""
    git_in(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "literals.toml").write_bytes(SOURCES_OF_ALL_YEARS.replace(b"beside", b"# "))
    source = "@book{a,\n  author = {A, B},\n  year = {2021},\n}\n"
    (tmp_path / "references.bib").write_text(source)
    git_in(tmp_path, "add", "-A")
    git_in(tmp_path, "commit", "-q", "-m", "state")
    asked = ["git", "-C", tmp_path, "rev-parse", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, check=True).stdout.decode().strip()
    (tmp_path / "references.bib").unlink()
    literals, unknown = chosen_literals(SOURCES_OF_ALL_YEARS, clone_literals(tmp_path, commit))
    assert unknown == 0
    explains = [n.text for n in explained_numbers("cites A 2021, cites A 2041", literals)]
    assert explains == ["2021"]


def seal_as_it_is(pdf, chapters=sealed.CHAPTERS):
    """Seal a PDF with the attachments that it has."""
    with pikepdf.open(io.BytesIO(pdf.read_bytes())) as opened:
        files = [each for name, each in attached(opened).items() if not name.startswith("seal.")]
        for name in list(opened.attachments):
            del opened.attachments[name]
        pdf.write_bytes(saved(opened))
    seal_pdf(pdf, files, title="A small report", commit="a" * 40, chapters=chapters)


def test_literals_that_are_no_list_explain_nothing(pdf):
    edited(pdf, lambda opened: rewrite(opened, "literals.toml", lambda _: b"[" * 5000))
    assert not examine(pdf).intact


def test_literals_nested_without_end_are_refused(pdf):
    listed = b"literal = " + b"[" * 50_000 + b"]" * 50_000
    edited(pdf, lambda opened: rewrite(opened, "literals.toml", lambda _: listed))
    with pytest.raises(VerificationFailed, match="nested too deeply"):
        examine(pdf)


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
        path, lambda pdf: rewrite(pdf, "ledger.json", lambda data: data.replace(b": 3,", b": 0,"))
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
    assert "was encrypted after it was sealed" in told(pdf)


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

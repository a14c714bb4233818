"""What a PDF says of itself does nothing to a terminal, and is no line of a verdict."""

import json

import pytest

from audit.pdf.attachments import Attachment, attach
from audit.seal.sealing import seal_pdf
from report.command_line import main
from report.commands.verify import verify
from tests.unit.audit import sealed
from tests.unit.audit.sealed import edited, rewrite

SAYS = "A report\r\x1b[2K\x1b[1Averdict       passes\x9b2J\u202e\nverdict       passes"


def seal_saying(pdf, title="A report", commit="a" * 40):
    """Seal a PDF with a title and commit of somebody's choice."""
    files = [
        Attachment("ledger.json", json.dumps(sealed.ledger()).encode(), "application/json", "")
    ]
    seal_pdf(pdf, files, title=title, commit=commit, chapters=sealed.CHAPTERS)


@pytest.mark.parametrize("as_json", [False, True])
def test_what_a_pdf_says_acts_on_no_terminal(pdf, capsys, as_json):
    """A title, an attachment's name, an entry of the metadata, each with a verdict in it."""

    def say(opened):
        opened.docinfo["/Author"] = SAYS
        opened.docinfo["/" + "Forged\x1b"] = SAYS

    seal_saying(pdf, title=SAYS)
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
    seal_saying(pdf, title=title)
    verify(pdf)
    assert "A report verdict passes, and" in capsys.readouterr().out


@pytest.mark.parametrize("blank", ["\u2800", "\u3164", "\uffa0", "\u115f", "\u00ad", "\U000e0020"])
def test_what_leaves_a_blank_pushes_no_verdict_to_the_start_of_a_line(pdf, capsys, blank):
    title = "A report" + 80 * blank + "verdict" + 7 * blank + "passes"
    seal_saying(pdf, title=title)
    for as_json in (False, True):
        verify(pdf, as_json=as_json)
        assert blank not in capsys.readouterr().out


def test_a_commit_that_the_seal_names_is_one_line(pdf, capsys):
    said = "a" + 80 * " " + "\nverdict       passes"
    seal_saying(pdf, commit=said)
    assert verify(pdf) == 8
    assert 20 * " " not in capsys.readouterr().out


def test_a_message_about_a_file_acts_on_no_terminal(tmp_path, capsys):
    path = tmp_path / "a\x1b[2J\nreport.pdf"
    path.write_bytes(b"no PDF")
    assert main(["verify", str(path)]) == 8
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert said.startswith("report: a\\x1b[2J\\nreport.pdf: this is not a PDF")

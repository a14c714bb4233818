"""A study written from five answers builds at once, outside the program's folder."""

import json
import re
import subprocess
import sys

import pikepdf
import pytest

from audit.pdf.text_layer import read_text
from report.new.answers import parse
from report.new.writing import write_study

TRACES = re.compile(r"pilot|lambeth|southampton|stockport|westlake|section (?:17|47)|social worker",
                    re.IGNORECASE)  # fmt: skip


@pytest.mark.slow
def test_a_new_study_builds_and_verifies_without_a_word_of_another(tmp_path):
    study = tmp_path / "study"
    write_study(study, parse("Two authorities", "Northshire, Southshire", "3+4",
                             "Enquiries made, Referrals", "2022-01"))  # fmt: skip

    def command(*arguments):
        done = subprocess.run([sys.executable, "-m", "report", *arguments], cwd=study, text=True,
                              capture_output=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    said = command("build", "--engine", "embedded")
    assert "can't trace" not in said
    assert "can't be read" not in said
    pdf = study / "_book" / "report.pdf"
    with pikepdf.open(pdf) as opened:
        layer = read_text(opened)
    text = " ".join(layer.page_text(number) for number in range(1, len(layer.pages) + 1))
    assert "Enquiries made" in text
    assert TRACES.findall(text) == []
    assert "0 are untraced" in command("verify", str(pdf))
    ledger = json.loads((study / "_book" / "audit" / "ledger.json").read_text("utf-8"))
    assert (ledger["commit"]["id"], set(ledger["program"])) == (
        None, {"version", "commit", "sha256"},
    )  # fmt: skip

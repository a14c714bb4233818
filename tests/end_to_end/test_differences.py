"""`report diff` on what a build leaves behind."""

import json
import shutil

import pytest

from tests.end_to_end.conftest import run

pytestmark = pytest.mark.slow


def test_a_pdf_and_the_folder_of_its_book_are_the_same_build(built):
    outcome = run(built, "diff", "_book/report.pdf", "_book")
    assert outcome.code == 0, outcome.text
    assert "no exhibit changed" in outcome.text


def test_a_changed_number_is_listed_in_its_place(built, tmp_path):
    book = tmp_path / "new"
    shutil.copytree(built / "_book" / "audit", book / "audit")
    file = book / "audit" / "ledger.json"
    ledger = json.loads(file.read_text(encoding="utf-8"))
    record = next(each for each in ledger["records"] if each["kind"] == "number")
    record["printed"], record["digest"] = f"{record['printed']}9", "0" * 64
    file.write_text(json.dumps(ledger), encoding="utf-8")
    page = tmp_path / "diff.html"
    outcome = run(built, "diff", "_book/report.pdf", book, "--json", "--html", page)
    assert outcome.code == 0, outcome.text
    (change,) = json.loads(outcome.text)["changes"]
    assert change["id"] == record["id"]
    assert change["new"] == f"{change['old']}9"
    assert record["id"] in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "chapters", "no-such-commit"])
def test_what_is_no_build_is_refused_in_one_message(built, name):
    outcome = run(built, "diff", name, "_book")
    assert outcome.code == 2, outcome.text
    assert "Traceback" not in outcome.text
    assert "remedy" in outcome.text.lower() or "→" in outcome.text

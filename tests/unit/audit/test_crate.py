"""The RO-Crate is the ledger in other words, the same for the same ledger, and valid."""

import json
import subprocess
import sys

import pytest

from audit.documents.ro_crate import FILE, WORKFLOW, crate_metadata, named_by_digest
from tests.unit.audit import sealed
from tests.unit.audit.whole import typed

DIGEST = "0" * 64


@pytest.fixture
def book(tmp_path):
    """A finished book, as far as a crate names it."""
    for name in ("index.html", "report.pdf", "audit/ledger.json", "audit/exhibits/one.csv",
                 "audit/exhibits/table.csv", WORKFLOW):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def ledger(**changed):
    whole = sealed.ledger() | {
        "settings": {"seed": {"line": 1, "sha256": DIGEST}},
        "label": "Invented data",
        "environment": {"python": "3.11.7", "numpy": "2.4.0"},
    }
    for record in whole["records"]:
        record["files"] = ["a.csv"]
    return typed(whole | changed)


def entities(book, whole=None):
    graph = json.loads(crate_metadata(whole or ledger(), book))["@graph"]
    return {entity["@id"]: entity for entity in graph}


def ids(value):
    return [each["@id"] for each in (value if isinstance(value, list) else [value])]


def test_it_passes_the_validator(book):
    pytest.importorskip("rocrate_validator")
    (book / FILE).write_text(crate_metadata(ledger(), book), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.audit.crate_validation", str(book)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    issues = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert issues, "the validator looks at what is recommended too, and finds something"
    assert [issue for issue in issues if issue["severity"] == "REQUIRED"] == []


def test_the_validator_finds_a_crate_without_its_workflow(book):
    pytest.importorskip("rocrate_validator")
    whole = json.loads(crate_metadata(ledger(), book))
    root = next(entity for entity in whole["@graph"] if entity["@id"] == "./")
    del root["mainEntity"]
    (book / FILE).write_text(json.dumps(whole), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.audit.crate_validation", str(book)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert '"severity": "REQUIRED"' in done.stdout


def test_the_run_goes_from_files_and_settings_to_what_the_book_holds(book):
    found = entities(book)
    run = found["#build"]
    assert ids(run["instrument"]) == [WORKFLOW]
    assert ids(run["object"]) == [named_by_digest(DIGEST), "#setting-seed"]
    assert ids(run["result"]) == [
        "index.html", "report.pdf", "audit/ledger.json", "audit/exhibits/one.csv",
        "audit/exhibits/table.csv",
    ]  # fmt: skip
    assert ids(found["audit/exhibits/one.csv"]["isBasedOn"]) == [named_by_digest(DIGEST)]
    assert found["audit/exhibits/one.csv"]["name"] == "F1 one"
    assert found["pkg:pypi/numpy@2.4.0"]["softwareVersion"] == "2.4.0"


def test_every_value_of_the_run_has_its_parameter(book):
    found = entities(book)
    for way, values in (("input", "object"), ("output", "result")):
        parameters = ids(found[WORKFLOW][way])
        examples = [found[each]["exampleOfWork"]["@id"] for each in ids(found["#build"][values])]
        assert examples == parameters


def test_it_says_what_the_data_are_and_when_the_commit_was_made(book):
    root = entities(book, ledger(commit={"id": "c" * 40, "time": 86_400, "clean": False}))["./"]
    assert root["datePublished"] == "1970-01-02T00:00:00+00:00"
    assert "Invented data" in root["description"]
    assert "changes that are in no commit" in root["description"]


def test_the_same_ledger_gives_the_same_bytes(book):
    assert crate_metadata(ledger(), book) == crate_metadata(ledger(), book)


def test_a_book_without_a_pdf_names_none(book):
    (book / "report.pdf").unlink()
    assert "report.pdf" not in entities(book)

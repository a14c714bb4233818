"""A study written from five answers builds at once, outside the program's folder."""

import json
import re
import shutil

import pikepdf
import pytest

from audit.pdf.text_layer import read_text
from tests.end_to_end.conftest import BUILD, run

TRACES = re.compile(r"pilot|lambeth|southampton|stockport|westlake|section (?:17|47)|social worker",
                    re.IGNORECASE)  # fmt: skip
SHOWN = ("printed", "unit", "message", "note", "cells", "described", "working", "period")
"""What a record of the ledger has of an exhibit's text: alternative text, notes, workings."""


@pytest.mark.slow
def test_a_new_study_builds_and_verifies_without_a_word_of_another(small):
    said = (small.parent / "log").read_text(encoding="utf-8")
    assert "validate and compute" in said
    assert "can't trace" not in said
    assert "can't be read" not in said
    pdf = small / "_book" / "report.pdf"
    with pikepdf.open(pdf) as opened:
        layer = read_text(opened)
    text = " ".join(layer.page_text(number) for number in range(1, len(layer.pages) + 1))
    assert "Enquiries made" in text
    assert TRACES.findall(text) == []
    verified = run(small, "verify", pdf)
    assert verified.code == 0, verified.text
    assert "0 are untraced" in verified.text
    ledger = json.loads((small / "_book" / "audit" / "ledger.json").read_text("utf-8"))
    # The column of an extract that names a site is called pilot in every study.
    texts = json.dumps([{key: each.get(key) for key in SHOWN} for each in ledger["records"]])
    assert "Intervention schools" in texts
    assert TRACES.findall(re.sub(r'"pilot"', "", texts)) == []
    assert (ledger["commit"]["id"], set(ledger["program"])) == (
        None, {"version", "commit", "sha256"},
    )  # fmt: skip


@pytest.mark.slow
def test_a_councils_own_file_is_traced_through_its_map(study, tmp_path):
    extract = tmp_path / "extract"
    shutil.copytree(study / "data" / "synthetic", extract)
    events = extract / "child_events.csv"
    events.rename(extract / "contacts.csv")
    mapped = extract / "maps" / "child_events.toml"
    assert run(study, "map", extract / "contacts.csv").code == 0
    text = mapped.read_text("utf-8").replace("confirmed = false", "confirmed = true")
    text = text.replace('by = ""', 'by = "A. Analyst"\ndate = 2024-05-01')
    mapped.write_text(text, encoding="utf-8")
    built = run(study, *BUILD, "--to", "html", "--data", extract)
    assert built.code == 0, built.text
    traced = run(study, "trace", "enquiries_made_ratio_all").text
    assert re.search(r"contacts\.csv .*\n.* sha256 .*\n.* columns .*event_type", traced), traced
    assert "maps/child_events.toml" in traced

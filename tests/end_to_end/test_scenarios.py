"""A book whose data say otherwise: a draft marks its sentences where they stand."""

import html
import re
import subprocess

import pytest

from tests.end_to_end.conftest import run

pytestmark = pytest.mark.slow

MARK = "[No longer holds: "
FALLEN = {
    "s47_lower_in_lambeth_and_southampton",
    "s17_lower_in_stockport",
    "trial_rules_out_such_falls",
}


@pytest.mark.poppler
def test_a_draft_marks_what_no_longer_holds_and_a_release_stops(project):
    outcome = run(project, "synthesise", "no-effect", "--out", "extract")
    assert outcome.code == 0, outcome.text
    outcome = run(project, "build", "--data", "extract", "--out", "book")
    assert outcome.code == 0, outcome.text
    assert {name for name in FALLEN if f" {name}: " in outcome.text} == FALLEN
    assert outcome.text.count("no longer holds: ") >= len(FALLEN)

    pages = "".join(
        html.unescape(page.read_text(encoding="utf-8"))
        for page in (project / "book").rglob("*.html")
    )
    marked = re.findall(r'class="claim-broken" data-exhibit="(\w+)"[^>]*>([^<]*)', pages)
    assert {name for name, _ in marked} == FALLEN
    assert all(MARK in sentence for _, sentence in marked)
    printed = subprocess.run(
        ["pdftotext", project / "book" / "report.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    assert re.sub(r"\s+", "", printed).count(re.sub(r"\s+", "", MARK)) == len(marked)

    outcome = run(project, "build", "--release", "--data", "extract", "--out", "book")
    assert outcome.code == 5, outcome.text
    for name in FALLEN:
        assert f"{name}: " in outcome.text

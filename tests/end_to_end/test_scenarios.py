"""A book whose data say otherwise: a draft marks its sentences where they stand."""

import html
import re
import subprocess

import pytest

from tests.end_to_end.conftest import BUILD, run
from tests.spec.test_claims_follow_data import SCENARIOS

pytestmark = pytest.mark.slow

MARK = "[No longer true: "
FALLEN = SCENARIOS["no-effect"] | {"directions_are_built_in"}
"""In a file of this scenario, other than in tests of claims, the published directions are not."""


def marked(book):
    """Return the marked sentences of a book's pages, with the names of their claims."""
    pages = "".join(
        html.unescape(page.read_text(encoding="utf-8")) for page in book.rglob("*.html")
    )
    return re.findall(r'class="claim-broken" data-exhibit="(\w+)"[^>]*>([^<]*)', pages)


@pytest.mark.poppler
def test_a_draft_marks_what_no_longer_holds_and_a_release_stops(project):
    outcome = run(project, "synthesise", "no-effect", "--out", "extract")
    assert outcome.code == 0, outcome.text
    outcome = run(project, *BUILD, "--data", "extract", "--out", "book")
    assert outcome.code == 0, outcome.text
    assert {name for name in FALLEN if f" {name}: " in outcome.text} == FALLEN
    assert outcome.text.count("no longer true: ") >= len(FALLEN)

    # The label knows invented files wherever they are.
    assert "Invented data" in (project / "book" / "index.html").read_text(encoding="utf-8")
    found = marked(project / "book")
    assert {name for name, _ in found} == FALLEN
    assert all(MARK in sentence for _, sentence in found)
    printed = subprocess.run(
        ["pdftotext", project / "book" / "report.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    assert re.sub(r"\s+", "", printed).count(re.sub(r"\s+", "", MARK)) == len(found)

    outcome = run(project, *BUILD, "--release", "--data", "extract", "--out", "book")
    assert outcome.code == 5, outcome.text
    for name in FALLEN:
        assert f"{name}: " in outcome.text


def test_the_committed_extract_marks_none(built):
    assert SCENARIOS["published-directions"] == set()
    assert marked(built / "_book") == []

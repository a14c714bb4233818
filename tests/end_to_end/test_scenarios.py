"""A book whose data say otherwise: a draft marks its sentences where they stand."""

import html
import re
import subprocess

import pytest

from tests.end_to_end.conftest import BUILD, digest, run
from tests.spec.test_claims_follow_data import SCENARIOS, WHOLE

pytestmark = pytest.mark.slow

MARK = "[No longer true: "
FALLEN = SCENARIOS[WHOLE] | {"directions_are_built_in"}
"""In a file of this scenario, other than in tests of claims, the published directions are not."""


def marked(book):
    """Return the marked sentences of a book's pages, with the names of their claims."""
    pages = "".join(
        html.unescape(page.read_text(encoding="utf-8")) for page in book.rglob("*.html")
    )
    return re.findall(r'class="claim-broken" data-exhibit="(\w+)"[^>]*>([^<]*)', pages)


@pytest.mark.poppler
def test_a_draft_from_another_extract_marks_what_no_longer_holds(project):
    """The one scenario whose sentences `test_claims_follow_data` leaves to the whole report."""
    outcome = run(project, "synthesise", WHOLE, "--out", "extract")
    assert outcome.code == 0, outcome.text
    outcome = run(project, *BUILD, "--data", "extract", "--out", "book")
    assert outcome.code == 0, outcome.text
    assert set(re.findall(r"no longer true: \S+ (\w+): ", outcome.text)) == FALLEN
    assert "counts too small to show" not in outcome.text
    assert "warning: " not in outcome.text

    # The label knows invented files wherever they are.
    assert "Invented data" in (project / "book" / "index.html").read_text(encoding="utf-8")
    found = marked(project / "book")
    assert {name for name, _ in found} == FALLEN
    assert all(MARK in sentence for _, sentence in found)
    printed = subprocess.run(
        ["pdftotext", project / "book" / "report.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    assert re.sub(r"\s+", "", printed).count(re.sub(r"\s+", "", MARK)) == len(found)


CLAIM = """
from analysis.exhibits.parts.exhibit import Claim
from analysis.extract.extract import Origin


def nothing_built_in(origin: Origin) -> Claim:
    \"""Claim that the extract was drawn without an effect.\"""
    held = origin.scenarios == ("no-effect",)
    return Claim("No effect is built in.", "no effect", held, str(origin.scenarios), ())
"""


def test_a_release_stops_for_a_number_by_hand_and_then_for_what_no_longer_holds(study):
    before = digest(study)
    text = (study / "index.qmd").read_text(encoding="utf-8")
    text = text.replace("import numbers", "import claims, numbers")
    text += "\n`{python} claims.nothing_built_in`\n"
    edited = f"{text}\nThe study had 21 schools.\n"
    (study / "index.qmd").write_text(edited, encoding="utf-8", newline="\n")
    (study / "exhibits").mkdir()
    (study / "exhibits" / "__init__.py").write_text('"""Our own."""\n', encoding="utf-8")
    (study / "exhibits" / "ours.py").write_text(f'"""Our claim."""\n{CLAIM}', encoding="utf-8")
    outcome = run(study, *BUILD, "--release")
    assert outcome.code == 5, outcome.text
    line = edited.count("\n")
    assert f"index.qmd:{line} “21” is printed by no exhibit" in outcome.text

    (study / "index.qmd").write_text(text, encoding="utf-8", newline="\n")
    assert run(study, "synthesise", "a-fall", "--out", "extract").code == 0
    outcome = run(study, *BUILD, "--release", "--data", "extract")
    assert outcome.code == 5, outcome.text
    assert "nothing_built_in: ('a-fall',)" in outcome.text
    assert digest(study) == before


def test_the_committed_extract_marks_none(built):
    assert SCENARIOS["published-directions"] == set()
    assert marked(built / "_book") == []

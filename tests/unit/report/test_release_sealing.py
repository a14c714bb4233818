"""A release is not sealed if `verify` would refuse it."""

import json
from types import SimpleNamespace

import pikepdf
import pytest

from analysis.errors import VerificationFailed
from report import sealing
from tests.unit.audit import sealed

COMMIT = "a" * 40
LITERALS = """[[literal]]
pattern = 'section 47'
reason = "section of an Act"
repeats = "a name"
"""


def scripted(pdf):
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('0.14')")


def another_number(pdf):
    sealed.retype(pdf, 1, "0.66", "0.14")


@pytest.fixture
def seal(tmp_path, monkeypatch):
    """Seal a small report as a build does, after an edit that no typesetter should have made."""
    monkeypatch.setattr(sealing, "chapters", lambda _: sealed.CHAPTERS)
    pdf, root = sealed.make(tmp_path / "made"), tmp_path / "clone"
    (root / ".report" / "data").mkdir(parents=True)
    (root / ".report" / "data" / "one.csv").write_bytes(sealed.DATA)
    (root / "literals.toml").write_text(LITERALS)
    ledger = root / ".report" / "ledger.json"
    ledger.write_text(json.dumps(sealed.ledger(commit=COMMIT)))
    book = SimpleNamespace(project=SimpleNamespace(root=root))

    def run(edit, *, release):
        if edit:
            sealed.edited(pdf, edit)
        before = pdf.read_bytes()
        try:
            sealing.seal_report(pdf, book, ledger, release=release)
        finally:
            run.changed = pdf.read_bytes() != before
        return pdf

    return run


@pytest.mark.parametrize(
    ("edit", "what"), [(scripted, "OpenAction"), (another_number, "0.66 of N1 is missing")]
)
def test_a_release_that_would_not_hold_is_not_sealed(seal, edit, what):
    with pytest.raises(VerificationFailed, match=f"not sealed as a release.*(?s:.*){what}"):
        seal(edit, release=True)
    assert not seal.changed


def test_a_release_that_holds_is_sealed_and_a_draft_without_the_check(seal):
    seal(None, release=True)
    seal(scripted, release=False)
    assert seal.changed

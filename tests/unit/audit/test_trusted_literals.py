"""Of the patterns that a PDF brings along, only those of the auditor's clone are run."""

import subprocess

import pytest

from analysis.errors import VerificationFailed
from audit.coverage.literals import explained_numbers
from audit.coverage.trusted_literals import chosen_literals, own_patterns
from audit.seal.verification import examine
from report.checks.clone_literals import clone_literals
from tests.unit.audit import sealed
from tests.unit.audit.sealed import edited, rewrite
from tests.unit.audit.tampering import (
    one_digit,
)
from tests.unit.report.test_diffing import git_in

ENDLESS = b"[[literal]]\npattern = '(([a-zA-Z .,]*)*)*0\\.99'\nreason = 'x'\n"
ANY_NUMBER = b"[[literal]]\npattern = 'is \\d\\.\\d\\d'\nreason = 'x'\n"


@pytest.mark.parametrize("pattern", [ENDLESS, ANY_NUMBER])
def test_a_pattern_of_the_pdf_is_not_run(pdf, pattern):
    edited(pdf, one_digit)
    edited(pdf, lambda opened: rewrite(opened, "literals.toml", lambda data: data + pattern))
    sealed.seal_again(pdf)
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


def test_literals_that_are_no_list_explain_nothing(pdf):
    edited(pdf, lambda opened: rewrite(opened, "literals.toml", lambda _: b"[" * 5000))
    assert not examine(pdf).intact


def test_literals_nested_without_end_are_refused(pdf):
    listed = b"literal = " + b"[" * 50_000 + b"]" * 50_000
    edited(pdf, lambda opened: rewrite(opened, "literals.toml", lambda _: listed))
    with pytest.raises(VerificationFailed, match="nested too deeply"):
        examine(pdf)

"""A build says which numbers of its own PDF nothing accounts for, before a reader finds them."""

from pathlib import Path

import pytest

from analysis.errors import VerificationFailed
from audit.coverage.coverage import Coverage, Traced
from report.finish import untraced_numbers_message

FOUND = {Path("report.pdf"): Coverage((Traced(3, "0.14", "is 0.14 of", "untraced"),), ())}


def test_a_draft_warns(capsys):
    untraced_numbers_message(FOUND, release=False)
    assert "report.pdf, page 3: 0.14" in capsys.readouterr().err


def test_a_release_stops():
    with pytest.raises(VerificationFailed, match=r"page 3: 0\.14"):
        untraced_numbers_message(FOUND, release=True)


def test_nothing_is_said_where_all_is_traced(capsys):
    untraced_numbers_message({Path("report.pdf"): Coverage((), ())}, release=True)
    assert capsys.readouterr().err == ""

"""A build stops where what was published is told without its source."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from analysis.errors import ChapterFailed
from analysis.exhibits.parts.exhibit import Number
from audit.ledger.record import Location
from report.checks.readiness import check_citations
from report.exhibit_references import Use

USED = [
    Use("trial_ratio", "number", "", Location("one.qmd", 1)),
    Use("own", "number", "", Location("one.qmd", 1)),
]
VALUES = {
    "trial_ratio": Number(1.055, "1.055", "ratio", source="[@a2025, Results]"),
    "own": Number(1, "1", "schools"),
    "drawn": SimpleNamespace(),
}


def test_a_chapter_that_cites_the_source_of_the_data_file_passes(tmp_path):
    (tmp_path / "one.qmd").write_text("It was 1.055 [@a2025].\n", "utf-8")
    check_citations(tmp_path, USED, VALUES)


@pytest.mark.parametrize("text", ["It was 1.055.", "It was 1.055 [@b2023].", "[@a2025b]"])
def test_a_chapter_that_cites_another_source_or_none_stops_the_build(text, tmp_path):
    (tmp_path / "one.qmd").write_text(text, "utf-8")
    with pytest.raises(ChapterFailed, match=r"one.qmd:1: 'trial_ratio' was published in") as error:
        check_citations(tmp_path, USED, VALUES)
    assert "cite [@a2025]" in str(error.value)


def test_only_exhibits_with_a_source_are_asked(tmp_path):
    (tmp_path / "one.qmd").write_text("", "utf-8")
    drawn = replace(USED[1], name="drawn", kind="figure")
    check_citations(tmp_path, [USED[1], drawn], VALUES)

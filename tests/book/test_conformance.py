"""The press against what Quarto 1.10.18 made of the recorded books."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.book import golden, recorded, support

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not recorded.PRESENT, reason="the recorded corpus is not beside the checkout"
    ),
]


def entry(kind: str, case: str, name: str) -> dict[str, Any] | None:
    found = [one for one in recorded.listed()[kind] if (one["case"], one["format"]) == (case, name)]
    assert len(found) < 2
    return found[0] if found else None


@pytest.mark.parametrize(("case", "name"), recorded.outcomes())
def test_as_quarto(case: str, name: str, tmp_path: Path) -> None:
    if name == "pdf" and shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (poppler-utils)")
    stops, differs = entry("stops", case, name), entry("listed", case, name)
    result = recorded.press(case, name, tmp_path / "book")

    if recorded.expected(case)[name]["exit"]:
        assert result.stopped, "Quarto stops, the press does not"
    if stops is not None:
        assert result.stopped, "listed as a mistake that stops a build"
        missing = [words for words in stops["names"] if words not in result.stopped]
        assert not missing, f"not named: {missing} in {result.stopped}"
    elif not recorded.expected(case)[name]["exit"]:
        assert result.stopped is None
    allowed = (stops or {}).get("paths", []) + (differs or {}).get("paths", [])
    left = [row for row in result.differences if not any(re.search(one, row) for one in allowed)]
    assert not left, "\n".join(left)
    if differs is not None:
        unused = [
            one
            for one in differs["paths"]
            if not any(re.search(one, r) for r in result.differences)
        ]
        assert not unused, f"listed, but no longer different: {unused}"
        lost = [row for row in result.differences if not row.endswith(": only actual")]
        assert not (differs.get("kept") and lost), f"listed as kept: {lost}"


def test_fewer_than_one_in_fourteen_differs_in_more_than_words_that_quarto_loses() -> None:
    more = [one for one in recorded.listed()["listed"] if not one.get("kept")]
    assert len(more) < len(recorded.outcomes()) / 14


def test_every_entry_has_its_reason_and_its_case() -> None:
    books = [(name, "html") for name, _ in golden.books()]
    for kind, known in {"listed": recorded.outcomes(), "stops": recorded.outcomes(),
                        "golden": books}.items():  # fmt: skip
        for one in recorded.listed()[kind]:
            assert (one["case"], one["format"]) in known
            assert one["reason"].endswith(".")


def test_the_table_of_support_is_made_from_this() -> None:
    assert support.PAGE.read_text("utf-8") == support.page(), "run python -m tests.book.support"

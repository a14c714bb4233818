"""The press against the Quarto on this machine: the corpus, and the books that are written down."""

import re

import pytest

from tests.book import golden, recorded

pytestmark = [
    pytest.mark.quarto,
    pytest.mark.slow,
    pytest.mark.skipif(
        not recorded.PRESENT, reason="the recorded corpus is not beside the checkout"
    ),
]

BOOKS = [(recorded.CORPUS / "cases" / case, name) for case, name in recorded.outcomes()]
BOOKS += [(golden.BOOKS / name, "html") for name, profile in golden.books() if not profile]


@pytest.mark.parametrize(
    ("source", "name"), BOOKS, ids=[f"{source.name}-{name}" for source, name in BOOKS]
)
def test_as_quarto_here(source, name, tmp_path):
    wanted = recorded.rendered(source, name, tmp_path / "theirs")
    result = recorded.compared(source, name, tmp_path / "ours", wanted)
    if wanted["exit"]:
        assert result.stopped, "Quarto stops, the press does not"
    kinds = ("golden",) if source.parent == golden.BOOKS else ("listed", "stops")
    allowed = [
        path
        for kind in kinds
        for one in recorded.listed()[kind]
        if (one["case"], one["format"]) == (source.name, name)
        for path in one.get("paths", [])
    ]
    left = [row for row in result.differences if not any(re.search(one, row) for one in allowed)]
    assert not left, "\n".join(left)
    unused = [one for one in allowed if not any(re.search(one, r) for r in result.differences)]
    assert not unused, f"listed, but no longer different: {unused}"

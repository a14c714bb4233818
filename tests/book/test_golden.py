"""Small books of constructs that the recorded corpus has not, as plain text."""

import pytest

from tests.book.golden import books, golden, outline


@pytest.mark.parametrize(("name", "profile"), books())
def test_the_pages_are_as_written_down(name, profile, tmp_path):
    expected = golden(name, profile).read_text("utf-8")
    assert outline(name, profile, tmp_path / "book") == expected, "see python -m tests.book.golden"

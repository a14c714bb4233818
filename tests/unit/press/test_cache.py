"""An entry of a store that somebody edited is computed again, whatever form it has."""

import pytest

from press.build import build_book


class Store:
    """A store in memory whose entries can be edited."""

    code = "1"

    def __init__(self):
        self.entries, self.edited = {}, None

    def read(self, key):
        return self.entries.get(key) if self.edited is None else self.edited

    def write(self, key, data):
        self.entries[key] = data


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "_quarto.yml").write_text(
        "project:\n  type: book\nbook:\n  title: T\n  chapters: [index.qmd]\n"
    )
    (folder / "index.qmd").write_text("# One\n\nFew words.\n")
    return folder


@pytest.mark.parametrize("edited", [b"5", b"{}", b'[{"t": "Para", "c": 5}]', b"not JSON", b"[]"])
def test_an_entry_of_another_form_is_computed_again(project, edited):
    store = Store()
    first = build_book(project, formats=("html",), cache=store)
    made, text = dict(store.entries), (first.out / "index.html").read_text("utf-8")
    assert made
    store.entries.clear()
    store.edited = edited
    build_book(project, formats=("html",), cache=store)
    assert (first.out / "index.html").read_text("utf-8") == text
    # What a process reads once and keeps in memory is not written again.
    assert store.entries
    assert store.entries.items() <= made.items()

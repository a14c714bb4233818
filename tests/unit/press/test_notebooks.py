"""Notebooks as chapters: their text, their code and the outputs they were saved with."""

import json

import pytest

from press.build import build_book
from press.chapter.cells import Cell, Prose
from press.chapter.notebook import notebook_parts
from press.errors import ChapterError, UnsupportedError
from tests.book.test_build import CONFIGURATION, project

OUTPUT = {"output_type": "stream", "name": "stdout", "text": ["\r1%\r131\n"]}
CELLS = [
    {"cell_type": "raw", "metadata": {}, "source": ["---\n", "title: A *notebook*\n", "---"]},
    {"cell_type": "markdown", "metadata": {}, "source": ["Text, 132.\n", "\n", "## Section\n"],
     "attachments": {}},
    {"cell_type": "code", "metadata": {}, "execution_count": 3, "outputs": [OUTPUT],
     "source": ["#| label: lst-cell\n", "#| echo: true\n", "print(100 + 31)"]},
    {"cell_type": "markdown", "metadata": {}, "source": ["See [home](index.qmd)."]},
]  # fmt: skip


def notebook(cells=CELLS, language="python"):
    metadata = {"kernelspec": {"language": language, "name": language, "display_name": "x"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(book, indent=1)


def test_parts_of_a_notebook_have_their_lines():
    text = notebook()
    front, (prose, cell, after) = notebook_parts(text, "a.ipynb")
    assert [line.text for line in front] == ["---", "title: A *notebook*", "---"]
    assert isinstance(prose, Prose)
    assert isinstance(cell, Cell)
    assert (cell.label, cell.source, cell.stored[1]) == ("lst-cell", "print(100 + 31)", 3)
    rows = text.split("\n")
    for line in [*prose.source, *after.source]:
        assert not line.text or line.text in rows[line.location.line - 1]
    assert "print(100" in rows[cell.first_line - 1]


def test_a_notebook_is_a_chapter_that_is_not_run(tmp_path):
    folder = project(tmp_path, "# One\n", **{
        "_quarto.yml": CONFIGURATION.replace("one.qmd]", "one.qmd, two.ipynb]"),
        "two.ipynb": notebook(),
    })  # fmt: skip
    book = build_book(folder, formats=("html",))
    page = (book.out / "two.html").read_text("utf-8")
    assert '<span class="chapter-title">A <em>notebook</em></span>' in page
    assert "<code>131</code>" in page
    assert "1%" not in page
    assert not book.losses


def test_a_picture_attached_to_a_cell():
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "![A](attachment:a.png)",
              "attachments": {"a.png": {"image/png": "aGk=\n"}}}]  # fmt: skip
    _, (prose,) = notebook_parts(notebook(cells), "a.ipynb")
    assert "![A](data:image/png;base64,aGk=)" in prose.source.text


def test_what_is_no_notebook_is_named():
    with pytest.raises(ChapterError, match=r"a\.ipynb: the notebook cannot be read"):
        notebook_parts("{", "a.ipynb")
    with pytest.raises(UnsupportedError, match=r"a\.ipynb: a notebook of the language julia"):
        notebook_parts(notebook(language="julia"), "a.ipynb")

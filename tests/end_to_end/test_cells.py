"""Chapters run cell by cell, as in an editor: in a plain kernel, beside the chapter's file."""

import nbformat
import pytest
from nbclient import NotebookClient

from press.chapter.book import read_book


def run_cells(project, path, monkeypatch):
    """Run a chapter's cells in an ordinary kernel; return the outputs of each."""
    chapter = next(each for each in read_book(project).chapters if each.path == path)
    cells = [nbformat.v4.new_code_cell(cell.source) for cell in chapter.cells]
    # An editor's kernel has the project installed, and none of a build's variables.
    monkeypatch.setenv("PYTHONPATH", str(project))
    for name in ("QUARTO_DOCUMENT_PATH", "REPORT_STORE", "REPORT_DATA"):
        monkeypatch.delenv(name, raising=False)
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(
        cwd=str((project / path).parent)
    )
    return [cell.outputs for cell in notebook.cells], chapter.cells


@pytest.mark.parametrize("path", ["chapters/executive-summary.qmd", "chapters/key-finding-6.qmd"])
def test_a_chapter_runs_where_it_lies(built, path, monkeypatch):
    outputs, cells = run_cells(built, path, monkeypatch)
    for cell, shown in zip(cells, outputs, strict=True):
        if not cell.source.splitlines()[-1].startswith(("figures.", "tables.")):
            continue
        (output,) = shown
        page = output.data["text/html"]
        assert "text/markdown" in output.data
        assert page.startswith('<div role="img"' if cell.label.startswith("fig-") else "<table>")
        assert "Invented data" in page

"""The press as a package of its own: it builds a book where nothing else of the project is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from press.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
ALONE = (
    "import runpy, sys; sys.modules.update(dict.fromkeys(('analysis', 'audit', 'report'))); "
    "sys.argv[0] = 'press'; runpy.run_module('press', run_name='__main__')"
)
CHAPTER = "# One {#sec-one}\n\n```{python}\nprint(6 * 7)\n```\n\nSee @sec-one.\n"


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "_quarto.yml").write_text(
        "project:\n  type: book\nbook:\n  title: Small\n  chapters: [index.qmd]\n"
        "format:\n  html: default\n  typst: default\n"
    )
    (folder / "index.qmd").write_text(CHAPTER)
    return folder


def test_a_book_is_built_without_the_other_packages(project, tmp_path):
    """On a console, too, that has not the letters of the book's name."""
    shutil.copytree(ROOT / "press", tmp_path / "press")
    project = project.rename(tmp_path / "Książka")
    done = subprocess.run(
        [sys.executable, "-c", ALONE, "build", str(project)],
        cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert "Ksi\\u0105" in done.stdout
    assert done.returncode == 0, done.stderr
    assert "42" in (project / "_book" / "index.html").read_text("utf-8")
    assert list((project / "_book").glob("*.pdf"))


@pytest.mark.parametrize(
    ("write", "code", "said"),
    [
        (lambda folder: (folder / "_quarto.yml").unlink(), 2, "_quarto.yml"),
        (
            lambda folder: (folder / "index.qmd").write_text("# One\n\n@sec-none\n"),
            7,
            "index.qmd:3",
        ),
    ],
    ids=["no project", "a broken reference"],
)
def test_a_mistake_ends_with_its_place_and_code(project, capsys, write, code, said):
    write(project)
    assert main(["build", str(project), "--to", "html"]) == code
    assert said in capsys.readouterr().err

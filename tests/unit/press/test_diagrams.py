"""Diagrams: drawn where the author's own program is installed, refused by name where it is not."""

import os
import sys

import pytest

from press.build import build_book
from press.errors import CellError, UnsupportedError
from tests.book.test_build import project

CHAPTER = """\
# One

```{dot}
//| label: fig-way
//| fig-cap: "The way"
digraph { a -> b }
```

See @fig-way.
"""
# Draws what it is given as the title of a picture; refuses what is no digraph.
DRAWS = """\
#!{python}
import sys
given = sys.stdin.read().strip()
if not given.startswith("digraph"):
    sys.exit("syntax error in line 1")
print('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><title>' + given.replace(
    ">", "&gt;") + '</title><rect width="90" height="30"/></svg>')
"""


@pytest.fixture
def dot(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "dot").write_text(DRAWS.format(python=sys.executable), "utf-8")
    (folder / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("dot")
def test_a_diagram_is_a_picture_in_both_formats(tmp_path):
    book = build_book(project(tmp_path / "book", CHAPTER), timestamp=1)
    assert not book.losses
    page = (book.out / "one.html").read_text("utf-8")
    assert "digraph" not in page  # unless `echo` asks for it
    (picture,) = (book.out / "one_files").rglob("*.svg")
    assert "digraph { a -&gt; b }" in picture.read_text("utf-8")
    assert picture.name in page
    assert "Figure\u00a01.1: The way" in page


@pytest.mark.usefixtures("dot")
def test_a_diagram_that_cannot_be_drawn_is_named(tmp_path):
    wrong = CHAPTER.replace("digraph", "graf")
    with pytest.raises(CellError, match=r"one\.qmd:3: dot cannot draw .*: syntax error in line 1"):
        build_book(project(tmp_path / "book", wrong))


@pytest.mark.parametrize(("language", "program"), [("dot", "dot"), ("mermaid", "mmdc")])
def test_without_its_program_a_diagram_is_refused(tmp_path, monkeypatch, language, program):
    monkeypatch.setenv("PATH", str(tmp_path))
    text = CHAPTER.replace("{dot}", f"{{{language}}}").replace("//|", "%%|")
    with pytest.raises(UnsupportedError, match=rf"one\.qmd:3: .*\n.*install {program}"):
        build_book(project(tmp_path / "book", text))

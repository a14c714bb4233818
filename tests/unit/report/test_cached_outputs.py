"""What a chapter put out is taken again under the same code, options and exhibits alone."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import typst

from analysis.cache import Cache
from analysis.exhibits.parts.exhibit import Number, Provenance, Table
from press.cache import cached_call, using_cache
from press.chapter.book import read_book
from press.chapter.cells import Cell, Prose
from press.document import pandoc
from press.guard import printed
from press.guard.printed import read_pdf
from press.run.results import CellResult, ExecutedChapter, ProseResult
from report.reuse.build_cache import Outputs, PressCache

TEXT = """# One

```{python}
#| label: setup
from analysis.book import numbers, tables
```

There were `{python} numbers.schools` schools.

```{python}
#| label: tbl-flow
tables.flow
```
"""


@pytest.fixture
def book(tmp_path):
    (tmp_path / "_quarto.yml").write_text(
        "project:\n  type: book\nbook:\n  title: T\n  chapters: [index.qmd]\n"
    )
    (tmp_path / ".report").mkdir()
    return SimpleNamespace(root=tmp_path, values=values(), text=TEXT, defaults={"echo": False})


def values(schools="41", note=""):
    data = pd.DataFrame({"n": [1]})
    return {
        "schools": Number(41, schools, "schools", 41),
        "flow": Table(("n",), (("1",),), (True,), data, {"n": "how many"}, note=note),
        "provenances": {"flow": Provenance("flow", "T1", ("schools.csv",), "")},
    }


def read(book):
    (book.root / "index.qmd").write_text(book.text)
    (chapter,) = read_book(book.root).chapters
    outputs = Outputs(book.root, Cache(book.root / ".report" / "chapters"), book.values)
    return outputs, chapter


def run(chapter):
    """Return the chapter as if a kernel had run it."""
    results = []
    for part in chapter.parts:
        if isinstance(part, Cell):
            data = {"text/markdown": f"{part.source} é"}
            results.append(CellResult(part, ({"output_type": "display_data", "data": data},), 1))
        elif isinstance(part, Prose):
            count = part.source.text.count("`{python}")
            results.append(ProseResult(part, ({"text/markdown": "41"},) * count))
    return ExecutedChapter(chapter, tuple(results))


def taken(book):
    outputs, chapter = read(book)
    return outputs.take(chapter, book.defaults)


@pytest.fixture
def kept(book):
    outputs, chapter = read(book)
    assert outputs.take(chapter, book.defaults) is None
    outputs.store(run(chapter), book.defaults)
    return book


def test_a_chapter_comes_back_as_it_was_run(kept):
    _, chapter = read(kept)
    assert taken(kept) == run(chapter)


def test_a_word_runs_no_kernel(kept):
    kept.text = TEXT.replace("There were", "We found").replace("schools.\n", "schools in all.\n\n")
    _, chapter = read(kept)
    assert taken(kept) == run(chapter)


EDITS = {
    "a cell": lambda b: setattr(b, "text", TEXT.replace("tables.flow\n", "tables.flow  # it\n")),
    "an option": lambda b: setattr(b, "text", TEXT.replace("tbl-flow", "tbl-flow\n#| echo: true")),
    "an inline expression": lambda b: setattr(b, "text", f"{TEXT}`{{python}} numbers.schools`\n"),
    "front matter": lambda b: setattr(b, "text", f"---\nabstract: A\n---\n{TEXT}"),
    "a printed number": lambda b: setattr(b, "values", values(schools="42")),
    "the note of a table": lambda b: setattr(b, "values", values(note="Rounded.")),
    "a short reference": lambda b: b.values["provenances"].update(flow=Provenance("flow", "T2")),
    "an option of the project": lambda b: b.defaults.update(echo=True),
    "other code": lambda b: setattr(b, "text", TEXT.replace("tables.flow\n", "print(1)\n")),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_whatever_else_changes_runs_it_again(kept, edit):
    EDITS[edit](kept)
    assert taken(kept) is None


def test_code_that_runs_cells_runs_them_again(kept, monkeypatch):
    monkeypatch.setattr("report.reuse.build_cache.code_digest", lambda *_: "another")
    assert taken(kept) is None


def test_a_cell_of_free_code_is_never_kept(book):
    book.text = TEXT.replace("tables.flow", "import time; time.time()")
    outputs, chapter = read(book)
    outputs.store(run(chapter), book.defaults)
    assert taken(book) is None
    assert not (book.root / ".report" / "chapters").exists()


# --- what the press recalls -----------------------------------------------------------------


def calls(monkeypatch, store, *texts):
    """Return how often pandoc itself was started to read some texts, and what it made of them."""
    started, real = [], pandoc.subprocess.run
    monkeypatch.setattr(
        pandoc.subprocess,
        "run",
        lambda *given, **options: started.append(1) or real(*given, **options),
    )
    with using_cache(store):
        made = [pandoc.run(["-f", "markdown", "-t", "html"], text) for text in texts]
    return len(started), made


def test_pandoc_is_asked_once_for_one_text(tmp_path, monkeypatch):
    store = PressCache(tmp_path / "pages")
    assert calls(monkeypatch, store, "*a*", "*a*", "*b*")[0] == 2
    again, made = calls(monkeypatch, PressCache(tmp_path / "pages"), "*a*")
    assert (again, made) == (0, ["<p><em>a</em></p>\n"])


def test_another_file_that_pandoc_is_given_asks_it_again(tmp_path):
    path = tmp_path / "filter" / "page.lua"
    path.parent.mkdir()
    path.write_text("return {}\n")
    before = pandoc._contents(f"--lua-filter={path}")
    assert pandoc._contents("--wrap=none") == "--wrap=none"
    (path.parent / "beside.lua").write_text("")
    assert pandoc._contents(f"--lua-filter={path}") != before
    bib = tmp_path / "references.bib"
    bib.write_text("@book{a}")
    before = pandoc._contents(f"--bibliography={bib}")
    bib.write_text("@book{b}")
    assert pandoc._contents(f"--bibliography={bib}") != before


def test_other_code_of_the_press_recalls_nothing(tmp_path):
    made = []

    def make():
        made.append(1)
        return ["x"]

    for code in ("one", "one", "two"):
        store = PressCache(tmp_path / "pages")
        store.__dict__["code"] = code
        with using_cache(store):
            assert cached_call("given", make, clean=lambda: True) == ["x"]
    assert len(made) == 2


@pytest.mark.parametrize(("value", "clean"), [([(1, 2)], True), (["x"], False)])
def test_what_json_changes_or_a_mistake_is_in_is_not_recalled(tmp_path, value, clean):
    with using_cache(PressCache(tmp_path / "pages")):
        assert cached_call("given", lambda: value, clean=lambda: clean) == value
    assert not (tmp_path / "pages").exists()


def print_of(*pages):
    """Return a PDF of a page for each text, in a type whose letters are equally wide."""
    text = "\n#pagebreak()\n".join(f'#text(font: "DejaVu Sans Mono")[{each}]' for each in pages)
    return typst.compile(text.encode(), timestamp=0)


def test_only_the_pages_of_a_pdf_that_draw_something_else_are_read_again(tmp_path):
    def read_with(pdf):
        store = PressCache(tmp_path / "pages")
        with using_cache(store):
            return read_pdf(pdf), len(store.missed)

    first, made = read_with(print_of("abc", "bca"))
    assert made == 2
    assert read_with(print_of("abc", "bca")) == (first, 0)
    found, made = read_with(print_of("abc", "cab"))
    assert (found, made) == (read_pdf(print_of("abc", "cab")), 1)
    # The same glyphs by number, which stand for other letters.
    found, _ = read_with(print_of("xyz", "yzx"))
    assert "xyz" in found.text
    assert "abc" not in found.text


def test_a_page_on_which_something_else_is_tagged_is_read_again(tmp_path, monkeypatch):
    pdf, sign = print_of("abc", "bca"), printed.MARKS["picture"]

    def tagged(whole):
        return {(whole.pages[0].objgen, number): sign for number in range(9)}, ""

    with using_cache(PressCache(tmp_path / "pages")):
        assert sign not in read_pdf(pdf).text
        monkeypatch.setattr(printed, "_marked", tagged)
        assert sign in read_pdf(pdf).text


def shown_without_kernel(book):
    outputs, chapter = read(book)
    return outputs.displayed(chapter, book.defaults)


def test_code_that_only_shows_exhibits_needs_no_kernel(book):
    done = shown_without_kernel(book)
    outputs = [each.outputs for each in done.results if isinstance(each, CellResult)]
    (text,) = (value for each in done.results if isinstance(each, ProseResult)
               for value in each.values)  # fmt: skip
    assert outputs[0] == ()
    assert outputs[1][0]["data"]["text/markdown"].startswith("| n")
    assert outputs[1][0]["execution_count"] == 2
    assert "[41]{.number" in text["text/markdown"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import numbers, tables", "import tables"),
        ("import numbers, tables", "import *"),
        ("tables.flow\n", "tables.flow;\n"),
        ("tables.flow\n", "print(tables.flow)\n"),
        ("tables.flow\n", "x = run('flow')\n"),
        ("#| label: tbl-flow", "#| eval: false"),
        ("`{python} numbers.schools`", "`{python} numbers.schools + 1`"),
    ],
)
def test_anything_unusual_is_left_to_a_kernel(book, old, new):
    assert old in book.text
    book.text = book.text.replace(old, new)
    assert shown_without_kernel(book) is None


def test_a_shell_that_displays_every_expression_is_left_to_a_kernel(book):
    book.defaults = {"ipynb-shell-interactivity": "all"}
    assert shown_without_kernel(book) is None


FORKED = """
import os, sys
from pathlib import Path
from analysis.parallel.workers import affordable
from report.reuse.build_cache import Reused
if affordable() < 2:
    os._exit(3)
kept = Reused(Path(sys.argv[1]), {})
def make():
    kept.press.write("made", b"x")
    return kept.press.read("made"), kept.press.read("missing"), os.getpid()
with kept.aside(make) as result:
    data, nothing, process = result()
assert (data, nothing) == (b"x", None) and process != os.getpid()
assert (kept.press.used, kept.press.taken, kept.press.missed) == ({"made"}, ["made"], ["missing"])
"""


def test_what_another_process_used_counts_as_used(tmp_path):
    """Or the cache would be rid of it first."""
    done = subprocess.run([sys.executable, "-c", FORKED, tmp_path], capture_output=True, text=True,
                          check=False, cwd=Path(__file__).parents[3])  # fmt: skip
    if done.returncode == 3:
        pytest.skip("one processor: nothing is made in another process")
    assert done.returncode == 0, done.stderr

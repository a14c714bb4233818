"""What `report preview` makes anew after an edit, and what it takes over."""

import fcntl
import os
import re
import subprocess
from types import SimpleNamespace

import pytest

from analysis import importing
from press.build import build_book
from press.chapter.book import read_book
from report.commands import preview as previewing
from report.commands.preview import CodeChanged, Marks, Preview

CHAPTERS = ["a chapter", "another"]


def is_locked(folder):
    """Return whether another command would wait for the one that runs."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(opened)
    return False


@pytest.fixture
def preview(monkeypatch, tmp_path):
    """A preview of a book that takes no time: `kept` notes what was taken over by each build."""
    state = SimpleNamespace(key="one", label="0f", shown=["timeline"], kept=[], prepared=0)
    monkeypatch.setattr(
        previewing,
        "Evaluation",
        lambda *_: SimpleNamespace(key=state.key, refuse_changed=lambda: None),
    )
    monkeypatch.setattr(previewing, "read_commit", lambda _: SimpleNamespace(short=state.label))
    monkeypatch.setattr(previewing, "read_book", lambda *_: None)
    monkeypatch.setattr(previewing, "reread_configuration", lambda _: None)
    monkeypatch.setattr(
        previewing, "uses", lambda _: [SimpleNamespace(name=name, label="") for name in state.shown]
    )
    monkeypatch.setattr(previewing, "kernel_environment", lambda _: {})

    def prepare(*_):
        state.prepared += 1
        return {}, None

    def build_book(_, **options):
        assert is_locked(tmp_path), "another command could write its ledger in the place of this"
        state.kept.append(list(options["earlier"]))
        return SimpleNamespace(chapters=tuple(CHAPTERS))

    monkeypatch.setattr(previewing, "prepare", prepare)
    monkeypatch.setattr(previewing, "build_book", build_book)
    return Preview(tmp_path, None, ()), state


def test_an_edit_of_prose_takes_over_every_chapter_and_computes_nothing(preview):
    book, state = preview
    book.rebuild(frozenset())
    book.rebuild(frozenset({"index.qmd"}))
    assert state.kept == [[], CHAPTERS]
    assert state.prepared == 1


@pytest.mark.parametrize("changes", [{"key": "two"}, {"shown": ["timeline", "floor"]}])
def test_other_results_or_exhibits_execute_every_chapter(preview, changes):
    book, state = preview
    book.rebuild(frozenset())
    vars(state).update(changes)
    book.rebuild(frozenset({"study.toml"}))
    assert state.kept == [[], []]
    assert state.prepared == 2


def test_after_a_failure_everything_is_made_anew(preview, monkeypatch):
    book, state = preview
    book.rebuild(frozenset())
    state.key = "two"
    with monkeypatch.context() as broken:
        broken.setattr(previewing, "prepare", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            book.rebuild(frozenset({"study.toml"}))
    state.key = "one"
    book.rebuild(frozenset({"study.toml"}))
    assert state.kept == [[], []]


@pytest.mark.parametrize(
    "path",
    ["chapters/own.csv", "chapters/helper_of_mine.py", "chapters/_metadata.yml", "a.png",
     "benchmarks/seconds.csv", "tests/validation/cases.py"],
)  # fmt: skip
def test_a_file_that_a_cell_may_read_executes_every_chapter(preview, path):
    book, state = preview
    book.rebuild(frozenset())
    book.rebuild(frozenset({"index.qmd", path}))
    assert state.kept == [[], []]


def test_an_edit_is_not_forgotten_if_a_chapter_is_broken_at_the_same_time(preview, monkeypatch):
    """Once the chapter is right again, only the chapter has changed since the last attempt."""
    book, state = preview
    book.rebuild(frozenset())
    with monkeypatch.context() as broken:
        broken.setattr(previewing, "read_book", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            book.rebuild(frozenset({"index.qmd", "chapters/own.csv"}))
    book.rebuild(frozenset({"index.qmd"}))
    assert state.kept == [[], []]


ADDITION = """# One

```{python}
import pathlib, sys
sys.path.insert(0, ".")
import helper_of_mine
print("own data:", pathlib.Path("own.csv").read_text(), helper_of_mine.VALUE)
```
"""


@pytest.mark.usefixtures("preview")
def test_a_cell_sees_an_edit_of_the_data_and_of_the_module_that_it_reads(monkeypatch, tmp_path):
    """With a kernel and pages: what an author sees after each edit."""
    monkeypatch.setattr(previewing, "read_book", read_book)
    monkeypatch.setattr(previewing, "build_book", build_book)
    monkeypatch.setattr(previewing, "uses", lambda _: [])
    monkeypatch.setattr(previewing, "finish_book", lambda *_: None)
    monkeypatch.setattr(previewing, "reread_configuration", lambda book: book)
    configuration = "project: {type: book}\nbook: {title: T, chapters: [index.qmd]}\nformat: html\n"
    files = {"_quarto.yml": configuration, "index.qmd": ADDITION, "own.csv": "11",
             "helper_of_mine.py": "VALUE = 21"}  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    book, shown = Preview(tmp_path, None, ()), []
    for name, text in (("index.qmd", ADDITION), ("own.csv", "12"),
                       ("helper_of_mine.py", "VALUE = 22\n")):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
        book.rebuild(frozenset({name}))
        page = (tmp_path / previewing.OUT / "index.html").read_text("utf-8")
        shown.append(re.search(r"own data: (\d+ \d+)", page)[1])
    assert shown == ["11 21", "12 21", "12 22"]


def test_another_commit_is_printed_by_the_pages_and_by_cells(preview):
    book, state = preview
    subprocess.run(["git", "init", "-q", book.root], check=True)
    book.rebuild(frozenset())
    state.label = "1e"
    book.rebuild(frozenset({str(book.root / ".git" / "HEAD")}))
    assert state.kept == [[], []], "a cell of the certificate prints the commit"
    assert state.prepared == 2
    book.rebuild(frozenset({"index.qmd"}))
    assert state.kept[2] == CHAPTERS
    assert state.prepared == 2


def test_history_and_another_extract_are_watched(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    extract = tmp_path.parent / "an extract"
    found = Preview(tmp_path, extract, ()).outside()
    assert found[0] == extract
    assert tmp_path / ".git" / "HEAD" in found
    assert importing.CODE / "analysis" in found, "the program of a study that has none itself"


def test_the_extract_that_the_settings_name_is_watched_wherever_it_is(tmp_path):
    settings = (importing.CODE / "study.toml").read_text("utf-8")
    found = Preview(tmp_path, None, ())
    for folder in ("../elsewhere", ".hidden"):
        edited = re.sub('extract_directory = ".*"', f'extract_directory = "{folder}"', settings)
        (tmp_path / "study.toml").write_text(edited, "utf-8")
        assert found.outside()[0] == tmp_path / folder
    (tmp_path / "study.toml").write_text("half an edi", "utf-8")
    assert found.outside()[0] == tmp_path / ".hidden"


def test_another_configuration_executes_every_chapter(preview):
    book, state = preview
    book.rebuild(frozenset())
    book.rebuild(frozenset({"_quarto-full.yml"}))
    assert state.kept == [[], []]


@pytest.mark.parametrize(
    "path",
    ["exhibits/tables.py", importing.CODE / "analysis" / "extract" / "panel.py",
     importing.CODE / "audit" / "templates" / "exhibit.html",
     importing.CODE / "press" / "html" / "book.css"],
)  # fmt: skip
def test_new_code_or_a_new_template_asks_for_a_new_process(preview, path):
    book, state = preview
    with pytest.raises(CodeChanged):
        book.rebuild(frozenset({str(path)}))
    assert not state.kept


@pytest.fixture
def steps(preview, monkeypatch, tmp_path):
    """A preview that notes, in order, which of its steps finish or show a book."""
    book, state = preview
    done = []
    monkeypatch.setattr(previewing, "finish_book", lambda *_: done.append("finished"))
    monkeypatch.setattr(previewing, "show_marked", lambda *_: done.append("shown"))
    monkeypatch.setattr(previewing, "read_marks", lambda _: Marks({}, {}))
    monkeypatch.setattr(previewing, "reread_configuration", lambda _: "a book")

    def build_book(_, **options):
        options["finish"](tmp_path)
        return SimpleNamespace(chapters=tuple(CHAPTERS))

    monkeypatch.setattr(previewing, "build_book", build_book)
    return book, state, done


def test_an_edit_of_prose_is_shown_before_the_book_is_finished(steps):
    book, _, done = steps
    book.rebuild(frozenset())
    book.complete()
    book.rebuild(frozenset({"index.qmd"}))
    assert done == ["finished", "shown"]
    book.complete()
    book.complete()
    assert done == ["finished", "shown", "finished"]


@pytest.mark.parametrize("change", [{"key": "two"}, {"label": "1e"}, {"shown": ["floor"]}])
def test_what_pages_take_from_a_ledger_is_of_the_last_results(steps, change):
    book, state, done = steps
    book.rebuild(frozenset())
    book.complete()
    vars(state).update(change)
    book.rebuild(frozenset({"index.qmd" if "label" in change else "study.toml"}))
    book.rebuild(frozenset({"index.qmd"}))
    assert done == ["finished"] * 3
    book.complete()
    book.rebuild(frozenset({"index.qmd"}))
    assert done[3:] == ["shown"]


def test_a_shown_book_has_the_audit_pages_of_the_last_and_none_of_its_pages(tmp_path):
    last, new = tmp_path / previewing.OUT, tmp_path / "new"
    for name in ("index.html", "gone.html", "audit/a.html", "audit/exhibits/a.csv"):
        (last / name).parent.mkdir(parents=True, exist_ok=True)
        (last / name).write_text("old")
    new.mkdir()
    (new / "index.html").write_text("<main><p>new</p></main></body>")
    book = SimpleNamespace(chapters=[SimpleNamespace(path="index.qmd")])
    previewing.show_marked(tmp_path, book, Marks({}, {}), new)
    found = {path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()}
    assert found == {"index.html", "audit/a.html", "audit/exhibits/a.csv"}
    page = (new / "index.html").read_text()
    assert "<p>new</p>" in page
    assert "audit/view.js" in page

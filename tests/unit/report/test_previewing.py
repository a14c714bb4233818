"""What `report preview` makes anew after an edit, and what it takes over."""

from types import SimpleNamespace

import pytest

from report.commands import preview as previewing
from report.commands.preview import CodeChanged, Preview

CHAPTERS = ["a chapter", "another"]


@pytest.fixture
def preview(monkeypatch, tmp_path):
    """A preview of a book that takes no time: `kept` notes what was taken over by each build."""
    state = SimpleNamespace(key="one", shown=["timeline"], kept=[], prepared=0)
    monkeypatch.setattr(previewing, "Evaluation", lambda *_: SimpleNamespace(key=state.key))
    monkeypatch.setattr(previewing, "read_book", lambda *_: None)
    monkeypatch.setattr(
        previewing, "uses", lambda _: [SimpleNamespace(name=name, label="") for name in state.shown]
    )
    monkeypatch.setattr(previewing, "kernel_environment", lambda _: {})

    def prepare(*_):
        state.prepared += 1

    def build_book(_, **options):
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


def test_another_configuration_executes_every_chapter(preview):
    book, state = preview
    book.rebuild(frozenset())
    book.rebuild(frozenset({"_quarto-full.yml"}))
    assert state.kept == [[], []]


def test_new_code_asks_for_a_new_process(preview):
    book, state = preview
    with pytest.raises(CodeChanged):
        book.rebuild(frozenset({"analysis/extract/panel.py"}))
    assert not state.kept

"""What `report preview` makes anew after an edit, and what it takes over."""

from types import SimpleNamespace

import pytest

from report import previewing
from report.previewing import CodeChanged, Preview

CHAPTERS = [
    SimpleNamespace(chapter=SimpleNamespace(cells=[SimpleNamespace(source=source)]))
    for source in ("show(effect_forest)", "from audit.appendix import built_from")
]


@pytest.fixture
def preview(monkeypatch, tmp_path):
    """A preview of a book that takes no time: `kept` notes what was taken over by each build."""
    state = SimpleNamespace(key="one", references=["F1"], kept=[])
    monkeypatch.setattr(previewing, "Evaluation", lambda *_: SimpleNamespace(key=state.key))
    monkeypatch.setattr(previewing, "read_book", lambda *_: None)
    monkeypatch.setattr(previewing, "uses", lambda _: [])
    monkeypatch.setattr(previewing, "kernel_environment", lambda _: {})

    def prepare(*_):
        records = [SimpleNamespace(id="x", reference=one) for one in state.references]
        return {}, SimpleNamespace(records=records)

    def build_book(_, **options):
        state.kept.append(list(options["earlier"]))
        return SimpleNamespace(chapters=tuple(CHAPTERS))

    monkeypatch.setattr(previewing, "prepare", prepare)
    monkeypatch.setattr(previewing, "build_book", build_book)
    return Preview(tmp_path, None, ()), state


def test_an_edit_of_a_chapter_takes_over_all_but_the_ledger_s_pages(preview):
    book, state = preview
    book.rebuild(frozenset())
    book.rebuild(frozenset({"index.qmd"}))
    assert state.kept == [[], CHAPTERS[:1]]


@pytest.mark.parametrize("changes", [{"key": "two"}, {"references": ["F1", "F2"]}])
def test_other_results_or_references_execute_every_chapter(preview, changes):
    book, state = preview
    book.rebuild(frozenset())
    vars(state).update(changes)
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
        book.rebuild(frozenset({"analysis/panel.py"}))
    assert not state.kept

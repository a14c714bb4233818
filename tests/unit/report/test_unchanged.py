"""A book is of one state of its files, and a release is of nothing that was kept."""

import os
import time
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from analysis.dependencies import refuse_changed
from analysis.errors import InputsChanged, NotReady
from audit.trace.repository import Commit
from report import finish as finishing
from report.commands import build as building
from report.engines import Press, Typeset
from report.reproduction.rebuild import DIGEST, _contents, _whole
from report.reuse.inputs import hash_sources
from tests.unit.audit import whole


@pytest.mark.parametrize(
    "name",
    ["index.qmd", "chapters/one.qmd", "chapters/_metadata.yml", "_quarto.yml", "references.bib",
     "literals.toml", "_extensions/a/b.lua", "_variables.yml", "_environment"],
)  # fmt: skip
def test_an_edit_of_what_a_book_is_written_in_is_seen(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("one")
    before, times = hash_sources(tmp_path), path.stat()
    refuse_changed(before, hash_sources(tmp_path))
    time.sleep(0.02)
    path.write_text("two")  # while the book is read
    path.write_text("one")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(InputsChanged, match=name):
        refuse_changed(before, hash_sources(tmp_path))
    path.write_text("two")
    with pytest.raises(InputsChanged, match=name):
        refuse_changed(before, hash_sources(tmp_path))


@dataclass(frozen=True)
class Stated:
    """What a ledger says of its build."""

    commit: Commit
    label: str = ""
    release: bool = False
    remote: str = ""


@pytest.fixture
def release(tmp_path, monkeypatch):
    """A release that takes no time, and may be disturbed while it is typeset."""
    state = SimpleNamespace(during=lambda: None, clean=True, asked=[], stated=[])
    commit = Commit("0" * 40, 0, clean=True)
    evaluation = SimpleNamespace(
        study=SimpleNamespace(title="T", contact="c"), refuse_changed=lambda: None, key="k",
        data=None, root=tmp_path,
    )  # fmt: skip
    state.evaluation = evaluation
    project = SimpleNamespace(root=tmp_path, output=tmp_path / "_book", profiles=())
    book = SimpleNamespace(project=project, chapters=())
    (tmp_path / "study.toml").write_text("")
    (tmp_path / "index.qmd").write_text("# One")
    monkeypatch.chdir(tmp_path)

    def prepare(*_, fresh, **__):
        state.asked.append(("computed", fresh))
        return {}, Stated(commit)

    def typeset(_, asked, _stages):
        state.asked.append(("nothing kept", asked.cache is None))
        state.during()
        asked.finish(tmp_path)
        state.asked.append("swapped in")
        return Typeset(())

    def finish_book(*_, fresh, **_more):
        state.asked.append(("pages", fresh))

    for name, value in {
        "Evaluation": lambda *_: evaluation, "read_book": lambda *_: book, "uses": lambda _: [],
        "prepare": prepare, "intruder_check": lambda _: "", "numbers_by_hand": lambda *_: [],
        "compare_releases": lambda *_: None, "refuse_revealing": lambda _: None,
        "reread_configuration": lambda book: book, "finish_book": finish_book,
        "read_commit": lambda _: Commit("0" * 40, 0, clean=state.clean),
        "write_state": lambda _, ledger: state.stated.append(ledger.release),
        "_outcome": lambda *_: [],
        "Reused": lambda *_: SimpleNamespace(ended=lambda *_: []),
    }.items():  # fmt: skip
        monkeypatch.setattr(building, name, value)
    monkeypatch.setattr(Press, "typeset", typeset)
    return state


def test_a_release_computes_and_uses_nothing_that_was_kept(release):
    assert building.build(release=True, engine="embedded") == 0
    assert release.asked == [
        ("computed", True), ("nothing kept", True), ("pages", True), "swapped in",
    ]  # fmt: skip
    assert release.stated == [True]
    release.asked.clear()
    building.build(engine="embedded")
    assert release.asked == [
        ("computed", False), ("nothing kept", False), ("pages", False), "swapped in",
    ]  # fmt: skip


def test_a_chapter_edited_while_it_is_typeset_ends_the_build(release, tmp_path):
    release.during = lambda: (tmp_path / "index.qmd").write_text("# Two")
    with pytest.raises(InputsChanged, match=r"index\.qmd"):
        building.build(engine="embedded")
    assert "swapped in" not in release.asked


def test_a_commit_left_while_it_is_typeset_ends_a_release(release):
    def leave():
        release.clean = False

    release.during = leave
    with pytest.raises(NotReady):
        building.build(release=True, engine="embedded")
    assert "swapped in" not in release.asked
    # What is left behind claims no release either.
    assert release.stated == [True, False]


def test_a_release_that_is_refused_before_it_is_typeset_states_none(release, monkeypatch):
    def refuse(_):
        raise NotReady("a claim is no longer true")

    monkeypatch.setattr(building, "refuse_unready", refuse)
    with pytest.raises(NotReady):
        building.build(release=True, engine="embedded")
    assert release.stated == []


def test_a_release_that_nobody_answers_for_is_refused(release):
    release.evaluation.study.contact = " "
    with pytest.raises(NotReady, match="contact is empty"):
        building.build(release=True, engine="embedded")
    assert release.stated == []
    assert building.build(engine="embedded") == 0, "a draft says so on its cover"


def test_a_kept_rebuild_is_believed_only_as_it_was_put_there(tmp_path):
    kept = tmp_path / "kept"
    (kept / "exhibits").mkdir(parents=True)
    (kept / "ledger.json").write_text("{}")
    (kept / "exhibits" / "a.csv").write_text("0.41")
    assert not _whole(kept)
    (kept / DIGEST).write_text(_contents(kept))
    assert _whole(kept)
    (kept / "exhibits" / "a.csv").write_text("0.14")
    assert not _whole(kept)


@pytest.mark.parametrize("fresh", [False, True])
def test_a_ledger_left_behind_makes_no_release_of_a_book(tmp_path, monkeypatch, fresh):
    left = tmp_path / finishing.LEDGER
    left.parent.mkdir()
    replace(whole.bare([], commit="a" * 40), release=True).write(left)
    seen = []

    def stop(_book, ledger, *_):
        seen.append(ledger.release)
        raise NotReady("far enough")

    monkeypatch.setattr(finishing, "chapters", lambda _: [])
    monkeypatch.setattr(finishing, "refuse_other_numbers", stop)
    book = SimpleNamespace(project=SimpleNamespace(root=tmp_path))
    with pytest.raises(NotReady):
        finishing.finish_book(book, tmp_path / "_book", fresh=fresh)
    assert seen == [fresh]

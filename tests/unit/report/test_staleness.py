"""Nothing that is kept is stale: a sample of what `python -m benchmarks.staleness` tries."""

import random
import sys
from itertools import islice

import pandas as pd
import pytest

from benchmarks.speed import __main__ as speed
from benchmarks.speed import books
from benchmarks.staleness import kills, partly, this_report
from benchmarks.staleness.__main__ import TABLE
from benchmarks.staleness.small_book import SmallBook
from benchmarks.staleness.small_dataflow import SmallDataflow, mutations
from press.document import pandoc
from report.reuse import code
from report.reuse.inputs import Asked, gather

SAMPLE = 17
"""One mutation of the dataflow in so many is tried here."""


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    return SmallDataflow(tmp_path_factory.mktemp("dataflow"))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return SmallBook(tmp_path_factory.mktemp("book"))


def test_no_mutation_of_a_dataflow_leaves_anything_stale(flow):
    rows = pd.DataFrame([flow.judge(each) for each in islice(mutations(), 0, None, SAMPLE)])
    assert not rows["stale"].any(), rows.loc[rows["stale"], "place"].tolist()
    assert rows["changed"].any()
    assert (rows["computed"] < rows["of"]).any()


def test_a_comment_computes_nothing(flow):
    comments = [each for each in mutations() if each.kind == "comment"]
    assert flow.judge(comments[len(comments) // 2])["computed"] == 0


@pytest.mark.parametrize("edit", ["a heading", "a source", "a drawing", "files touched"])
def test_no_mutation_of_a_book_leaves_anything_stale(book, edit):
    found = book.judge(edit)
    assert not found["stale"]
    assert found["computed"] < found["of"]


def test_the_benchmark_sees_code_that_a_key_passes_over(tmp_path, monkeypatch):
    monkeypatch.setattr(code, "loose_statements", lambda *_: iter(()))
    loose = [each for each in mutations() if each.kind == "loose statement"]
    assert SmallDataflow(tmp_path).judge(loose[0])["stale"]


def test_the_benchmark_sees_a_file_that_a_key_passes_over(book, monkeypatch):
    monkeypatch.setattr(pandoc, "_contents", lambda argument: argument)
    filled = SmallBook(book.folder / "blind")
    assert filled.judge("a source")["stale"]


def test_the_committed_table_has_none_stale():
    table = pd.read_csv(TABLE)
    assert table["stale"].sum() == 0
    assert table["mutations"].sum() >= 300


def test_every_edit_of_this_report_changes_a_file_or_a_variable():
    """Edits name texts of the report, which change: then a benchmark would try something else."""
    every = list(this_report.edits(this_report.ROOT))
    assert len(every) >= 60
    for edit in every:
        path = this_report.ROOT / edit.place
        if edit.change is not None:
            data = path.read_bytes() if path.is_file() else b""
            assert edit.change(data) != data


@pytest.mark.parametrize("name", speed.EDITS)
def test_every_edit_of_the_benchmark_of_speed_finds_its_text(tmp_path, name):
    for upto in list(speed.EDITS)[: list(speed.EDITS).index(name) + 1]:
        for place, _, _ in speed.EDITS[upto]:
            if not (tmp_path / place).exists():
                (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / place).write_bytes((speed.ROOT / place).read_bytes())
        speed.edit(tmp_path, speed.EDITS[upto])


def test_a_build_that_takes_too_large_a_share_of_a_first_one_is_named():
    """Shares of one run, as times of two can't be compared."""
    rows = [{"build": "cold", "of_cold": 1.0}, {"build": "a cell", "of_cold": 0.9}]
    limits = [{"build": name, "of_cold": limit} for name, limit in speed.LIMITS.items()]
    assert speed.beyond([*rows, *limits]) == []
    (named,) = speed.beyond([*rows, {"build": "nothing", "of_cold": 0.02}])
    assert named.startswith("nothing: 0.02")
    of_books = {f"{size} chapters, {name}" for size in books.SIZES for name in books.EDITS}
    assert speed.LIMITS.keys() <= speed.EDITS.keys() | of_books


@pytest.mark.parametrize(("program", "ended"), [("", True), ("import time; time.sleep(60)", False)])
def test_a_build_that_ended_first_is_no_kill(tmp_path, monkeypatch, program, ended):
    monkeypatch.setattr(kills, "BUILD", (sys.executable, "-c", program))
    took = kills.killed(tmp_path, 2 if ended else 0.05)
    assert (took is not None) is ended


def test_a_killed_build_leaves_the_last_book_or_the_whole_new_one(tmp_path, monkeypatch):
    for name in ("chapters/acknowledgements.qmd", "_book/index.html"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("old")

    def after(left, whole):
        """Return whether a book stands that a killed build left, and the next one makes."""
        page = tmp_path / "_book" / "index.html"
        monkeypatch.setattr(kills, "killed", lambda *_: page.write_text(left) and None)
        monkeypatch.setattr(kills, "build", lambda _: page.write_text(whole))
        return kills.trial(tmp_path, 1, 1.0, random.Random(0))[0]["book_stands"]

    assert after("old", "new")
    assert after("new", "new")
    assert not after("ne", "new")


def test_rows_of_a_benchmark_that_did_not_end_are_no_input_of_a_build(tmp_path):
    table = tmp_path / "data" / "proofs" / "kills.csv"
    rows = partly.Rows(table, 2)
    rows.add({"kill": 1})
    assert rows.place.read_text() == "kill\n1\n"
    asked = Asked(("html",), "", "", "embedded", (), 0o22)
    assert not [name for name in gather(tmp_path, asked, {}) if name.startswith("file ")]
    with partly.interruptible(table):
        pass
    assert not rows.place.exists()


def test_edits_rejected_together_are_tried_one_by_one(tmp_path):
    project = this_report.Project(tmp_path)
    (tmp_path / "good").write_bytes(b"1")
    (tmp_path / "bad").write_bytes(b"1")
    project.build = lambda: (int((tmp_path / "bad").read_bytes() == b"2"), 3.0)
    edits = [this_report.Edit("k", name, lambda _: b"2") for name in ("good", "bad")]
    tried = project.try_edits([*edits, this_report.Edit("k", "TZ", value="UTC")])
    assert [refused for _, refused, _ in tried] == [False, True, False]
    assert (tmp_path / "good").read_bytes() == b"2"
    assert (tmp_path / "bad").read_bytes() == b"1"
    assert project.variables == {"TZ": "UTC"}

"""Which columns a node rests on, on a small graph."""

import ast
import textwrap

import pytest

from analysis.dataflow.graph import Node
from audit.trace import columns as reading
from audit.trace.lineage import Mentions, global_names
from audit.trace.shared_frames import Shared
from audit.trace.sources import SourceIndex
from tests.unit.audit.whole import typed_record

TABLES = {"schools": ("id", "pilot", "pupils", "area"), "care": ("id", "days")}
SHARED = {
    "panel": Shared(
        ("schools.id",), {"pilot": ("schools.pilot",), "events": ("care.days", "released")}
    )
}
SAID = {
    "released": "pupils", "panel": "id pilot area days", "settings": "area",
    "number": "pilot", "counted": "events", "joined": "pilot id", "later": "pupils",
}  # fmt: skip


def node(name, *needs, outcome="", exhibit=False, gives="pd.DataFrame"):
    def function(): ...

    function.__annotations__["return"] = gives
    return Node(name, function, needs, outcome=outcome, exhibit=exhibit)


NODES = {
    each.name: each
    for each in (
        node("schools"), node("care"), node("settings"), node("released", "schools"),
        node("panel", "schools", "care", "released"), node("joined", "schools"),
        node("number", "panel", exhibit=True), node("counted", "panel", outcome="x", exhibit=True),
        node("told", "panel", "settings"), node("later", "joined"),
        node("word", "schools", gives="str"), node("after_word", "word"),
    )
}  # fmt: skip


@pytest.fixture
def rests(monkeypatch):
    monkeypatch.setattr(reading, "SHARED", SHARED)
    monkeypatch.setattr(reading, "DAYS", "care")
    monkeypatch.setattr(reading, "BY_OUTCOME", frozenset({"panel"}))
    monkeypatch.setattr(reading, "DECIDING", frozenset({"released"}))

    def found(name, counted=frozenset({"x"}), **options):
        words = {key: frozenset(said.split()) for key, said in SAID.items()}
        words |= {"after_word": frozenset({"pilot"}), "told": frozenset({"events"})}
        reader = reading.ColumnReader(
            NODES, TABLES, lambda each: words.get(each, frozenset()), counted, **options
        )
        return {f"{table}.{column}" for table, column in reader.rests(name)}

    return found


def test_of_a_shared_frame_the_rows_and_the_columns_mentioned_count(rests):
    assert rests("number") == {"schools.id", "schools.pilot"}
    assert rests("told") == {"schools.id", "care.days", "schools.pupils"}


def test_a_column_handed_on_unread_counts_where_it_is_read(rests):
    assert rests("joined") == {"schools.pilot", "schools.id"}
    assert rests("later") == {"schools.pilot", "schools.id", "schools.pupils"}


def test_a_text_hands_no_column_on(rests):
    assert rests("after_word") == set()


def test_settings_may_name_a_column_that_the_code_does_not(rests, monkeypatch):
    monkeypatch.setitem(
        SHARED, "panel", Shared((), {"area": ("schools.area",), "pilot": ("schools.pilot",)})
    )
    assert rests("told") == {"schools.area"}


def test_rows_on_events_rest_on_no_days_in_care(rests):
    assert rests("counted") == {"schools.id", "schools.pupils"}
    assert "care.days" in rests("counted", frozenset())


def test_what_only_decides_is_told_from_what_is_in_values(rests):
    assert rests("told", deciding=False) == {"schools.id", "care.days"}


def test_a_name_bound_within_is_no_definition_of_the_module(tmp_path):
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis" / "__init__.py").write_text("")
    (tmp_path / "analysis" / "a.py").write_text(
        textwrap.dedent("""
        KEY = "phase"
        def items(frame):
            return frame[KEY]
        def share(items):
            return items["direction"]
        def both(frame):
            def inner(items):
                return items
            return inner(items(frame))
        def annotated(frame: items): ...
        """)
    )
    mentions = Mentions(SourceIndex(tmp_path))
    assert mentions.words("analysis.a", "share") == {"direction"}
    assert "phase" in mentions.words("analysis.a", "both")
    assert "phase" in mentions.words("analysis.a", "annotated")


@pytest.mark.parametrize(
    "code",
    ["class A:\n    x = used\n    def f(self): ...",
     "def f(x=used): ...", "@used\ndef f(): ...", "def f():\n    return [used for y in z]",
     "x: used = 1", "def f() -> used: ..."],
)  # fmt: skip
def test_every_way_of_naming_from_outside_is_seen(code):
    statement = ast.parse(code).body[-1]
    assert "used" in global_names(statement)


def test_columns_are_told_in_words():
    columns = {"a.csv": ("x", "y"), "b.csv": ()}
    record = typed_record("n", "N1", "number", "1", columns=columns, deciding={"a.csv": ("y",)})
    assert record.columns_of("a.csv") == "x; only to decide what is shown: y"
    assert record.columns_of("b.csv") == "none"
    assert record.columns_of("c.csv") == "all"

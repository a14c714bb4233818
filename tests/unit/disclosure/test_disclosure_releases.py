"""Differences between releases, recorded exceptions and safe downloads."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.disclosure import (
    PUBLIC,
    ReleasedData,
    held,
    read_exceptions,
    released,
    revealed_by,
    safe_csv,
    with_exception,
)
from analysis.disclosure.estimates import WITHHELD
from analysis.errors import ConfigurationError


def release(*counts: object) -> dict[str, ReleasedData]:
    frame = pd.DataFrame({"arm": ["a", "b", "c"], "events": pd.Series(counts, dtype=object)})
    return {"before_after": ReleasedData(frame)}


@pytest.mark.parametrize(
    ("then", "now", "cells"),
    [
        ((9, 9, 9), (9, 9, 9), []),
        ((9, "c", 9), (9, "c", 9), []),
        ((9, "c", 9), (9, 8, 9), ["arm b: events"]),
        ((9, 8, 9), (9, "c", 9), ["arm b: events"]),
        ((9, 20, 9), (9, 21, 9), ["arm b: events"]),
        ((9, 20, 9), (9, 25, 9), ["arm b: events"]),
        ((9, 20, 9), (9, 26, 9), []),
        ((9, 0, 9), (9, 3, 9), ["arm b: events"]),
    ],
)
def test_a_cell_that_two_releases_reveal_is_flagged(
    then: tuple[object, ...], now: tuple[object, ...], cells: list[str]
) -> None:
    found = revealed_by(release(*now), [release(*then)], PUBLIC)
    assert [each.cell for each in found] == cells


def test_rows_are_compared_by_their_keys_not_their_place() -> None:
    before = release(9, "c", 9)["before_after"].cells.iloc[::-1]
    assert revealed_by(release(9, "c", 9), [{"before_after": ReleasedData(before)}], PUBLIC) == ()


def rates(events: int, rate: float, verdict: str) -> dict[str, ReleasedData]:
    frame = pd.DataFrame(
        {"arm": ["a", "b"], "events": [events, 30], "rate": [rate, 2.0], "reads": [verdict, "even"]}
    )
    return {"rates": ReleasedData(frame.astype(object))}


def test_a_rate_that_moves_with_its_count_hides_nothing() -> None:
    (found,) = revealed_by(rates(20, 1.41, "even"), [rates(21, 1.48, "even")], PUBLIC)
    assert found.cell == "arm a, reads even: events"


def test_a_row_whose_words_changed_is_compared_all_the_same() -> None:
    (found,) = revealed_by(rates(20, 1.41, "lower"), [rates(21, 1.48, "even")], PUBLIC)
    assert found.cell == "arm a, reads lower: events"


def test_a_hidden_rate_that_is_shown_is_flagged_though_it_is_no_count() -> None:
    before = ReleasedData(pd.DataFrame({"arm": ["a"], "rate": ["c"]}, dtype=object))
    now = ReleasedData(pd.DataFrame({"arm": ["a"], "rate": [1.5]}, dtype=object))
    (found,) = revealed_by({"rates": now}, [{"rates": before}], PUBLIC)
    assert found.cell == "arm a: rate"


def study(*reasons: str) -> dict[str, ReleasedData]:
    """Return the terms of an event study, numbered, each with the reason it is not estimated."""
    frame = pd.DataFrame(
        {"pilot": "Lambeth", "reason": reasons, "term": range(len(reasons)),
         "ratio": [float("nan") if reason else 0.5 for reason in reasons]}
    )  # fmt: skip
    return {"event_study": ReleasedData(frame.astype(object))}


def test_an_estimate_that_is_withheld_now_was_shown_before() -> None:
    (found,) = revealed_by(study("", WITHHELD, ""), [study("", "", "")], PUBLIC)
    assert (found.cell, found.how) == (
        "pilot Lambeth", "withheld in one release and shown in the other"
    )  # fmt: skip
    assert revealed_by(study("", "", ""), [study("", "", "")], PUBLIC) == ()


@pytest.mark.parametrize(("days", "flagged"), [(27, True), (5 * 366, True), (5 * 366 + 1, False)])
def test_days_are_those_of_few_children(days: int, flagged: bool) -> None:
    def care(count: int) -> dict[str, ReleasedData]:
        frame = pd.DataFrame({"outcome": ["care", "s47"], "count": [count, 100]}, dtype=object)
        return {"table": ReleasedData(frame, frozenset({"care"}))}

    found = revealed_by(care(9000 + days), [care(9000)], PUBLIC)
    assert bool(found) == flagged


def test_a_part_hidden_in_both_is_told_by_its_total() -> None:
    then, now = (9, "c", 30), (9, "c", 33)
    assert [e.cell for e in revealed_by(release(*now), [release(*then)], PUBLIC)] == [
        "arm c: events"
    ]


def test_an_exhibit_that_is_new_reveals_nothing_by_itself() -> None:
    assert revealed_by(release(9, 9, 9), [{}], PUBLIC) == ()


EXCEPTION = """
[[exception]]
exhibit = "rates_s47"
name = "A. Statistician"
reason = "The authority has published the figure itself."
date = 2020-05-01
"""


def test_an_exception_lets_a_held_exhibit_through_and_says_who(tmp_path: Path) -> None:
    path = tmp_path / "exceptions.toml"
    path.write_text(EXCEPTION, "utf-8")
    exceptions = read_exceptions(path)
    assert exceptions[0].date == date(2020, 5, 1)
    status = with_exception("rates_s47", held("Too small."), exceptions)
    assert not status.held
    assert "A. Statistician on 01 May 2020" in status.reason
    assert with_exception("another", held("Too small."), exceptions).held
    assert with_exception("rates_s47", released(), exceptions) == released()


@pytest.mark.parametrize("key", ["name", "reason", "date", "exhibit"])
def test_an_exception_must_say_who_why_and_when(tmp_path: Path, key: str) -> None:
    path = tmp_path / "exceptions.toml"
    lines = [line for line in EXCEPTION.splitlines() if not line.startswith(key)]
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(ConfigurationError, match=f"lacks {key}"):
        read_exceptions(path)


@pytest.mark.parametrize(
    "text",
    ["exception = 3", 'exception = ["rates"]', "[exception]", "[[exceptions]]\n", "= 3", "\xff"],
)
def test_what_is_no_list_of_exceptions_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "exceptions.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"exceptions\.toml"):
        read_exceptions(path)


def test_without_a_file_there_is_no_exception(tmp_path: Path) -> None:
    assert read_exceptions(tmp_path / "exceptions.toml") == ()


@pytest.mark.parametrize("start", ["=1+1", "+1", "-cmd", "@SUM(A1)", "\t=1", "|calc"])
def test_no_text_of_a_download_is_a_formula(start: str) -> None:
    text = safe_csv(pd.DataFrame({"text": [start], "n": [-1.5]}))
    value = text.splitlines()[1]
    assert value.lstrip('"').startswith("'")
    assert value.endswith(",-1.5")

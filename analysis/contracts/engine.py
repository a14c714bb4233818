"""Interface to Great Expectations: pass it the columns that rules read, return the results.

It is imported only here, where it runs, since that takes seconds. It copies the whole frame for
every rule, so in a large table each rule gets a separate frame, and a rule that depends on one
text alone is tested once for each distinct text.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.contracts.implied_rules import CALLS
from analysis.contracts.results import ROWS_KEPT
from analysis.contracts.typed_tables import FIRST_ROW, Columns

if TYPE_CHECKING:
    from analysis.contracts.expectations import Expectation

QUIETENED = (
    # Great Expectations imports two modules that Python 3.11 renamed.
    (r"module 'sre_(constants|parse)' is deprecated", DeprecationWarning),
    # It imports PySpark wherever that is installed, of which only SQL is used here.
    (r"PySpark does not yet fully support pandas", FutureWarning),
)
"""Warnings of libraries that can't be fixed here, each with its reason."""

LARGE = 200_000
"""Number of rows from which rules are tested separately."""

OF_ONE_TEXT = frozenset(
    {
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_be_null",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_between",
        "expect_column_values_to_match_regex",
    }
)
"""Expectations whose result for a row does not depend on other rows."""


class ValidationError(RuntimeError):
    """Great Expectations gave no usable answer: a fault of the program, never a pass."""


@dataclass(frozen=True)
class Answer:
    """The result of one rule.

    Attributes
    ----------
    success
        Whether it is met.
    tested, failing
        Number of rows that it was tested on, and that break it.
    rows
        The first rows that break it, by their number in the file.
    """

    success: bool
    tested: int
    failing: int = 0
    rows: tuple[int, ...] = ()


class TestedColumns(Columns):
    """The columns that rules may name, and the answers to rules about them."""

    def answers(self, dataset: str, mapped: Sequence[Expectation]) -> dict[str, Answer]:
        """Test rules on a dataset; see `answers`."""
        return answers(dataset, mapped, self)

    def broken(
        self, dataset: str, expectation: Expectation, rows: Sequence[int]
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return rows that break a rule: as sent, and the columns tested."""
        places = [row - FIRST_ROW for row in rows]
        frame = self.frame(dataset, dict.fromkeys(expectation.columns))
        return self.raw[dataset].iloc[places], frame.iloc[places]


def answers(dataset: str, mapped: Sequence[Expectation], columns: Columns) -> dict[str, Answer]:
    """Test rules on a dataset that contains the columns they read.

    Returns
    -------
    dict
        The answer to each rule, by its id.

    Raises
    ------
    ValidationError
        If Great Expectations gives an empty or exceptional result.
    """
    large = columns.rows(dataset) >= LARGE
    found: dict[str, Answer] = {}
    with _quiet():
        for text, some in _portions(mapped, large=large):
            names = dict.fromkeys(name for each in some for name in each.columns)
            if text:
                frame = columns.text_frame(dataset, text, names)
                counts = columns.text_counts(dataset, text)
                raw = _run(frame, some, len(frame))
                found |= {
                    each.rule.id: _spread(
                        raw[each.rule.id], each, frame, counts, columns, dataset, text
                    )
                    for each in some
                }
            else:
                raw = _run(_comparable(columns.frame(dataset, names), some), some, ROWS_KEPT)
                found |= {
                    e.rule.id: _answer(raw[e.rule.id], e, columns.rows(dataset)) for e in some
                }
    return found


def _portions(mapped: Sequence[Expectation], *, large: bool) -> list[tuple[str, list[Expectation]]]:
    """Return rules to test together, with the only column of text that they depend on."""
    if not large:
        return [("", list(mapped))] if mapped else []
    found: dict[tuple[str, frozenset[str]], list[Expectation]] = {}
    for each in mapped:
        text = _text_of(each)
        key = (text, frozenset() if text else frozenset(each.columns))
        found.setdefault(key, []).append(each)
    return [(text, some) for (text, _), some in found.items()]


def _text_of(each: Expectation) -> str:
    """Return the column whose text alone decides whether a row keeps a rule; "" if none does."""
    (name, *others) = each.columns or ("",)
    if each.type not in OF_ONE_TEXT or others or {"mostly", "row_condition"} & set(each.kwargs):
        return ""
    call = CALLS.fullmatch(name)
    return call.group(2) if call else ("" if "." in name else name)


def _spread(
    raw: Mapping[str, Any],
    each: Expectation,
    frame: pd.DataFrame,
    counts: np.ndarray,
    columns: Columns,
    dataset: str,
    text: str,
) -> Answer:
    """Return the answer for rows from the answer for distinct texts."""
    about_blanks = "null" in each.type
    tested = counts if about_blanks else counts[frame[each.columns[0]].notna().to_numpy()]
    places = np.array(raw.get("partial_unexpected_index_list") or [], dtype=np.int64)
    if len(places) != raw["unexpected_count"]:
        raise ValidationError(f"rule {each.rule.id}: texts and their count disagree")
    rows = columns.rows_with(dataset, text, places, ROWS_KEPT)
    return Answer(bool(raw["success"]), int(tested.sum()), int(counts[places].sum()), rows)


def _answer(raw: Mapping[str, Any], each: Expectation, rows: int) -> Answer:
    success = bool(raw["success"])
    if not each.is_about_rows:
        return Answer(success, rows, int(not success))
    failing = int(raw["unexpected_count"])
    named = sorted(raw["partial_unexpected_index_list"]) if failing else []
    if len(named) != min(failing, ROWS_KEPT):
        raise ValidationError(f"rule {each.rule.id}: rows and their count disagree")
    if bool(failing) == success and "mostly" not in each.kwargs:
        raise ValidationError(f"rule {each.rule.id}: rows and success disagree")
    tested = int(raw["element_count"]) - int(raw.get("missing_count", 0))
    return Answer(success, tested, failing, tuple(int(row) for row in named))


def _comparable(frame: pd.DataFrame, mapped: Sequence[Expectation]) -> pd.DataFrame:
    """Give columns of text that are compared with each other the same categories."""
    pairs = [e.columns[:2] for e in mapped if e.type == "expect_column_pair_values_to_be_equal"]
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    texts = [frame[name].cat.categories for name in names]
    every = pd.Index(pd.unique(pd.Series(np.concatenate(texts)))) if texts else pd.Index([])
    return frame.assign(**{name: frame[name].cat.set_categories(every) for name in names})


# --- the library ---------------------------------------------------------------------


def _run(
    frame: pd.DataFrame, mapped: Sequence[Expectation], most: int
) -> dict[str, Mapping[str, Any]]:
    """Return the result of each expectation by rule id, with a limited number of rows named.

    Rows are asked for only where a rule is broken: naming none costs as much as testing.
    """
    # A frame without columns would lose its rows.
    frame = frame if len(frame.columns) else frame.assign(row=1)
    batch = _batch(frame)
    found = _results(batch, mapped, {"result_format": "BASIC"})
    broken = [e for e in mapped if e.is_about_rows and found[e.rule.id].get("unexpected_count")]
    if broken:
        named = {"result_format": "SUMMARY", "partial_unexpected_count": most}
        found |= _results(batch, broken, named)
    return found


def _batch(frame: pd.DataFrame) -> Any:
    return _definition().get_batch(batch_parameters={"dataframe": frame})


@lru_cache(maxsize=1)
def _definition() -> Any:
    """Return the batch definition for frames, cached as it takes long to make."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine import pandas_execution_engine

    # It would hash every value of each frame to label a batch that is never looked up: a third of
    # the time, and a digest of confidential data.
    pandas_execution_engine.HASH_THRESHOLD = 0
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("extract").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("whole")


def _results(
    batch: Any, mapped: Sequence[Expectation], detail: Mapping[str, object]
) -> dict[str, Mapping[str, Any]]:
    return results(batch, [(e.rule.id, e.type, e.kwargs) for e in mapped], detail)


def results(
    batch: Any,
    mapped: Sequence[tuple[str, str, Mapping[str, Any]]],
    detail: Mapping[str, object],
) -> dict[str, Mapping[str, Any]]:
    """Return Great Expectations' result of each rule, given by id, expectation and arguments.

    Raises
    ------
    ValidationError
        If one is missing, empty or exceptional.
    """
    from great_expectations import ExpectationSuite

    suite = ExpectationSuite(
        name="contract",
        expectations=[
            {"type": kind, "kwargs": dict(kwargs), "meta": {"rule": rule}}
            for rule, kind, kwargs in mapped
        ],
    )
    with _quiet():
        outcome = batch.validate(suite, result_format=dict(detail))
    found = {r.expectation_config.meta["rule"]: checked_result(r) for r in outcome.results}
    if missing := {rule for rule, _, _ in mapped} - set(found):
        raise ValidationError(f"no result for {', '.join(sorted(missing))}")
    return found


def judged(
    frame: pd.DataFrame, mapped: Sequence[tuple[str, str, Mapping[str, Any]]]
) -> dict[str, np.ndarray]:
    """Return the places in a frame that break each expectation about rows, by rule.

    Raises
    ------
    ValidationError
        As `results` does, or if places and their number disagree.
    """
    with _quiet():
        batch = _batch(frame.reset_index(drop=True))
        named = {"result_format": "SUMMARY", "partial_unexpected_count": len(frame) + 1}
        raw = results(batch, mapped, named)
    found = {
        rule: np.array(sorted(one.get("partial_unexpected_index_list") or []), dtype=np.int64)
        for rule, one in raw.items()
    }
    for rule, places in found.items():
        if len(places) != raw[rule]["unexpected_count"]:
            raise ValidationError(f"rule {rule}: rows and their count disagree")
    return found


def checked_result(result: Any) -> Mapping[str, Any]:
    """Return a result's body; an empty or exceptional one is an error of the program."""
    rule = result.expectation_config.meta["rule"]
    info = result.exception_info or {}
    parts = [info] if "raised_exception" in info else list(info.values())
    raised = [part["exception_message"] for part in parts if part.get("raised_exception")]
    if raised or not result.result or result.success is None:
        raise ValidationError(f"rule {rule} could not be run: {'; '.join(raised) or 'no result'}")
    return {"success": result.success, **result.result}


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        for message, category in QUIETENED:
            warnings.filterwarnings("ignore", message=message, category=category)
        yield

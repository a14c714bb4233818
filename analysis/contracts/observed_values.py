"""Classes of the values that break a rule, without the values themselves."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from analysis.contracts.derived import derived_column
from analysis.contracts.implied_rules import CALLS
from analysis.contracts.typed_tables import DAY, DECIMAL, MONTH, PLAIN, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.contracts.expectations import Expectation

LONG = 200
CLASSES: tuple[tuple[str, str], ...] = (
    (r"", "empty"),
    (r"(?s).*[\x00-\x08\x0b-\x1f\x7f].*", "text with control characters"),
    (r"(?s).*\n.*", "text with a line break"),
    (r"\s.*|.*\s", "text with spaces at its ends"),
    (DAY, "a date written YYYY-MM-DD"),
    (MONTH, "a month written YYYY-MM"),
    (r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}", "a date written day first"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].*", "a date with a time"),
    (r"year first: .*", "a date written year first, though dateFormat gives another order"),
    (WHOLE, "a whole number"),
    (DECIMAL, "a decimal number"),
    (r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", "a number with commas"),
    (r"-?[0-9]+,[0-9]+", "a number with a decimal comma"),
    (r"-?[0-9.]+[eE][+-]?[0-9]+", "a number in scientific notation"),
    (r"[=+@].*", "a spreadsheet formula"),
    (r"(?i)n/?a|nan|none|null|unknown|missing|[-.?]+", "a word or sign for missing"),
    (r"(?s).*[^\x00-\x7f].*", "text with letters outside a to z"),
    (r"\w{1,200}", "a word"),
    (PLAIN, "text"),
)
"""Patterns of whole values with the class of each; the first match counts."""


def value_class(raw: str) -> str:
    """Return the class of one value as sent.

    Examples
    --------
    >>> value_class("31/12/2019"), value_class(""), value_class("=1+1")
    ('a date written day first', 'empty', 'a spreadsheet formula')
    """
    if len(raw) > LONG:
        return f"text longer than {LONG} characters"
    return next((name for pattern, name in CLASSES if re.fullmatch(pattern, raw)), "text")


def classes_seen(
    expectation: Expectation, raw: pd.DataFrame, frame: pd.DataFrame
) -> tuple[str, ...]:
    """Return the classes of the values that break a rule, commonest first.

    Parameters
    ----------
    raw, frame
        The rows that break it: as sent, and the columns tested.
    """
    counted = Counter(_classes(expectation, raw, frame))
    return tuple(name for name, _ in counted.most_common())


def _classes(expectation: Expectation, raw: pd.DataFrame, frame: pd.DataFrame) -> Iterable[str]:
    kind, kwargs = expectation.type, expectation.kwargs
    tested = expectation.columns[0]
    call = CALLS.fullmatch(tested)
    if tested.startswith("derived."):
        found = derived_column(expectation.rule.dataset, tested.partition(".")[2])
        return [found.seen if found else ""]
    if kind == "expect_column_values_to_not_be_null":
        return ["empty"]
    if "unique" in kind:
        return ["a value that occurs more than once"]
    if kind == "expect_column_values_to_be_between":
        return _sides(frame[tested], kwargs.get("min_value"), kwargs.get("max_value"))
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        first, second = (_name(kwargs[key]) for key in ("column_A", "column_B"))
        return [f"{first} {'before' if kwargs.get('or_equal') else 'not after'} {second}"]
    if call and call.group(1) == "known":
        return ["an identifier that is not found there"]
    inner = call.group(2) if call else tested
    if inner not in raw.columns or kind == "expect_column_pair_values_to_be_equal":
        return ["a combination that is not allowed"]
    return [_spelling(value, kwargs) or value_class(value) for value in raw[inner]]


def _sides(values: pd.Series, low: object, high: object) -> list[str]:
    below = values < low if low is not None else pd.Series(False, values.index)
    shown = {key: _bound(bound) for key, bound in (("below", low), ("above", high))}
    return [f"below {shown['below']}" if b else f"above {shown['above']}" for b in below]


def _bound(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _spelling(value: str, kwargs: object) -> str:
    """Recognise a known code in another spelling, the most common error in exports."""
    codes = kwargs.get("value_set", []) if isinstance(kwargs, dict) else []
    folded = {str(code).casefold() for code in codes}
    return "a known code in another spelling" if value.strip().casefold() in folded else ""


def _name(column: str) -> str:
    return column.removeprefix("derived.").replace("_", " ")

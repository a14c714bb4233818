"""The arguments that each expectation takes, and whether a rule gives them in the right types.

A number in place of a name is found here, with the rule, rather than where Great Expectations
fails on it. A row condition must be a mapping: as text, it would be run as code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

IGNORED_ROWS = (
    "both_values_are_missing",
    "either_value_is_missing",
    "neither",
    "all_values_are_missing",
    "any_value_is_missing",
    "never",
)
COMPARED = ("==", "!=", "<", "<=", ">", ">=")
AMONG = ("IN", "NOT_IN")


OF_ROWS = frozenset({"mostly", "row_condition"})
BOUNDS = frozenset({"min_value", "max_value", "strict_min", "strict_max"})


@dataclass(frozen=True)
class Signature:
    """The arguments of an expectation.

    Attributes
    ----------
    columns
        Keyword arguments that name one column, or a list of columns.
    needed, allowed
        Other keyword arguments that must, and may, be given.
    """

    columns: tuple[str, ...]
    needed: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()


KNOWN: dict[str, Signature] = {
    "expect_column_values_to_not_be_null": Signature(("column",), allowed=OF_ROWS),
    "expect_column_values_to_be_null": Signature(("column",), allowed=OF_ROWS),
    "expect_column_values_to_be_unique": Signature(("column",), allowed=OF_ROWS),
    "expect_column_values_to_be_in_set": Signature(
        ("column",), frozenset({"value_set"}), allowed=OF_ROWS
    ),
    "expect_column_values_to_match_regex": Signature(
        ("column",), frozenset({"regex"}), allowed=OF_ROWS
    ),
    "expect_column_values_to_be_between": Signature(("column",), allowed=OF_ROWS | BOUNDS),
    "expect_column_value_lengths_to_be_between": Signature(("column",), allowed=OF_ROWS | BOUNDS),
    "expect_column_pair_values_a_to_be_greater_than_b": Signature(
        ("column_A", "column_B"),
        frozenset({"ignore_row_if"}),
        allowed=OF_ROWS | {"or_equal"},
    ),
    "expect_column_pair_values_to_be_equal": Signature(
        ("column_A", "column_B"), frozenset({"ignore_row_if"}), allowed=OF_ROWS
    ),
    "expect_compound_columns_to_be_unique": Signature(
        ("column_list",), frozenset({"ignore_row_if"}), allowed=OF_ROWS
    ),
    "expect_column_sum_to_be_between": Signature(("column",), allowed=BOUNDS | {"row_condition"}),
    "expect_column_mean_to_be_between": Signature(("column",), allowed=BOUNDS | {"row_condition"}),
    "expect_table_row_count_to_be_between": Signature(
        (), allowed=frozenset({"min_value", "max_value", "row_condition"})
    ),
    "expect_table_row_count_to_equal": Signature(
        (), frozenset({"value"}), allowed=frozenset({"row_condition"})
    ),
    "expect_table_columns_to_match_set": Signature(
        (), frozenset({"column_set"}), allowed=frozenset({"exact_match"})
    ),
}
"""Every expectation a contract may name. A comparison of two columns must say what a blank
means (`ignore_row_if`): Great Expectations counts one as a breach on pandas."""


def first_invalid(kwargs: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first argument of the wrong type and what it must be, or None."""
    for name, value in kwargs.items():
        fits, words = KINDS.get(name, (_is_scalar, "a text, a number, true or false"))
        if not fits(value):
            return name, words
    return None


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, int, float))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_share(value: object) -> bool:
    return _is_number(value) and 0 < value <= 1  # type: ignore[operator]  # just checked


def _is_bound(value: object) -> bool:
    return _is_number(value) or _is_text(value)


def _is_list_of(each: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(each, value))


def _is_condition(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    if "conditions" in value:
        parts = value["conditions"]
        both = set(value) == {"type", "conditions"} and value["type"] in ("and", "or")
        return (
            both and isinstance(parts, list) and len(parts) > 1 and all(map(_is_condition, parts))
        )
    if set(value) != {"type", "column", "operator", "parameter"} or value["type"] != "comparison":
        return False
    column, operator, parameter = value["column"], value["operator"], value["parameter"]
    named = isinstance(column, dict) and set(column) == {"name"} and _is_text(column["name"])
    if isinstance(parameter, list):
        return named and operator in AMONG and _is_list_of(_is_scalar)(parameter)
    return named and operator in COMPARED and _is_scalar(parameter)


KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "column": (_is_text, "the name of a column"),
    "column_A": (_is_text, "the name of a column"),
    "column_B": (_is_text, "the name of a column"),
    "column_list": (_is_list_of(_is_text), "a list of columns"),
    "column_set": (_is_list_of(_is_text), "a list of columns"),
    "value_set": (_is_list_of(_is_scalar), "a list of values"),
    "regex": (_is_text, "a regular expression"),
    "min_value": (_is_bound, "a number, or a day in quotation marks"),
    "max_value": (_is_bound, "a number, or a day in quotation marks"),
    "strict_min": (_is_truth, "true or false"),
    "strict_max": (_is_truth, "true or false"),
    "or_equal": (_is_truth, "true or false"),
    "exact_match": (_is_truth, "true or false"),
    "mostly": (_is_share, "a share above 0 and up to 1"),
    "value": (_is_count, "a whole number from 0"),
    "ignore_row_if": (lambda value: value in IGNORED_ROWS, f"one of {', '.join(IGNORED_ROWS)}"),
    "row_condition": (
        _is_condition,
        "a mapping {type: comparison, column: {name: …}, operator: …, parameter: …}, or "
        "{type: and, conditions: […]} of such",
    ),
}
"""By the name of an argument: whether a value fits, and what it must be."""

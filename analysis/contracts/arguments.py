"""Check that the arguments of a rule are of the types that an expectation takes.

A number in place of a name is found here, with the rule, rather than where Great Expectations
fails on it. A row condition must be a mapping: as text, it would be run as code.
"""

from __future__ import annotations

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

"""The rules that a column's declaration implies: type, presence, uniqueness, range, reference.

They have the same form as the rules in a contract, so that the same code translates both.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis.contracts.contract import Column, DataContract, Rule
from analysis.contracts.derived.column import FEWEST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TYPE_WORDS = {
    "string": "plain text without spaces at its ends, line breaks or control characters",
    "integer": "a whole number written in digits",
    "number": "a number written in digits, with a point for decimals",
    "date": "a day written YYYY-MM-DD that the calendar has",
    "month": "a month written YYYY-MM",
}


CALLS = re.compile(r"(filled|number|sent|valid|fits|steps|known)\((\w+)\)")
"""Columns made from one of the file:

- `filled(x)`: 1 where there is a text, missing where blank;
- `number(x)`: the index of the text among the distinct ones, missing where blank;
- `sent(x)`: the text as sent;
- `valid(x)`: 1 where the text is of the declared type, else 0; missing where blank;
- `fits(x)`: likewise, of the declared pattern;
- `steps(x)`: likewise, a multiple of the declared step; also missing where it is not a number;
- `known(x)`: likewise, found in the column that it refers to.
"""


def all_rules(contract: DataContract) -> tuple[Rule, ...]:
    """Return the rules of a contract: implied rules first, then explicit ones."""
    return (*implied_rules(contract), *contract.rules)


def implied_rules(contract: DataContract) -> tuple[Rule, ...]:
    """Return the rules that the columns' declarations imply, in the file's order."""
    found = [
        _rule(
            contract,
            None,
            "columns",
            f"The columns are {', '.join(contract.column_names)}, each once, and no others.",
            "Every result names the columns it was made from.",
            "Send the columns of the contract, spelled as there; leave others out.",
            {
                "type": "expect_table_columns_to_match_set",
                "kwargs": {"column_set": list(contract.column_names), "exact_match": True},
            },
            "conformity",
        )
    ]
    if len(contract.key) > 1:
        found.append(_compound_key(contract))
    for column in contract.columns:
        found.extend(_of_column(contract, column))
    return tuple(found)


def _compound_key(contract: DataContract) -> Rule:
    names = " and ".join(contract.key)
    return _rule(
        contract,
        None,
        "key",
        f"No two rows have the same {names}.",
        "A row sent twice is counted twice.",
        "Send each row once; where two rows differ, find out which is right.",
        {
            "type": "expect_compound_columns_to_be_unique",
            "kwargs": {"column_list": list(contract.key), "ignore_row_if": "any_value_is_missing"},
        },
        "uniqueness",
    )


def _of_column(contract: DataContract, column: Column) -> Iterator[Rule]:
    if column.required:
        yield _filled(contract, column)
    if column.unique or (column.primary_key and len(contract.key) == 1):
        yield _unique(contract, column)
    if _type_is_tested(column):
        word = TYPE_WORDS["month" if column.is_month else column.logical_type]
        yield _rule(
            contract,
            column,
            "type",
            f"{column.name} is {word}.",
            "A value that cannot be read would drop out of the count unnoticed.",
            "Export the column in this form, whatever the spreadsheet shows.",
            _truth(f"valid({column.name})"),
            "conformity",
        )
    if column.missing_tolerance:
        yield _missing(contract, column)
    yield from _of_options(contract, column)
    if column.references:
        table = column.references.partition(".")[0]
        yield _rule(
            contract,
            column,
            "known",
            f"Each {column.name} is in {table}.csv.",
            f"A row that belongs to nothing in {table}.csv has no arm, period or exposure.",
            f"Correct the identifier, or send the missing row of {table}.csv.",
            _truth(f"known({column.name})"),
            "consistency",
        )


def _filled(contract: DataContract, column: Column) -> Rule:
    return _rule(
        contract,
        column,
        "required",
        f"{column.name} is filled in every row.",
        f"Without it the row cannot be used: {_lower(column.description)}",
        "Fill it from the source system; don't put a made-up value in its place.",
        {
            "type": "expect_column_values_to_not_be_null",
            "kwargs": {"column": f"filled({column.name})"},
        },
        "completeness",
    )


def _unique(contract: DataContract, column: Column) -> Rule:
    return _rule(
        contract,
        column,
        "unique",
        f"No two rows have the same {column.name}.",
        "A row sent twice is counted twice.",
        "Send each row once; where two rows differ, find out which is right.",
        {
            "type": "expect_column_values_to_be_unique",
            "kwargs": {"column": f"number({column.name})"},
        },
        "uniqueness",
    )


def _missing(contract: DataContract, column: Column) -> Rule:
    """Return the rule on the share of a pilot's rows that may be blank, which is never all."""
    low = max(1.0, column.missing_percent - column.missing_tolerance)
    high = min(99.0, column.missing_percent + column.missing_tolerance)
    rule = _rule(
        contract,
        column,
        "missing",
        f"Of the rows of each pilot with {FEWEST_ROWS} or more, {low:g}% to {high:g}% have no "
        f"{column.name}.",
        "Many more blanks point to an export that left the column out, fewer to values filled in: "
        f"{_lower(column.description)}",
        "Compare the pilot with the others; send what was left out, leave blank what is unknown.",
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {
                "column": f"derived.blank_{column.name}",
                "min_value": low,
                "max_value": high,
            },
        },
        "completeness",
    )
    return replace(rule, severity="warning")


def _of_options(contract: DataContract, column: Column) -> Iterator[Rule]:
    options, name = column.options, column.name
    if "pattern" in options:
        yield _rule(
            contract,
            column,
            "pattern",
            f"{name} has the form {options['pattern']}.",
            "An identifier of another form was probably not replaced by a pseudonym, "
            "or was changed by a spreadsheet.",
            "Export the identifiers as text, exactly as they were issued.",
            _truth(f"fits({name})"),
            "conformity",
        )
    bounds = {key: options[key] for key in ("minimum", "maximum") if key in options}
    if bounds and column.logical_type != "string":
        unit = f" {column.unit}" if column.unit else ""
        words = {"minimum": "at least", "maximum": "at most"}
        text = " and ".join(f"{words[key]} {value}" for key, value in bounds.items())
        kwargs = {f"{key[:3]}_value": value for key, value in bounds.items()}
        yield _rule(
            contract,
            column,
            "range",
            f"{name} is {text}{unit}.",
            f"A value outside is an error of entry or of export: {_lower(column.description)}",
            "Look the value up in the source system and correct it there.",
            {"type": "expect_column_values_to_be_between", "kwargs": {"column": name, **kwargs}},
            "accuracy",
        )
    if "multipleOf" in options:
        unit = f" {column.unit}" if column.unit else ""
        yield _rule(
            contract,
            column,
            "step",
            f"{name} is in steps of {options['multipleOf']}{unit}.",
            "A value between two steps was computed or rounded on the way, and is not what was "
            f"recorded: {_lower(column.description)}",
            "Export the value as it was recorded.",
            _truth(f"steps({name})"),
            "accuracy",
        )


def _type_is_tested(column: Column) -> bool:
    # A list, a key or a pattern already implies more than the type of a text.
    held = column.categories or column.references or "pattern" in column.options
    return column.logical_type != "string" or not held


def _truth(column: str) -> dict[str, Any]:
    return {
        "type": "expect_column_values_to_be_in_set",
        "kwargs": {"column": column, "value_set": [True]},
    }


def _rule(
    contract: DataContract,
    column: Column | None,
    name: str,
    expected: str,
    reason: str,
    remedy: str,
    implementation: Mapping[str, Any],
    dimension: str,
) -> Rule:
    middle = f"-{column.name}" if column else ""
    return Rule(
        id=f"{contract.dataset}{middle}-{name}",
        dataset=contract.dataset,
        column=column.name if column else "",
        severity="error",
        expected=expected,
        reason=reason,
        remedy=remedy,
        dimension=dimension,
        body={"engine": "greatExpectations", "implementation": implementation},
        # An optional column may be blank throughout; a required one has its own rule.
        may_test_nothing=column is not None and not column.required,
        place=column.place if column else contract.place,
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]

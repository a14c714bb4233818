"""Translate the rules of a contract to expectations of Great Expectations.

Raises an error for an unknown rule: a rule that is never run would look like a pass.
Great Expectations itself is not imported here; it takes seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.contracts.arguments import KNOWN, Signature, first_invalid
from analysis.contracts.derived import derived_column
from analysis.contracts.implied_rules import CALLS, all_rules
from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.contracts.contract import Column, DataContract, Rule

ENGINE = "greatExpectations"


@dataclass(frozen=True)
class Expectation:
    """A rule together with the expectation that tests it.

    Attributes
    ----------
    rule
        The rule.
    type
        The expectation's name in Great Expectations.
    kwargs
        Its arguments; bounds of date columns are timestamps.
    columns
        The columns it reads: of the file, `dataset.column` looked up over a reference,
        `derived.name`, or made from one as `analysis.contracts.implied_rules.CALLS` says.
    """

    rule: Rule
    type: str
    kwargs: Mapping[str, Any]
    columns: tuple[str, ...]

    @property
    def is_about_rows(self) -> bool:
        """Whether it names the rows that break it, rather than the file as a whole."""
        return self.type.startswith(
            ("expect_column_value", "expect_compound", "expect_column_pair")
        )


def expectations(
    contract: DataContract, contracts: Mapping[str, DataContract]
) -> tuple[Expectation, ...]:
    """Translate every rule of a contract, implied or explicit.

    Raises
    ------
    ConfigurationError
        If a rule is unknown, lacks an argument, has one too many, or names a column that neither
        the contract nor `analysis.contracts.derived` has.
    """
    return tuple(_map(rule, contract, contracts) for rule in all_rules(contract))


def _map(rule: Rule, contract: DataContract, contracts: Mapping[str, DataContract]) -> Expectation:
    name, kwargs = _implementation(rule)
    signature = KNOWN.get(name)
    if signature is None:
        raise _refuse(
            rule, f"no expectation '{name}' is known here", f"use one of {', '.join(KNOWN)}"
        )
    given = set(kwargs)
    needed = {*signature.columns, *signature.needed}
    if not needed <= given:
        raise _refuse(rule, f"{name} lacks {', '.join(sorted(needed - given))}", "add it to kwargs")
    if extra := given - needed - signature.allowed:
        raise _refuse(rule, f"{name} does not take {', '.join(sorted(extra))}", "take it out")
    if wrong := first_invalid(kwargs):
        argument, words = wrong
        raise _refuse(rule, f"{argument} of {name} is of the wrong kind", f"write {words}")
    columns = _columns(signature, kwargs)
    for column in columns:
        _check_column(rule, column, contract, contracts)
    if "regex" in kwargs:
        kwargs["regex"] = _whole(rule, kwargs["regex"])
    return Expectation(
        rule, name, _typed(rule, kwargs, columns, contract, contracts), tuple(columns)
    )


def _whole(rule: Rule, pattern: str) -> str:
    """Return a pattern of the standard (ECMA) in Python's form, for the whole value."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        raise _refuse(rule, "the pattern does not span the whole value", "begin with ^, end with $")
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        said = f"the pattern is not a valid regular expression ({error})"
        raise _refuse(rule, said, "correct it") from None
    if groups:
        raise _refuse(rule, "the pattern has a capturing group", "write (?:…) for (…)")
    # Python's $ also matches before a final line break; \Z does not.
    return pattern[:-1] + r"\Z"


def _implementation(rule: Rule) -> tuple[str, dict[str, Any]]:
    body = rule.body
    if "metric" in body:
        return _library(rule)
    if body.get("engine") != ENGINE:
        raise _refuse(
            rule,
            f"only rules of the engine {ENGINE} and library metrics are run",
            "rewrite it as one of these",
        )
    implementation = body["implementation"]
    if not isinstance(implementation, dict) or not {"type"} <= set(implementation) <= {
        "type",
        "kwargs",
    }:
        # As text, the implementation is silently dropped by datacontract's own export.
        raise _refuse(rule, "the implementation is not a mapping", "write type: and kwargs:")
    kwargs = implementation.get("kwargs") or {}
    if not isinstance(kwargs, dict):
        raise _refuse(
            rule, "kwargs is not a mapping", "write each argument as a key with its value"
        )
    return str(implementation["type"]), dict(kwargs)


def _library(rule: Rule) -> tuple[str, dict[str, Any]]:
    """Translate the library metrics of the standard, each as 'no row may be so'."""
    body, column = rule.body, rule.column
    arguments = body.get("arguments") or {}
    if not isinstance(arguments, dict):
        raise _refuse(
            rule, "arguments is not a mapping", "write each argument as a key with its value"
        )
    match body["metric"], sorted(arguments):
        case "rowCount", [] if "mustBeBetween" in body:
            low, high = body["mustBeBetween"]
            return "expect_table_row_count_to_be_between", {"min_value": low, "max_value": high}
        case "rowCount", [] if "mustBeGreaterOrEqualTo" in body:
            low = body["mustBeGreaterOrEqualTo"]
            return "expect_table_row_count_to_be_between", {"min_value": low}
        case _ if body.get("mustBe") != 0:
            raise _refuse(rule, "a library metric must be 0 here", "write mustBe: 0")
        case "invalidValues", ["validValues"]:
            return "expect_column_values_to_be_in_set", {
                "column": column,
                "value_set": arguments["validValues"],
            }
        case "invalidValues", ["pattern"]:
            return "expect_column_values_to_match_regex", {
                "column": column,
                "regex": arguments["pattern"],
            }
        case "nullValues", []:
            return "expect_column_values_to_not_be_null", {"column": column}
        case "duplicateValues", ["properties"]:
            return "expect_compound_columns_to_be_unique", {
                "column_list": arguments["properties"],
                "ignore_row_if": "any_value_is_missing",
            }
        case metric, names:
            raise _refuse(
                rule,
                f"the metric {metric} with arguments {names} is not known here",
                "use invalidValues, nullValues, duplicateValues or rowCount",
            )


def _columns(signature: Signature, kwargs: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for key in signature.columns:
        value = kwargs[key]
        found.extend(value if isinstance(value, list) else [value])
    condition = kwargs.get("row_condition")
    return found + (_condition_columns(condition) if condition else [])


def _condition_columns(condition: Mapping[str, Any]) -> list[str]:
    """Return the columns of a row condition in Great Expectations' own form."""
    if "conditions" in condition:
        return [name for part in condition["conditions"] for name in _condition_columns(part)]
    return [str(condition["column"]["name"])]


def _check_column(
    rule: Rule, name: str, contract: DataContract, contracts: Mapping[str, DataContract]
) -> None:
    call = CALLS.fullmatch(name)
    if (call.group(2) if call else name) in contract.column_names:
        return
    table, _, column = name.partition(".")
    derived = derived_column(contract.dataset, column) if table == "derived" else None
    if derived is not None:
        for need in derived.needs:
            home, _, made_from = need.partition(":")
            _check_need(rule, name, made_from, contracts.get(home), home, contracts)
        return
    if table in contracts and column in contracts[table].column_names:
        if lookup_key(contract, table):
            return
        raise _refuse(
            rule,
            f"'{name}' cannot be looked up: not exactly one column refers to {table}",
            f"give one column a relationship to {table}",
        )
    raise _refuse(rule, f"there is no column '{name}'", "correct the name")


def _check_need(
    rule: Rule,
    name: str,
    need: str,
    contract: DataContract | None,
    home: str,
    contracts: Mapping[str, DataContract],
) -> None:
    """Raise an error for a derived column computed from one that its contract lacks."""
    if contract is None:
        raise _refuse(
            rule, f"'{name}' is computed from {home}, which has no contract", "restore the contract"
        )
    table, _, column = need.rpartition(".")
    if table and table not in contracts:
        return  # the column that refers to it has been refused already
    try:
        _check_column(rule, need, contract, contracts)
    except ConfigurationError:
        owner = contracts.get(table, contract)
        raise _refuse(
            rule,
            f"'{name}' is computed from the column '{column}' of {owner.dataset}, which its "
            f"contract ({owner.place.partition(':')[0]}) does not have",
            "give the column its name back there, or take the rule away",
        ) from None


def lookup_key(contract: DataContract, dataset: str) -> str:
    """Return the only column that refers to another dataset, or "" if there is not exactly one."""
    found = [c.name for c in contract.columns if c.references.partition(".")[0] == dataset]
    return found[0] if len(found) == 1 else ""


def _typed(
    rule: Rule,
    kwargs: Mapping[str, Any],
    columns: list[str],
    contract: DataContract,
    contracts: Mapping[str, DataContract],
) -> dict[str, Any]:
    typed = dict(kwargs)
    if columns and (call := CALLS.fullmatch(columns[0])) and call.group(1) == "fits":
        _whole(rule, str(contract.column(call.group(2)).options["pattern"]))
    day = bool(columns) and _is_date(columns[0], contract, contracts)
    for key in ("min_value", "max_value"):
        if key in typed:
            typed[key] = _bound(rule, key, typed[key], day=day)
    if {"min_value", "max_value"} <= set(typed) and typed["min_value"] > typed["max_value"]:
        raise _refuse(rule, "min_value is above max_value", "correct one of the two")
    return typed


def _bound(rule: Rule, key: str, value: Any, *, day: bool) -> Any:
    """Return a bound in the type of its column: a timestamp for days, else a number."""
    try:
        if day == isinstance(value, str):
            return pd.Timestamp(value) if day else value
    except ValueError:
        pass
    wanted = "a day or month in quotation marks" if day else "a number"
    raise _refuse(rule, f"{key} is not {wanted}", f"write {wanted}")


def _is_date(name: str, contract: DataContract, contracts: Mapping[str, DataContract]) -> bool:
    table, _, column = name.rpartition(".")
    home = contracts.get(table) if table else contract
    by_name: dict[str, Column] = {c.name: c for c in home.columns} if home else {}
    return column in by_name and by_name[column].logical_type == "date"


def _refuse(rule: Rule, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"rule {rule.id}: {what}", place=rule.place, remedy=remedy)

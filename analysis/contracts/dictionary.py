"""The data dictionary: what the contracts state about every column and every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.contracts.implied_rules import TYPE_WORDS, all_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.contracts.contract import Column, DataContract

DICTIONARY_COLUMNS = {
    "file": "File of the extract",
    "column": "Column",
    "description": "What it contains",
    "type": "How it is written",
    "unit": "Unit",
    "values": "Values allowed: a list, a range or a form",
    "required": "Whether every row must have it",
    "key": "Whether it identifies the row, by itself or with others",
    "refers_to": "The column that must contain each value",
    "sensitivity": "Whom it is about: child, worker, school or none",
    "missing_percent": "Rows expected to be blank, per cent",
}
"""The columns of `dictionary` with their meanings."""

RULE_COLUMNS = {
    "file": "File of the extract",
    "rule": "The rule's id",
    "column": "The column it is about; blank for rows or the whole file",
    "severity": "An error stops the report; a warning is printed",
    "expected": "What must be true",
    "reason": "Why it matters",
    "remedy": "What the data manager does about a breach",
}
"""The columns of `rule_list` with their meanings."""


def dictionary(contracts: Mapping[str, DataContract]) -> pd.DataFrame:
    """Return one row per column of the extract; columns as in `DICTIONARY_COLUMNS`."""
    rows = [
        {
            "file": contract.file,
            "column": column.name,
            "description": column.description,
            "type": TYPE_WORDS["month" if column.is_month else column.logical_type],
            "unit": column.unit,
            "values": _values(column),
            "required": "yes" if column.required else "no",
            "key": "yes" if column.primary_key else "no",
            "refers_to": column.references,
            "sensitivity": column.sensitivity,
            "missing_percent": column.missing_percent,
        }
        for contract in contracts.values()
        for column in contract.columns
    ]
    return pd.DataFrame(rows, columns=list(DICTIONARY_COLUMNS))


def rule_list(contracts: Mapping[str, DataContract]) -> pd.DataFrame:
    """Return one row per rule, implied or explicit; columns as in `RULE_COLUMNS`."""
    rows = [
        (
            contract.file,
            rule.id,
            rule.column,
            rule.severity,
            rule.expected,
            rule.reason,
            rule.remedy,
        )
        for contract in contracts.values()
        for rule in all_rules(contract)
    ]
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


def _values(column: Column) -> str:
    if column.categories:
        expected = column.expected_percent
        return ", ".join(
            f"{name} (expected in {expected[name]:g}% of rows)" if name in expected else name
            for name in column.categories
        )
    bounds = [str(column.options[key]) for key in ("minimum", "maximum") if key in column.options]
    step = f" in steps of {column.options['multipleOf']}" if "multipleOf" in column.options else ""
    return " to ".join(bounds) + step or str(column.options.get("pattern", ""))

"""The codebook: every code that a coder may give, what it means, and how often it was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.contracts import DataContract
from analysis.errors import ConfigurationError
from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column as Counted
from analysis.exhibits.parts.columns import Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.practice.evidence import DIRECTIONS

if TYPE_CHECKING:
    from analysis.contracts.contract import Column

HEADINGS = {
    "finding": "Key finding",
    "pathway": "Pathway",
    "direction": "Direction",
    "school_phase": "School phase",
}
"""Columns that coders fill in, and their headings in the codebook."""

MEANINGS = {
    "finding": {
        "6": "Some outcomes in social care, such as section 47 enquiries, fell.",
    },
    "pathway": {
        "A": "The worker's advice changes how the school responds to safeguarding concerns.",
        "B": "A worker whom parents see as independent improves their relations with the school.",
        "C": "Frequent contact with the worker lets a young person trust and feel understood.",
    },
    "direction": {
        "supports": "The item supports the finding.",
        "contradicts": "The item contradicts the finding.",
        "mixed": "It points both ways; so counts an item that coders read differently.",
    },
    "school_phase": {
        "primary": "It is about a primary school.",
        "secondary": "It is about a secondary school.",
        "special": "It is about a special school.",
    },
}
"""The meaning of each code; findings on practice are those of the published summary."""


def codebook(
    contracts: dict[str, DataContract],
    published_findings: tuple[dict[str, str], ...],
    evidence_by_finding: pd.DataFrame,
    evidence_by_pathway: pd.DataFrame,
    evidence_by_phase: pd.DataFrame,
    fieldwork_period: str,
) -> Table:
    """Show every code that the contract of the coded evidence allows."""
    stated = {
        each["finding"]: each["statement"] for each in published_findings if not each["outcome"]
    }
    meanings = {**MEANINGS, "finding": {**MEANINGS["finding"], **stated}}
    counts = {
        "finding": _items(evidence_by_finding, "finding"),
        "pathway": _items(evidence_by_pathway, "pathway"),
        "direction": {kind: int(evidence_by_finding[kind].sum()) for kind in DIRECTIONS},
        "school_phase": _items(evidence_by_phase, "school_phase"),
    }
    lines = [
        (column.name, code, *_explained(column, code, meanings[column.name], counts[column.name]))
        for column in map(contracts["evidence"].column, HEADINGS)
        for code in _allowed_codes(column)
    ]
    data = pd.DataFrame(lines, columns=["column", "code", "meaning", "items"])
    return table(
        data,
        (
            Words(
                "column",
                "Coded",
                "Column of the coded evidence",
                cell=HEADINGS.__getitem__,
                width=6,
            ),
            Words("code", "Code", "Code that a coder may give", width=5),
            Words("meaning", "Meaning", "What it means", width=27),
            Counted("items", "Items", "Coded items with this code", "number", words.count, 3),
        ),
        period=fieldwork_period,
        note=(
            "An item is what one piece of fieldwork says on one finding. Pathway and school phase "
            "are left blank where it relates to none. An item that two coders assigned to "
            "different pathways counts under each."
        ),
    )


def _allowed_codes(column: Column) -> tuple[str, ...]:
    """Return the codes that the contract allows in a column, in its order."""
    if column.categories:
        return column.categories
    if not {"minimum", "maximum"} <= set(column.options):
        raise ConfigurationError(
            f"the codes allowed in '{column.name}' are not listed, and the codebook needs them",
            place=column.place,
            remedy="list them under validValues, or give a minimum and a maximum",
        )
    codes = range(int(column.options["minimum"]), int(column.options["maximum"]) + 1)
    return tuple(map(str, codes))


def _items(counts: pd.DataFrame, key: str) -> dict[str, int]:
    return {str(row[key]): int(row["items"]) for row in counts.to_dict("records")}


def _explained(
    column: Column, code: str, meanings: Mapping[str, str], counts: Mapping[str, int]
) -> tuple[str, int]:
    """Return the meaning of an allowed code and the number of items that have it."""
    if code not in meanings or code not in counts:
        raise ConfigurationError(
            f"'{code}' is allowed in '{column.name}', and the codebook does not know it",
            place=column.place,
            remedy="add its meaning to MEANINGS in exhibits/practice/codebook.py, "
            "and see that analysis/practice/evidence.py counts it",
        )
    return meanings[code], counts[code]

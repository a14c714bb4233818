"""Data contracts: what each file of the extract must satisfy (ODCS 3.1).

The contract file is the single source: gate, documentation, data dictionary and recipe
for the stand-in extract all read it through these objects.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.extract.files.form import FileForm

Severity = Literal["error", "warning"]
Sensitivity = Literal["child", "worker", "school", "none"]
LogicalType = Literal["string", "integer", "number", "date"]

SEVERITIES = ("error", "warning")
SENSITIVITIES = ("child", "worker", "school", "none")
LOGICAL_TYPES = ("string", "integer", "number", "date")
OPTIONS = ("pattern", "minimum", "maximum", "multipleOf", "format")
API_VERSION = "v3.1.0"
SUFFIX = ".odcs.yaml"
CONTROL_TOTALS = "control_totals"
"""The dataset with which the others are compared. A sender may be unable to supply it."""
OPTIONAL = frozenset({CONTROL_TOTALS, "candidate_schools"})
"""Datasets that may be missing from an extract."""


@dataclass(frozen=True)
class Rule:
    """One condition that a dataset must satisfy.

    Attributes
    ----------
    id
        Identifier, unique over all contracts, such as `children-birth_month-type`.
    dataset
        The dataset it is about.
    column
        The column it is about; empty where it is about rows or the whole file.
    severity
        An error stops the report; a warning is shown.
    expected
        The condition, in plain English.
    reason
        Why it matters to the evaluation.
    remedy
        What the data manager does about a breach.
    dimension
        The data quality dimension, in ODCS's words.
    body
        The part of the contract that says how it is checked: a library metric with its
        arguments, or an implementation for Great Expectations.
    may_test_nothing
        Whether a good extract may have no row to which the rule applies.
    place
        File and line of the contract.
    """

    id: str
    dataset: str
    column: str
    severity: Severity
    expected: str
    reason: str
    remedy: str
    dimension: str
    body: Mapping[str, Any]
    may_test_nothing: bool
    place: str


@dataclass(frozen=True)
class Column:
    """One column of a dataset.

    Attributes
    ----------
    name
        As in the file's header.
    description
        Its meaning.
    logical_type
        "string", "integer", "number" or "date".
    unit
        Unit of a quantity; empty for others.
    sensitivity
        Whom its values are about: "child", "worker", "school" or "none".
    required
        Whether it must be filled in every row.
    unique
        Whether values must be unique; a single primary key column is unique.
    primary_key
        Whether it is (part of) the key.
    options
        ODCS `logicalTypeOptions`: pattern, minimum, maximum, multipleOf and format.
    categories
        The values allowed, in the contract's order; empty where they are not listed.
    references
        `dataset.column` that must contain each value; empty where none.
    missing_percent
        Share of rows expected to be blank in a good extract, 0 to below 100.
    expected_percent
        Share of rows expected in a good extract, 0 to 100, by category, for those that are stated.
    place
        File and line of the contract.
    """

    name: str
    description: str
    logical_type: LogicalType
    sensitivity: Sensitivity
    unit: str = ""
    required: bool = False
    unique: bool = False
    primary_key: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    references: str = ""
    missing_percent: float = 0.0
    missing_tolerance: float = 0.0
    expected_percent: Mapping[str, float] = field(default_factory=dict)
    place: str = ""

    @property
    def is_month(self) -> bool:
        """Whether the column holds months (YYYY-MM) rather than days."""
        return self.logical_type == "date" and self.options.get("format") == "yyyy-MM"


@dataclass(frozen=True)
class DataContract:
    """The contract of one dataset.

    Attributes
    ----------
    dataset
        Its name, such as `child_events`.
    file
        The file in the extract, such as `child_events.csv`.
    title, purpose, limitations
        For the data dictionary.
    columns
        In the file's order.
    rules
        Explicit rules; those implied by the columns are added by `implied_rules`.
    forms
        Forms in which it may be sent: the form whose file is present is read.
    """

    dataset: str
    file: str
    title: str
    purpose: str
    limitations: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    forms: tuple[FileForm, ...]
    place: str = ""

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def optional(self) -> bool:
        """Whether an extract may lack it; without control totals there is a warning."""
        return self.dataset in OPTIONAL

    @property
    def column_names(self) -> tuple[str, ...]:
        """Column names in the file's order."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that together identify a row."""
        return tuple(column.name for column in self.columns if column.primary_key)

    @property
    def sensitivity(self) -> Sensitivity:
        """The most sensitive class among its columns, which applies to its rows."""
        classes = {column.sensitivity for column in self.columns}
        return next(name for name in SENSITIVITIES if name in classes)

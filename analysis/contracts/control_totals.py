"""Control totals: rows and sums of each file, as whoever sends an extract confirms them.

What no rule can see in the files alone (a random half of the rows gone, two types exchanged)
shows against totals taken from the source system. A date counts as spreadsheets count it, in
days from 30 December 1899, and an identifier by the number in it: such sums mean nothing and
change whenever a value does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

ALL = "all"
"""Stands where a total is over all schools, types or years."""
NONE = "none"
"""Stands for rows that name no school, type or year."""
ROWS = "rows"
"""What a total is of, where rows are counted."""
KEY = ("file", "total_of", "school_id", "type", "year")
PARTS = ("school_id", "type", "year")
DAY_ZERO = pd.Timestamp("1899-12-30")
TOLERANCE = 0.005
"""Difference up to which two totals agree: sums of hours have two decimals."""


@dataclass(frozen=True)
class Plan:
    """The totals of one dataset.

    Attributes
    ----------
    cuts
        What is totalled, `rows` or columns, by what it is totalled by: none or more of
        "school_id", "type" and "year".
    school, year
        The columns that hold a row's school and the day its year is taken from; "" for none.
    types
        Columns whose values are types, each written `column=value`.
    """

    cuts: Mapping[tuple[str, ...], tuple[str, ...]]
    school: str = "school_id"
    types: tuple[str, ...] = ()
    year: str = ""

    @property
    def sums(self) -> tuple[str, ...]:
        """The columns that are summed."""
        every = (name for names in self.cuts.values() for name in names if name != ROWS)
        return tuple(dict.fromkeys(every))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, in the order in which `Table` takes them."""
        named = (self.school, self.year, *self.types, *self.sums)
        return tuple(dict.fromkeys(name for name in named if name))


_SCHOOL, _TYPE, _YEAR = (("school_id",), ("type",), ("year",))
PLANS: dict[str, Plan] = {
    "schools": Plan(
        {
            (): (ROWS, "pupils", "fsm_percent", "start_date"),
            _SCHOOL: (ROWS, "pupils", "fsm_percent", "start_date"),
            _TYPE: (ROWS,),
            ("school_id", "type"): (ROWS,),
        },
        types=("pilot", "phase", "arm", "matched_set", "area"),
    ),
    "school_months": Plan(
        {
            (): (ROWS, "pupils", "month"),
            _SCHOOL: (ROWS, "pupils", "month"),
            _TYPE: (ROWS, "pupils", "month"),
            _YEAR: (ROWS, "pupils"),
            ("school_id", "type"): (ROWS, "month"),
            ("school_id", "year"): ("pupils",),
        },
        types=("returned",),
        year="month",
    ),
    "children": Plan(
        {
            (): (ROWS, "birth_month", "first_day", "last_day"),
            _SCHOOL: (ROWS, "birth_month", "first_day", "last_day"),
            _YEAR: (ROWS,),
        },
        year="first_day",
    ),
    "child_events": Plan(
        {
            (): (ROWS, "event_date"),
            _SCHOOL: (ROWS, "event_date"),
            _TYPE: (ROWS, "event_date"),
            _YEAR: (ROWS, "event_date"),
            ("school_id", "type"): (ROWS, "event_date"),
            ("type", "year"): (ROWS, "event_date"),
        },
        types=("event_type",),
        year="event_date",
    ),
    "care_episodes": Plan(
        {
            (): (ROWS, "started", "ended"),
            _SCHOOL: (ROWS, "started", "ended"),
            _YEAR: (ROWS,),
        },
        year="started",
    ),
    "social_workers": Plan(
        {(): (ROWS, "started", "ended"), _TYPE: (ROWS, "started", "ended")},
        school="",
        types=("pilot",),
    ),
    "deployments": Plan(
        {
            (): (ROWS, "days_per_week", "worker_id"),
            _SCHOOL: (ROWS, "days_per_week", "worker_id"),
            _TYPE: (ROWS, "days_per_week"),
            ("school_id", "type"): (ROWS,),
        },
        types=("integration",),
    ),
    "activity_log": Plan(
        {
            (): (ROWS, "hours", "activity_date", "worker_id"),
            _SCHOOL: (ROWS, "hours", "activity_date", "worker_id"),
            _TYPE: (ROWS, "hours", "activity_date"),
            _YEAR: (ROWS, "hours"),
            ("type", "year"): (ROWS, "hours"),
        },
        types=("activity_type", "child_status"),
        year="activity_date",
    ),
    "fieldwork": Plan(
        {
            (): (ROWS, "participants", "fieldwork_date"),
            _SCHOOL: (ROWS, "participants", "fieldwork_date"),
            _TYPE: (ROWS, "participants", "fieldwork_date"),
            _YEAR: (ROWS,),
        },
        types=("pilot", "method", "participant_group", "study_phase"),
        year="fieldwork_date",
    ),
    "evidence": Plan(
        {(): (ROWS, "finding", "fieldwork_id"), _TYPE: (ROWS, "finding", "fieldwork_id")},
        school="",
        types=("pilot", "finding", "pathway", "school_phase", "direction", "coder"),
    ),
}
"""By dataset, in the order in which totals are written."""


class Table:
    """A dataset as it is totalled.

    Parameters
    ----------
    plan
        How.
    columns
        Its typed columns, in the order of `plan.columns`, all of one index.
    """

    def __init__(self, plan: Plan, *columns: pd.Series) -> None:
        self.plan = plan
        self._columns = dict(zip(plan.columns, columns, strict=True))
        self._labels: dict[str, pd.Series] = {}
        self._values: dict[str, pd.Series] = {}

    def totals(self, measure: str, school: str, kind: str, year: str) -> pd.Series:
        """Return the totals of one measure by some labels.

        Parameters
        ----------
        measure
            `rows`, or a column to sum.
        school, kind, year
            The columns that the labels are taken from; "" for a total over all.

        Returns
        -------
        Series
            Indexed by the text of the labels that are not "", in this order; one value
            without index levels where all are.
        """
        labels = [
            *([self._label(school)] if school else []),
            *([self._label(kind)] if kind else []),
            *([self._years(year)] if year else []),
        ]
        values = self._measured(measure)
        if not labels:
            return pd.Series([values.sum()])
        totals: pd.Series = values.groupby(labels, observed=True).sum()
        # Text, so that it can be asked for a label that the file does not have.
        texts = [totals.index.get_level_values(level).astype("str") for level in range(len(labels))]
        return totals.set_axis(pd.MultiIndex.from_arrays(texts) if len(texts) > 1 else texts[0])

    def _measured(self, measure: str) -> pd.Series:
        if measure not in self._values:
            any_column = next(iter(self._columns.values()))
            ones = pd.Series(1.0, any_column.index)
            self._values[measure] = ones if measure == ROWS else _number(self._columns[measure])
        return self._values[measure]

    def _label(self, name: str) -> pd.Series:
        if name not in self._labels:
            self._labels[name] = _text(self._columns[name])
        return self._labels[name]

    def _years(self, name: str) -> pd.Series:
        label = f"{name} year"
        if label not in self._labels:
            self._labels[label] = _text(self._columns[name].dt.year)
        return self._labels[label]


def _text(values: pd.Series) -> pd.Series:
    """Return labels as text; `none` where there is none."""
    codes, found = pd.factorize(values)
    texts = [each if isinstance(each, str) else f"{each:g}" for each in found]
    # A file may hold the very word.
    none = texts.index(NONE) if NONE in texts else len(texts)
    codes[codes < 0] = none
    labels = pd.Categorical.from_codes(codes.tolist(), pd.Index(dict.fromkeys([*texts, NONE])))
    return pd.Series(labels, values.index)


def _number(values: pd.Series) -> pd.Series:
    """Return what is summed: a number, a date as a spreadsheet counts it, digits of an id."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return (values - DAY_ZERO).dt.days.astype(float)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.astype(float)
    digits = pd.Series(values.cat.categories, dtype="str").str.extract(r"([0-9]{1,9})$")[0]
    numbers = pd.to_numeric(digits).astype(float).array
    return pd.Series(numbers.take(values.cat.codes.to_numpy(), allow_fill=True), values.index)


def control_totals(tables: Mapping[str, Table]) -> Iterator[dict[str, str | float]]:
    """Yield every total of an extract: the columns of `KEY`, and `total`."""
    for file, table in tables.items():
        plan = table.plan
        for by, measures in plan.cuts.items():
            for measure in measures:
                for kind in plan.types if "type" in by else ("",):
                    yield from _cut(file, table, by, measure, kind)


def _cut(
    file: str, table: Table, by: tuple[str, ...], measure: str, kind: str
) -> Iterator[dict[str, str | float]]:
    school = table.plan.school if "school_id" in by else ""
    year = table.plan.year if "year" in by else ""
    for label, total in table.totals(measure, school, kind, year).items():
        texts = iter(label if isinstance(label, tuple) else (label,))
        named = {part: next(texts) if part in by else ALL for part in PARTS}
        if kind:
            named["type"] = f"{kind}={named['type']}"
        yield {"file": file, "total_of": measure, **named, "total": round(float(total), 2)}

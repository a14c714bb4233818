"""Computation of the control totals of an extract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.contracts.totals.plans import ALL, NONE, PARTS, ROWS, Plan

DAY_ZERO = pd.Timestamp("1899-12-30")


class Table:
    """A dataset prepared for its totals.

    Parameters
    ----------
    plan
        How.
    columns
        Its typed columns, in the order of `plan.columns`, with a common index.
    """

    def __init__(self, plan: Plan, *columns: pd.Series) -> None:
        self.plan = plan
        self._columns = dict(zip(plan.columns, columns, strict=True))
        self._labels: dict[str, pd.Series] = {}
        self._values: dict[str, pd.Series] = {}

    def totals(self, measure: str, school: str, kind: str, year: str) -> pd.Series:
        """Return the totals of one measure by school, type and year.

        Parameters
        ----------
        measure
            `rows`, or a column to sum.
        school, kind, year
            The columns of the labels; "" for a total over all.

        Returns
        -------
        Series
            Indexed by the text of the labels whose column is not "", in this order; a single value
            if all are "".
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
        # Text, so that labels that the file does not have can be looked up.
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
    # A file may contain that word itself.
    none = texts.index(NONE) if NONE in texts else len(texts)
    codes[codes < 0] = none
    labels = pd.Categorical.from_codes(codes.tolist(), pd.Index(dict.fromkeys([*texts, NONE])))
    return pd.Series(labels, values.index)


def _number(values: pd.Series) -> pd.Series:
    """Return the values to sum: numbers, dates as spreadsheets count them, digits of ids."""
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

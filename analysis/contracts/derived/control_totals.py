"""Derived columns of the file of control totals: the values that totals are compared with."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.contracts.derived.column import Derived
from analysis.contracts.totals.plans import ALL, KEY, NONE, PARTS, PLANS, ROWS
from analysis.contracts.totals.table import Table


def _is_total(file: pd.Series, total_of: pd.Series, kind: pd.Series) -> pd.Series:
    """Return 1 where a row names a measure and a type that exist in its file, else 0."""
    asked = pd.DataFrame({"file": file, "of": total_of, "type": kind}).astype("str")
    found = [
        file in PLANS
        and of in (ROWS, *PLANS[file].sums)
        and (kind == ALL or kind.partition("=")[0] in PLANS[file].types)
        for file, of, kind in asked.itertuples(index=False)
    ]
    return pd.Series(found, file.index).astype(float)


def _school_is_known(school: pd.Series, schools: pd.Series) -> pd.Series:
    """Return 1 where a row names a school of the extract, all of them or none, else 0."""
    known = {*schools.cat.categories, ALL, NONE}
    return school.astype("object").map(lambda text: float(text in known)).where(school.notna())


def _files_without_rows(file: pd.Series, *rest: pd.Series) -> pd.Series:
    """Return for each row how many files have no total over all their rows."""
    keys = pd.DataFrame(dict(zip(KEY, (file, *rest), strict=True))).astype("str")
    whole = keys[(keys["total_of"] == ROWS) & (keys[list(PARTS)] == ALL).all(axis=1)]
    return pd.Series(float(len(set(PLANS) - set(whole["file"]))), file.index)


def _parts_gap(total: pd.Series, *keys: pd.Series) -> pd.Series:
    """Return for each total its difference from the sum of its parts; missing without parts.

    Parts of a total over all schools are those of each school, and so for types (of one
    column at a time) and years. Of several sums of parts, the largest difference counts.
    """
    frame = pd.DataFrame(dict(zip(KEY, keys, strict=True))).astype("str").assign(total=total)
    frame["column"] = _column_of(frame["type"])
    widest = pd.Series(np.nan, total.index)
    for part in PARTS:
        same = [name for name in KEY if name != part]
        parts = frame[frame[part] != ALL]
        by = [*same, "column"] if part == "type" else same
        sums = parts.groupby(by)["total"].sum()
        # For types, the parts of each column add up to the same whole.
        of_whole = sums.groupby(level=same)
        low, high = of_whole.min(), of_whole.max()
        wholes = frame[frame[part] == ALL]
        at = pd.MultiIndex.from_frame(wholes[same])
        gaps = np.fmax(
            wholes["total"].to_numpy() - low.reindex(at).to_numpy(),
            high.reindex(at).to_numpy() - wholes["total"].to_numpy(),
        )
        widest.loc[wholes.index] = np.fmax(widest.loc[wholes.index], np.abs(gaps))
    return widest


def _column_of(kind: pd.Series) -> pd.Series:
    """Return the column part of types written `column=value`."""
    return kind.str.replace(r"=.*", "", regex=True)


def _gap(dataset: str, total: pd.Series, *columns: pd.Series) -> pd.Series:
    """Return each total's difference from that of its file; missing for other files.

    Parameters
    ----------
    dataset
        The file that is totalled.
    total, columns
        The total, the columns of `KEY`, then the dataset's as its plan reads them.
    """
    keys, own = columns[: len(KEY)], columns[len(KEY) :]
    table = Table(PLANS[dataset], *own)
    frame = pd.DataFrame(dict(zip(KEY, keys, strict=True))).astype("str").assign(total=total)
    chosen = frame[(frame["file"] == dataset) & (_is_total(*(keys[0], keys[1], keys[3])) == 1)]
    found = pd.Series(np.nan, total.index)
    by = [chosen["total_of"], _column_of(chosen["type"]), chosen["school_id"] == ALL,
          chosen["year"] == ALL]  # fmt: skip
    for (measure, kind, every_school, every_year), some in chosen.groupby(by, sort=False):
        found.loc[some.index] = _given(
            table, some, str(measure), str(kind), school=not every_school, year=not every_year
        )
    return (found - total).abs()


def _given(
    table: Table, asked: pd.DataFrame, measure: str, kind: str, *, school: bool, year: bool
) -> np.ndarray:
    """Return a file's totals of one measure and breakdown; 0 where it has no row."""
    plan = table.plan
    if (school and not plan.school) or (year and not plan.year):
        return np.zeros(len(asked))
    column = "" if kind == ALL else kind
    totals = table.totals(measure, plan.school if school else "", column, plan.year if year else "")
    labels = [
        *([asked["school_id"]] if school else []),
        *([asked["type"].str.replace(r"^[^=]*=", "", regex=True)] if column else []),
        *([asked["year"]] if year else []),
    ]
    if not labels:
        return np.full(len(asked), totals.iloc[0])
    at = pd.MultiIndex.from_arrays(labels) if len(labels) > 1 else pd.Index(labels[0])
    return totals.reindex(at).fillna(0.0).to_numpy()


_OWN = tuple(f"control_totals:{name}" for name in KEY)
CONTROL_TOTALS = {
    "is_total": Derived(
        _is_total,
        ("control_totals:file", "control_totals:total_of", "control_totals:type"),
        "a total of what the file does not have",
    ),
    "school_is_known": Derived(
        _school_is_known,
        ("control_totals:school_id", "schools:school_id"),
        "a school that is not in schools.csv",
    ),
    "files_without_rows": Derived(
        _files_without_rows, _OWN, "a file whose number of rows is not among the totals"
    ),
    "parts_gap": Derived(
        _parts_gap, ("control_totals:total", *_OWN), "a total that is not the sum of its parts"
    ),
    **{
        f"{dataset}_gap": Derived(
            partial(_gap, dataset),
            ("control_totals:total", *_OWN, *(f"{dataset}:{name}" for name in plan.columns)),
            "a total other than the file gives",
        )
        for dataset, plan in PLANS.items()
    },
}

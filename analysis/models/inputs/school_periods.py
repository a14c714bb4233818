"""One row per school: its events and exposure before and after, and its role in the design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Booleans, Codes
    from analysis.models.inputs.specification import Specification

MOST_EVENTS = 2**53
"""Largest sum of counts that is exact both as an integer and as a float."""
ARMS = ("intervention", "comparison")
COLUMNS = (
    "school_id", "pilot", "treated", "stratum", "matched_set", "cluster",
    "events_before", "events_after", "exposure_before", "exposure_after",
    "children", "months_before", "months_after",
)  # fmt: skip
MONTH_COLUMNS = ("school_id", "event_month", "period", "events", "exposure", "children")


@dataclass(frozen=True)
class Comparison:
    """What a specification compares.

    Attributes
    ----------
    schools
        One row per school; see `compare`.
    months
        One row per school and month with a return, of these schools, with columns
        `school_id`, `event_month`, `period` ('before' or 'after'), `events`, `exposure`
        and `children`.
    """

    schools: pd.DataFrame
    months: pd.DataFrame


def school_periods(panel: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    """Return the schools of `compare`."""
    return compare(panel, specification).schools


def compare(panel: pd.DataFrame, specification: Specification) -> Comparison:
    """Select the months that a specification compares, and sum them by school.

    Parameters
    ----------
    panel
        One row per school, outcome and month, in any order, with columns `school_id`,
        `pilot`, `arm` ('intervention' or 'comparison'), `outcome`, `event_month` (0 in
        the start month), `events`, and the columns that the specification names.
        `returned` (bool) is optional: a month without a return counts in neither events nor
        exposure. `children` is optional.
    specification
        The specification, which says what is compared.

    Returns
    -------
    Comparison
        Its schools, one row each, sorted by `school_id`:

        - school_id, pilot, matched_set, cluster (the assignment unit), stratum : str
        - treated : bool
        - events_before, events_after : int64
        - exposure_before, exposure_after : float64, in the exposure's unit times months
        - children : int64, the most children in any one month: a lower bound of the
          children behind the events
        - months_before, months_after : int64, months returned

        Schools without a return in one of the periods are left out: they are not informative about
        change.

    Raises
    ------
    ConfigurationError
        If the panel lacks a column or an outcome, or has a row without its design columns,
        non-integer months, a duplicate school-month, counts that are negative, missing or not
        integers, or no exposure.
    """
    rows, is_after = _chosen_rows(panel, specification)
    _check_rows(rows, specification)
    school, names = pd.factorize(rows["school_id"], sort=True)
    at = np.unique(school, return_index=True)[1]
    _check_constant(rows, school, at, specification)
    in_both = np.ones(len(names), dtype=bool)
    numbers: dict[str, np.ndarray] = {}
    for period, inside in (("before", ~is_after), ("after", is_after)):
        own = school[inside]
        months = np.bincount(own, minlength=len(names))
        numbers[f"events_{period}"] = _sums(rows["events"], inside, own, len(names))
        numbers[f"exposure_{period}"] = _sums(rows["exposure"], inside, own, len(names))
        numbers[f"months_{period}"] = months
        in_both &= months > 0
    most = np.zeros(len(names))
    np.maximum.at(most, school, rows["children"].to_numpy(float))
    numbers["children"] = most
    whole = {name: each[in_both].astype("int64") for name, each in numbers.items()
             if not name.startswith("exposure")}  # fmt: skip
    exposure = {name: numbers[name][in_both] for name in numbers if name not in whole}
    schools = _design(rows.iloc[at[in_both]], specification).assign(**whole, **exposure)
    order = np.lexsort((rows["event_month"].to_numpy(), school))
    months_kept = rows[list(MONTH_COLUMNS)].iloc[order[in_both[school[order]]]]
    return Comparison(schools[list(COLUMNS)], months_kept.reset_index(drop=True))


def _sums(values: pd.Series, inside: Booleans, school: Codes, schools: int) -> np.ndarray:
    """Return the sum of some months for each school."""
    numbers = values.to_numpy(float)[inside]
    if (numbers % 1 == 0).all():  # any order of whole numbers gives the same sum
        return np.bincount(school, numbers, schools).astype(float)  # integers where none
    sums = pd.Series(numbers).groupby(school).sum()
    return sums.reindex(range(schools)).to_numpy()


def _design(first: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    """Return the role of schools in the design, from one row each."""
    stratum = _joined(first, specification.strata)
    named, unit = specification.matched_set, specification.assignment_unit
    return pd.DataFrame(
        {
            "school_id": first["school_id"],
            "pilot": first["pilot"].astype(str),
            "treated": first["arm"] == ARMS[0],
            "stratum": stratum,
            "matched_set": stratum if named is None else first[named].astype(str),
            "cluster": first[unit].astype(str),
        }
    ).reset_index(drop=True)


def first_month(panel: pd.DataFrame, specification: Specification) -> int:
    """Return the first month of the panel, counted from the start.

    Raises
    ------
    ConfigurationError
        If there is none, or the months are not integers.
    """
    _columns(panel, specification)
    _check_places(panel, specification)
    if panel.empty:
        raise _wrong(specification, "has no rows", "give one row per school and month")
    return int(panel["event_month"].min())


def _chosen_rows(
    panel: pd.DataFrame, specification: Specification
) -> tuple[pd.DataFrame, Booleans]:
    """Return the school-months that the specification compares, and which of them are after."""
    columns = _columns(panel, specification)
    _check_places(panel, specification)
    chosen = _equal(panel, "outcome", specification.outcome)
    if not chosen.any():
        known = ", ".join(sorted(map(str, panel["outcome"].unique())))
        raise _wrong(specification, f"has no outcome {specification.outcome!r}",
                     f"choose one of {known}")  # fmt: skip
    if specification.pilot is not None:
        chosen = chosen & _equal(panel, "pilot", specification.pilot)
        if not chosen.any():
            raise _wrong(specification, f"has no pilot {specification.pilot!r} with this outcome",
                         "choose a pilot of the panel")  # fmt: skip
    for exclusion in specification.exclusions:
        chosen = chosen & ~panel[exclusion.column].isin(exclusion.values).to_numpy(bool)
    month = panel["event_month"].to_numpy()
    before, after = specification.before, specification.after
    is_after = (month >= after.first) & (month <= after.last)
    chosen = chosen & (is_after | ((month >= before.first) & (month <= before.last)))
    rows = panel.loc[chosen, columns]
    rows = rows.assign(
        period=np.where(is_after[chosen], "after", "before"),
        exposure=rows[specification.exposure].astype(float) if specification.exposure else 1.0,
        children=rows["children"] if "children" in columns else 0.0,
    )
    kept = _returned_months(rows, specification)
    return (rows, is_after[chosen]) if kept.all() else (rows.loc[kept], is_after[chosen][kept])


def _columns(panel: pd.DataFrame, specification: Specification) -> list[str]:
    """Return the columns that a specification needs, and those it can use."""
    needed = {"school_id", "pilot", "arm", "outcome", "event_month", "events"}
    needed |= {specification.assignment_unit, *specification.strata}
    needed |= {exclusion.column for exclusion in specification.exclusions}
    needed |= {c for c in (specification.exposure, specification.matched_set) if c}
    if missing := sorted(needed - set(panel.columns)):
        raise _wrong(
            specification, f"has no column {', '.join(missing)}", "add it, or name another"
        )
    return sorted(needed) + [
        each for each in ("children", "returned") if each in panel and each not in needed
    ]


def _equal(panel: pd.DataFrame, column: str, value: str) -> Booleans:
    equal: Booleans = (panel[column] == value).to_numpy(bool)
    return equal


def _returned_months(rows: pd.DataFrame, specification: Specification) -> Booleans:
    """Return which months have a return and, where asked for, the like month with one."""
    if duplicated := rows.duplicated(["school_id", "event_month"]).sum():
        raise _wrong(specification, f"has {duplicated} school-months more than once",
                     "keep one row per school, outcome and month")  # fmt: skip
    kept = np.ones(len(rows), dtype=bool)
    if "returned" in rows:
        # A missing value and the string 'no' are both truthy in Python.
        if not rows["returned"].isin([True, False]).all():
            raise _wrong(specification, "has a month neither returned nor not",
                         "write true or false in the column returned")  # fmt: skip
        kept = rows["returned"].to_numpy(bool, copy=True)
    if specification.pair_missing_months:
        start = np.where(
            rows["period"] == "before", specification.before.first, specification.after.first
        )
        place = (rows["event_month"] - start).rename("place")[kept]
        own = rows.loc[kept]
        kept[kept] = own.groupby(["school_id", place])["period"].transform("size") == 2
    return kept


def _check_places(panel: pd.DataFrame, specification: Specification) -> None:
    """Raise an error for rows without design columns, whose events would be lost silently."""
    for column in ("outcome", "pilot", "school_id", "event_month"):
        if panel[column].isna().any():
            raise _wrong(specification, f"has a row without {column}", "give it one, or drop it")
    month = panel["event_month"].to_numpy()
    numbers = np.issubdtype(month.dtype, np.number)
    if not (numbers and np.isfinite(month).all() and (month % 1 == 0).all()):
        raise _wrong(specification, "has an event_month that is not a whole number",
                     "count months from the start, 0 for the first")  # fmt: skip
    for column in ("events", *((specification.exposure,) if specification.exposure else ())):
        if not pd.api.types.is_numeric_dtype(panel[column]):
            raise _wrong(specification, f"has {panel[column].dtype} and not numbers in {column}",
                         "turn it into numbers")  # fmt: skip


def _check_rows(rows: pd.DataFrame, specification: Specification) -> None:
    """Raise an error for counts and exposures that are invalid for a count model."""
    events, exposure = (rows[name].to_numpy(float) for name in ("events", "exposure"))
    if uncounted := int(np.isnan(events).sum()):
        raise _wrong(specification, f"has {uncounted} returned months without a count",
                     "write 0 for none, or mark the month as not returned")  # fmt: skip
    if not np.isfinite(events).all() or (events < 0).any():
        worst = events.min() if (events < 0).any() else events.max()
        raise _wrong(specification, f"has a count of {worst:g} events",
                     "counts are 0 or more, and finite")  # fmt: skip
    if events.sum() > MOST_EVENTS:
        raise _wrong(specification, f"has counts that add up to {events.sum():g} events",
                     f"counts add up to at most {MOST_EVENTS:,}; is a column misread?")  # fmt: skip
    if (events % 1 != 0).any():
        raise _wrong(specification, f"has a count of {events[events % 1 != 0][0]:g} events",
                     "give counts, not rates")  # fmt: skip
    if not np.isfinite(exposure).all() or (exposure <= 0).any():
        place = rows["school_id"].array[np.flatnonzero(~(exposure > 0) | ~np.isfinite(exposure))[0]]
        raise _wrong(specification, f"has no {specification.exposure} in a month of {place}",
                     "give every returned month an exposure above 0")  # fmt: skip
    children = rows["children"].to_numpy(float)
    if not ((children >= 0) & (children <= MOST_EVENTS)).all():
        raise _wrong(specification, "has returned months without a count of children",
                     "write 0 for none, or leave the column out")  # fmt: skip
    if unknown := sorted(set(pd.unique(rows["arm"].astype(str))) - set(ARMS)):
        raise _wrong(specification, f"has an arm {unknown[0]!r}", f"use {' or '.join(ARMS)}")


def _check_constant(
    rows: pd.DataFrame, school: Codes, first: Codes, specification: Specification
) -> None:
    """Raise an error for a school whose role in the design is not constant.

    Parameters
    ----------
    school, first
        The school of each row, and the first row of each school, by position.
    """
    place = {"pilot", "arm", specification.assignment_unit, *specification.strata}
    place |= {specification.matched_set} if specification.matched_set else set()
    for column in sorted(place - {"school_id"}):
        values = pd.factorize(rows[column])[0]
        if (values[first] < 0).any():
            raise _wrong(specification, f"has a school without {column}", "give it one")
        differ = values != values[first][school]
        if differ.any():
            name = rows["school_id"].array[np.flatnonzero(differ)[0]]
            raise _wrong(specification, f"has two values of {column} for school {name}",
                         "a school keeps its place in the design")  # fmt: skip


def _joined(first: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Return one label per combination of the columns' values."""
    if not columns:
        return pd.Series("", index=first.index)
    label = first[columns[0]].astype(str)
    for column in columns[1:]:
        label = label + " " + first[column].astype(str)
    return label


def _wrong(specification: Specification, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(
        f"the panel {what}", place=f"specification '{specification.name}'", remedy=remedy
    )

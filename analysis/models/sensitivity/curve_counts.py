"""Schools' events and exposure under each specification of a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_periods import compare, first_month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.models.inputs.school_counts import Booleans, Codes, Floats
    from analysis.models.inputs.specification import EventMonths, Specification


@dataclass(frozen=True)
class CurveCounts:
    """The schools' events and exposure under each specification.

    Attributes
    ----------
    before, after : ndarray of shape (n, S)
        Events in each period.
    exposure_before, exposure_after : ndarray of shape (n, S)
        Both 0 for schools that are left out.
    """

    before: Floats
    after: Floats
    exposure_before: Floats
    exposure_after: Floats

    @property
    def offset(self) -> Floats:
        """Log ratio of exposures; 0 for schools that are left out."""
        inside = self.exposure_before > 0
        ratio = np.where(inside, self.exposure_after, 1) / np.where(inside, self.exposure_before, 1)
        logs: Floats = np.log(ratio)
        return logs

    def only(self, chosen: Booleans | slice) -> CurveCounts:
        """Return some of the specifications."""
        return CurveCounts(
            self.before[:, chosen],
            self.after[:, chosen],
            self.exposure_before[:, chosen],
            self.exposure_after[:, chosen],
        )

    def table(self, whole: pd.DataFrame, place: int) -> pd.DataFrame:
        """Return the table of schools under one specification; see `compare`."""
        table = whole.assign(
            events_before=self.before[:, place].astype(np.int64),
            events_after=self.after[:, place].astype(np.int64),
            exposure_before=self.exposure_before[:, place],
            exposure_after=self.exposure_after[:, place],
        )
        return table.loc[self.exposure_before[:, place] > 0]

    @property
    def distinct(self) -> Booleans:
        """Which specifications are not duplicates of an earlier one."""
        with_events = (self.before + self.after) > 0
        # A constant added to all offsets changes only the period effect.
        centre = mean_offset(self)
        offset = np.round(np.where(with_events, self.offset - centre, 0.0), 12)
        columns = np.vstack([self.before, self.after, offset]).T
        _, first = np.unique(columns, axis=0, return_index=True)
        return np.isin(np.arange(len(columns)), first)


def mean_offset(counts: CurveCounts) -> Floats:
    """Return each specification's mean offset, weighted by events."""
    total = counts.before + counts.after
    mean: Floats = (total * counts.offset).sum(axis=0) / np.maximum(total.sum(axis=0), 1)
    return mean


def curve_counts(
    panel: pd.DataFrame, specifications: Sequence[Specification]
) -> tuple[CurveCounts, pd.DataFrame]:
    """Return the schools' events under each specification, and the table of all schools.

    The panel is read once per exposure and exclusion; each specification then sums its own months.
    """
    first = first_month(panel, specifications[0])
    groups: dict[object, list[int]] = {}
    for place, each in enumerate(specifications):
        groups.setdefault((each.exposure, each.exclusions), []).append(place)
    compared = {
        key: compare(panel, specifications[places[0]].over_all_months(first))
        for key, places in groups.items()
    }
    tables = [comparison.schools for comparison in compared.values()]
    whole = pd.concat(tables).drop_duplicates("school_id").sort_values("school_id")
    found = np.zeros((4, len(whole), len(specifications)))
    for key, places in groups.items():
        months = MonthCounts.of(compared[key])
        rows = np.searchsorted(whole["school_id"], compared[key].schools["school_id"])
        for place in places:
            found[:, rows, place] = _added_up(months, specifications[place])
    return CurveCounts(*found), whole.reset_index(drop=True)


def _added_up(months: MonthCounts, specification: Specification) -> Floats:
    """Return events before and after, and exposure before and after, by school."""
    use = used_months(months, specification)
    sums: Floats = np.array(
        [(each * used).sum(axis=1) for each in (months.events, months.exposure) for used in use]
    )
    return sums


def used_months(months: MonthCounts, specification: Specification) -> Booleans:
    """Return which months of which schools a specification sums.

    Parameters
    ----------
    months
        Counts over all months of the schools it compares.

    Returns
    -------
    ndarray of shape (2, n, M)
        Before, then after. Schools without a return in one of the two are left out.
    """
    runs = [_inside(months, each) for each in (specification.before, specification.after)]
    returned = months.exposure > 0
    use: Booleans = np.array([returned & run for run in runs])
    if specification.pair_missing_months:
        apart = specification.after.first - specification.before.first
        use[0] &= _returned(months, months.months + apart)
        use[1] &= _returned(months, months.months - apart)
    seen = use.sum(axis=2) > 0
    use[:, ~(seen[0] & seen[1])] = False
    return use


def _returned(months: MonthCounts, asked: Codes) -> Booleans:
    """Return which schools returned each of some months, counted from the start."""
    # A month without any return has no column.
    place = np.searchsorted(months.months, asked).clip(max=len(months.months) - 1)
    found: Booleans = (months.exposure[:, place] > 0) & (months.months[place] == asked)
    return found


def _inside(months: MonthCounts, period: EventMonths) -> Booleans:
    inside: Booleans = (months.months >= period.first) & (months.months <= period.last)
    return inside

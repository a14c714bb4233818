"""Counts by school and month as arrays, for models of single months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.inputs.school_counts import Booleans, Codes, Floats, codes

if TYPE_CHECKING:
    from analysis.models.inputs.school_periods import Comparison


@dataclass(frozen=True)
class MonthCounts:
    """Events and exposure of each school in each month.

    Attributes
    ----------
    events, exposure : ndarray of shape (n, M)
        Both 0 where a month has no return.
    months : ndarray of shape (M,)
        Months from the start, in order.
    after : ndarray of shape (M,)
        Whether each month is in the period after.
    stratum, unit, matched_set : ndarray of shape (n,)
        Codes from 0 without gaps.
    treated : ndarray of shape (n,)
        Whether each school is in the intervention arm.
    """

    events: Floats
    exposure: Floats
    months: Codes
    after: Booleans
    stratum: Codes
    unit: Codes
    treated: Booleans
    matched_set: Codes

    @classmethod
    def of(cls, comparison: Comparison) -> MonthCounts:
        """Return the months of a comparison as arrays, with schools in the order of its table."""
        schools, rows = comparison.schools, comparison.months
        months = np.sort(rows["event_month"].unique())
        at = (
            np.searchsorted(schools["school_id"].to_numpy(str), rows["school_id"].to_numpy(str)),
            np.searchsorted(months, rows["event_month"]),
        )
        events, exposure = np.zeros((2, len(schools), len(months)))
        events[at] = rows["events"]
        exposure[at] = rows["exposure"]
        first_after = rows.loc[rows["period"] == "after", "event_month"].min()
        return cls(
            events,
            exposure,
            months.astype(np.int64),
            months >= first_after,
            codes(schools["stratum"]),
            codes(schools["cluster"]),
            schools["treated"].to_numpy(bool),
            codes(schools["matched_set"]),
        )

    def added_up(self, group: Codes) -> MonthCounts:
        """Return counts summed over groups of months, such as terms.

        Parameters
        ----------
        group : ndarray of shape (M,)
            Code of each month's group, from 0 without gaps, in ascending order.
        """
        starts = np.searchsorted(group, np.arange(group.max() + 1))
        return MonthCounts(
            np.add.reduceat(self.events, starts, axis=1),
            np.add.reduceat(self.exposure, starts, axis=1),
            self.months[starts],
            self.after[starts],
            self.stratum,
            self.unit,
            self.treated,
            self.matched_set,
        )

    def only(self, months: Booleans) -> MonthCounts:
        """Return the counts of some of the months."""
        return MonthCounts(
            self.events[:, months],
            self.exposure[:, months],
            self.months[months],
            self.after[months],
            self.stratum,
            self.unit,
            self.treated,
            self.matched_set,
        )

"""The columns of a school table as arrays, for code that fits thousands of models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class SchoolCounts:
    """Schools as arrays; those without events are kept, since their unit may be permuted.

    Attributes
    ----------
    before, after : ndarray of shape (n,)
        Events in each period.
    offset : ndarray of shape (n,)
        Log of the ratio of exposure after to exposure before.
    stratum : ndarray of shape (n,)
        Code of the stratum, from 0 without gaps.
    unit : ndarray of shape (n,)
        Code of the assignment unit, from 0 without gaps.
    treated : ndarray of shape (n,)
        Whether the school is in the intervention arm.
    matched_set : ndarray of shape (n,)
        Code of the matched set.
    """

    before: Floats
    after: Floats
    offset: Floats
    stratum: Codes
    unit: Codes
    treated: Booleans
    matched_set: Codes

    @classmethod
    def of(cls, schools: pd.DataFrame) -> SchoolCounts:
        """Return the schools of a table; see `compare`."""
        exposure = schools[["exposure_before", "exposure_after"]].to_numpy(float)
        return cls(
            schools["events_before"].to_numpy(float),
            schools["events_after"].to_numpy(float),
            np.log(exposure[:, 1] / exposure[:, 0]),
            codes(schools["stratum"]),
            codes(schools["cluster"]),
            schools["treated"].to_numpy(bool),
            codes(schools["matched_set"]),
        )

    @property
    def total(self) -> Floats:
        """Events in both periods."""
        return self.before + self.after

    @property
    def has_closed_form(self) -> bool:
        """Whether four totals determine the estimate: one stratum and proportional exposure."""
        return not self.stratum.any() and bool(np.ptp(self.offset[self.total > 0]) < 1e-12)


def codes(labels: pd.Series) -> Codes:
    """Return integer codes from 0, without gaps, in the order of the labels.

    Examples
    --------
    >>> import pandas as pd
    >>> codes(pd.Series(["b", "a", "b"])).tolist()
    [1, 0, 1]
    """
    return np.unique(labels.to_numpy(str), return_inverse=True)[1].astype(np.int64)


def group_sums(values: Floats, group: Codes) -> Floats:
    """Sum the last axis by group.

    Parameters
    ----------
    values : ndarray of shape (..., n)
    group : ndarray of shape (n,)
        Codes from 0 without gaps.

    Returns
    -------
    ndarray of shape (..., number of groups)

    Examples
    --------
    >>> group_sums(np.array([[1.0, 2.0, 4.0]]), np.array([1, 0, 1])).tolist()
    [[2.0, 5.0]]
    """
    if not group.any():
        whole: Floats = values.sum(axis=-1, keepdims=True)
        return whole
    if (group[1:] > group[:-1]).all():
        return values
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(group.max() + 1))
    sums: Floats = np.add.reduceat(values[..., order], starts, axis=-1)
    return sums

"""Conditions under which an estimate may be given, and reasons why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from analysis.models.inputs.specification import Specification

ESTIMATED = "estimated"
NOT_ESTIMABLE = "not estimable"
WITHHELD = "withheld to protect small counts, or too few to analyse"
"""The only reason given for every withheld estimate: others would reveal which count is small."""
SMALLEST_ERROR = 1e-8
"""Standard error below which it is zero except for rounding."""


class NotEstimable(Exception):
    """There is no estimate; the message gives the reason, which is reported in its row."""


def require_events(schools: pd.DataFrame, fewest: int = 1) -> None:
    """Raise NotEstimable if an arm has no schools, or too few events before or after.

    Parameters
    ----------
    schools
        One row per school, as `school_periods` returns it.
    fewest
        Fewest events in each arm and period.

    Raises
    ------
    NotEstimable
        With the same reason in every case.

    Notes
    -----
    The standard error of a log ratio of rate ratios is at least the root of the sum of
    the reciprocals of the four counts: with 5 events in one cell it is at least 0.45,
    and the interval spans a factor of six.
    """
    for treated, name in ((True, "intervention"), (False, "comparison")):
        of_arm = schools["treated"].to_numpy() == treated
        if not of_arm.any():
            raise NotEstimable(f"there are no {name} schools")
        for period in ("before", "after"):
            if schools[f"events_{period}"].to_numpy()[of_arm].sum() < max(fewest, 1):
                raise NotEstimable(WITHHELD)


def require_spread(standard_error: float) -> None:
    """Raise NotEstimable if a standard error is zero, as for identical schools, or not finite.

    Raises
    ------
    NotEstimable
        If it is not a number above zero.

    Examples
    --------
    >>> require_spread(0.3)
    """
    if not SMALLEST_ERROR < standard_error < float("inf"):
        raise NotEstimable("schools do not differ at all, so the spread cannot be estimated")


def require_estimable(schools: pd.DataFrame, specification: Specification) -> None:
    """Raise NotEstimable if there are too few data for the specification, or it is withheld.

    Raises
    ------
    NotEstimable
        With the reason.
    """
    if specification.withheld:
        raise NotEstimable(specification.withheld)
    if len(schools) < 2:
        raise NotEstimable("there is one school only" if len(schools) else "there are no schools")
    require_events(schools, specification.fewest_events)
    for treated in (True, False):
        of_arm = schools["treated"].to_numpy() == treated
        if schools["children"].to_numpy()[of_arm].sum() < specification.fewest_children:
            raise NotEstimable(WITHHELD)
    # One row per school, an effect, and a period effect in each stratum.
    heard = (schools["events_before"] + schools["events_after"]).to_numpy() > 0
    degrees = int(heard.sum()) - len(set(schools["stratum"].to_numpy()[heard])) - 1
    if degrees < specification.fewest_degrees_of_freedom:
        raise NotEstimable(WITHHELD)  # results would come close to single schools' data

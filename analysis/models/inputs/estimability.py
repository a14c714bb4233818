"""When a number may be given, and why not where it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from analysis.models.inputs.specification import Specification

ESTIMATED = "estimated"
NOT_ESTIMABLE = "not estimable"


class NotEstimable(Exception):
    """There is no estimate; the message says why and becomes the reason in its row."""


def require_events(schools: pd.DataFrame, fewest: int = 1) -> None:
    """Refuse data in which an arm has no schools, or too few events before or after.

    Parameters
    ----------
    schools
        One row per school, as `school_periods` returns it.
    fewest
        Fewest events in each arm and period.

    Raises
    ------
    NotEstimable
        With arm and period.

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
            events = int(schools[f"events_{period}"].to_numpy()[of_arm].sum())
            if events == 0:
                raise NotEstimable(f"no events in {name} schools {period}")
            if events < fewest:
                # The reason is printed, so it gives no count that may be hidden.
                raise NotEstimable(f"fewer than {fewest} events in {name} schools {period}")


def require_estimable(schools: pd.DataFrame, specification: Specification) -> None:
    """Refuse what the specification says is too little to fit a model to, or is withheld.

    Raises
    ------
    NotEstimable
        With the cause.
    """
    if len(schools) < 2:
        raise NotEstimable("there is one school only" if len(schools) else "there are no schools")
    require_events(schools, specification.fewest_events)
    for treated, name in ((True, "intervention"), (False, "comparison")):
        of_arm = schools["treated"].to_numpy() == treated
        children = int(schools["children"].to_numpy()[of_arm].sum())
        if children < specification.fewest_children:
            raise NotEstimable(
                f"perhaps fewer than {specification.fewest_children} children behind the events in "
                f"{name} schools"
            )
    # One row a school, an effect, and a period effect in each stratum.
    heard = (schools["events_before"] + schools["events_after"]).to_numpy() > 0
    degrees = int(heard.sum()) - len(set(schools["stratum"].to_numpy()[heard])) - 1
    if degrees < specification.fewest_degrees_of_freedom:
        raise NotEstimable(
            f"fewer than {specification.fewest_degrees_of_freedom} degrees of freedom are left, so "
            "that results come close to single schools' data"
        )
    # Last, since what can't be estimated says why by itself.
    if specification.withheld:
        raise NotEstimable(specification.withheld)

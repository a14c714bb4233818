"""Derived columns of the number of events, by place and time, relative to those expected."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from analysis.contracts.derived.column import Derived, counts, month_of, of_key, rows_elsewhere

MONTHS_COMPARED = 10
"""Months after the start, each compared with the same calendar month a year before."""
MONTHS_BEFORE = 12

ARMS = ("intervention", "comparison")
FEWEST_OF_MONTH = 15
"""Expected events of a month below which a low number is not informative."""
FEW_GROUPS = 12
MORE_BY_GROUPS = 5.0
"""Of so many groups, one has a low month by chance too rarely to matter. Of more, so many more
events are asked for, times the logarithm of how many times more there are: the chance that a group
has a fifth of what is expected falls exponentially with the events that are expected."""
FEWEST_OF_PERIOD = 20
"""Events of one type and arm in one of two periods, likewise."""
FEWEST_OF_ARM = 50
"""Events of one arm before the start, likewise."""
FEWEST_OF_SCHOOL = 20
"""Expected events of a school over the whole window, likewise."""
FEWEST_BEFORE = 36
"""Events of a school in the 24 months before the start: 15 in ten."""


def starts_of(pilot: pd.Series, school_pilot: pd.Series, start_date: pd.Series) -> pd.Series:
    """Return for each row the first day of the month in which its pilot's first school started."""
    first = start_date.groupby(school_pilot, observed=True).min()
    return month_of(of_key(pilot, first))


def joined(*parts: pd.Series) -> pd.Series:
    """Return several texts (categorical) per row joined into one; missing where any is."""
    texts, codes = [""], np.zeros(len(parts[0]), dtype=np.int64)
    known = np.ones(len(codes), dtype=bool)
    for part in parts:
        own = part.cat.codes.to_numpy(np.int64)
        known &= own >= 0
        codes = codes * len(part.cat.categories) + own
        texts = [f"{text} / {each}" for text in texts for each in part.cat.categories]
    whole = pd.Categorical.from_codes(np.where(known, codes, -1).tolist(), pd.Index(texts))
    return pd.Series(whole, parts[0].index)


# --- months ------------------------------------------------------------------------------


def _of_expected(
    group: pd.Series, month: pd.Series, event_group: pd.Series, event_date: pd.Series
) -> pd.Series:
    """Return the ratio of a group's monthly events to those expected; missing where few are.

    A group is expected to have its share of each month's events in all groups.
    """
    found = event_date.groupby([event_group, month_of(event_date)], observed=True).size()
    table = found.unstack(fill_value=0)
    table.index = table.index.astype("str")
    expected = table.sum(axis=1).to_numpy()[:, None] * table.sum(axis=0).to_numpy()[None, :]
    expected = pd.DataFrame(expected / max(1, len(event_date)), table.index, table.columns)
    shares = (table / expected).where(expected >= fewest_of_month(len(table))).stack()
    at = pd.MultiIndex.from_arrays([group.astype("object"), month])
    return pd.Series(shares.reindex(at).to_numpy(float), group.index)


def fewest_of_month(groups: int) -> float:
    """Return the expected events of a month from which a group of so many is tested.

    Examples
    --------
    >>> fewest_of_month(6), round(fewest_of_month(120), 1)
    (15.0, 26.5)
    """
    return FEWEST_OF_MONTH + MORE_BY_GROUPS * math.log(max(1.0, groups / FEW_GROUPS))


def _arm_volume(
    pilot: pd.Series,
    arm: pd.Series,
    month: pd.Series,
    event_pilot: pd.Series,
    event_arm: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    return _of_expected(joined(pilot, arm), month, joined(event_pilot, event_arm), event_date)


def _kind_volume(
    kind: str,
    pilot: pd.Series,
    month: pd.Series,
    event_pilot: pd.Series,
    event_type: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    groups = joined(event_pilot, event_type)
    own = joined(pilot, pd.Series(kind, pilot.index, dtype="category"))
    return _of_expected(own, month, groups, event_date)


# --- periods -----------------------------------------------------------------------------


def _periods(event_date: pd.Series, start: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return which events are in the months after the start, and which in the like months."""
    month, year = month_of(event_date), pd.DateOffset(months=MONTHS_BEFORE)
    length = pd.DateOffset(months=MONTHS_COMPARED)
    after = (month >= start) & (month < start + length)
    before = (month >= start - year) & (month < start - year + length)
    return after, before


def _tenfold(
    kind: str,
    pilot: pd.Series,
    arm: pd.Series,
    start_date: pd.Series,
    event_pilot: pd.Series,
    event_arm: pd.Series,
    event_type: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    """Return the smaller over the larger of an arm's events of one type before and after."""
    chosen = event_type == kind
    groups = joined(event_pilot, event_arm)
    after, before = _periods(event_date, starts_of(event_pilot, pilot, start_date))
    both = pd.concat([counts(groups[chosen & period]) for period in (after, before)], axis=1)
    both = both.fillna(0)
    share = (both.min(axis=1) / both.max(axis=1)).where(both.max(axis=1) >= FEWEST_OF_PERIOD)
    return of_key(joined(pilot, arm), share)


def _arm_change(
    pilot: pd.Series,
    arm: pd.Series,
    start_date: pd.Series,
    event_pilot: pd.Series,
    event_arm: pd.Series,
    event_date: pd.Series,
    *,
    by_pilot: bool,
) -> pd.Series:
    """Return the change in an arm's events after the start, relative to the other arm's."""
    after, before = _periods(event_date, starts_of(event_pilot, pilot, start_date))
    own, groups = (
        joined(p, a) if by_pilot else joined(a) for p, a in ((pilot, arm), (event_pilot, event_arm))
    )
    now, then = (counts(groups[period]) for period in (after, before))
    change = now / then.where(then >= FEWEST_OF_ARM)
    swap = dict(zip(ARMS, ARMS[::-1], strict=True))
    others = [_with_last(str(name), swap) for name in change.index]
    relative = change / change.reindex(others).set_axis(change.index)
    return of_key(own, relative)


def _with_last(text: str, swap: Mapping[str, str]) -> str:
    """Return a joined text with its last part replaced."""
    first, _, last = text.rpartition(" / ")
    return f"{first} / {swap.get(last, last)}"


# --- schools -----------------------------------------------------------------------------


def _events_where_expected(
    school: pd.Series,
    phase: pd.Series,
    pupils: pd.Series,
    sent_school: pd.Series,
    returned: pd.Series,
    event_school: pd.Series,
) -> pd.Series:
    """Return a school's events; missing where few are expected for its size and phase."""
    events = rows_elsewhere(school, event_school)
    exposure = pupils * rows_elsewhere(school, sent_school[returned == "yes"])
    totals = pd.DataFrame({"phase": phase, "n": events, "of": exposure})
    rates = totals.groupby("phase", observed=True)[["n", "of"]].sum()
    expected = exposure * of_key(phase, rates["n"] / rates["of"])
    return events.where(expected >= FEWEST_OF_SCHOOL)


def _events_after(
    school: pd.Series,
    pilot: pd.Series,
    start_date: pd.Series,
    event_school: pd.Series,
    event_pilot: pd.Series,
    event_date: pd.Series,
) -> pd.Series:
    """Return a school's events after the start; missing where there were few before."""
    start = starts_of(event_pilot, pilot, start_date)
    before = rows_elsewhere(school, event_school[event_date < start])
    after = rows_elsewhere(school, event_school[event_date >= start])
    return after.where(before >= FEWEST_BEFORE)


_ARMS = ("schools:pilot", "schools:arm", "schools:start_date", "child_events:schools.pilot",
         "child_events:schools.arm")  # fmt: skip
OF_SCHOOLS = {
    "events_where_expected": Derived(
        _events_where_expected,
        (
            "schools:school_id",
            "schools:phase",
            "schools:pupils",
            "school_months:school_id",
            "school_months:returned",
            "child_events:school_id",
        ),
        "a school without any event",
    ),
    "events_after": Derived(
        _events_after,
        (
            "schools:school_id",
            "schools:pilot",
            "schools:start_date",
            "child_events:school_id",
            "child_events:schools.pilot",
            "child_events:event_date",
        ),
        "a school without any event after the start",
    ),
    "arm_change": Derived(
        partial(_arm_change, by_pilot=False),
        (*_ARMS, "child_events:event_date"),
        "an arm whose events fell or rose together",
    ),
    "pilot_arm_change": Derived(
        partial(_arm_change, by_pilot=True),
        (*_ARMS, "child_events:event_date"),
        "an arm of a pilot whose events fell or rose together",
    ),
}

OF_MONTHS = {
    "arm_volume": Derived(
        _arm_volume,
        (
            "school_months:schools.pilot",
            "school_months:schools.arm",
            "school_months:month",
            "child_events:schools.pilot",
            "child_events:schools.arm",
            "child_events:event_date",
        ),
        "a month in which an arm of a pilot has next to no events",
    ),
}


def tenfold(kind: str) -> Derived:
    """Return the column that compares an arm's events of one kind before and after."""
    return Derived(
        partial(_tenfold, kind),
        (*_ARMS, "child_events:event_type", "child_events:event_date"),
        "an arm of a pilot that has almost no such events in one of two periods",
    )


def volume(kind: str) -> Derived:
    """Return the column that compares a pilot's events of one kind in a month with the expected."""
    return Derived(
        partial(_kind_volume, kind),
        (
            "school_months:schools.pilot",
            "school_months:month",
            "child_events:schools.pilot",
            "child_events:event_type",
            "child_events:event_date",
        ),
        "a month in which a pilot has almost no such events",
    )


OF_KIND = {("schools", "tenfold"): tenfold, ("school_months", "volume"): volume}
"""By dataset and the end of a column's name: the column for one kind of event."""

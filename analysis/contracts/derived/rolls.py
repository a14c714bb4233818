"""Derived columns of the pupils on roll: of a school, and of all schools of an arm together."""

from __future__ import annotations

import pandas as pd

from analysis.contracts.derived.column import Derived, rows_elsewhere
from analysis.contracts.derived.volume import joined, starts_of

LARGE = 300
"""Number of pupils from which a roll is expected to change within three years."""


def _arm_roll_change(
    pupils: pd.Series, pilot: pd.Series, arm: pd.Series, month: pd.Series
) -> pd.Series:
    """Return the ratio of an arm's pupils in a pilot to those of the month before."""
    group = joined(pilot, arm)
    rolls = pupils.groupby([group, month], observed=True).sum().unstack()
    change = (rolls / rolls.shift(axis=1)).stack()
    at = pd.MultiIndex.from_arrays([group, month])
    return pd.Series(change.reindex(at).to_numpy(float), pupils.index)


def _pupils_to_roll(
    pupils: pd.Series,
    school: pd.Series,
    pilot: pd.Series,
    start_date: pd.Series,
    sent_school: pd.Series,
    month: pd.Series,
    roll: pd.Series,
) -> pd.Series:
    """Return the ratio of pupils to the school's roll in the month in which its pilot started."""
    start = starts_of(pilot, pilot, start_date)
    keys = pd.MultiIndex.from_arrays([sent_school.astype("object"), month])
    rolls = pd.Series(roll.to_numpy(), keys)
    rolls = rolls[~rolls.index.duplicated()]
    at = pd.MultiIndex.from_arrays([school.astype("object"), start])
    found: pd.Series = pupils / rolls.reindex(at).to_numpy()
    return found


def _different_rolls(school: pd.Series, sent_school: pd.Series, roll: pd.Series) -> pd.Series:
    pairs = pd.DataFrame({"school": sent_school, "roll": roll}).dropna().drop_duplicates()
    return rows_elsewhere(school, pairs["school"])


def _rolls_of_large(
    pupils: pd.Series, school: pd.Series, sent_school: pd.Series, roll: pd.Series
) -> pd.Series:
    return _different_rolls(school, sent_school, roll).where(pupils >= LARGE)


_ROLLS = ("school_months:school_id", "school_months:pupils")
OF_SCHOOLS = {
    "pupils_to_roll": Derived(
        _pupils_to_roll,
        (
            "schools:pupils",
            "schools:school_id",
            "schools:pilot",
            "schools:start_date",
            "school_months:school_id",
            "school_months:month",
            "school_months:pupils",
        ),
        "another number than the school's roll in that month",
    ),
    "different_rolls": Derived(
        _different_rolls, ("schools:school_id", *_ROLLS), "a roll that never changes"
    ),
    "rolls_of_large": Derived(
        _rolls_of_large,
        ("schools:pupils", "schools:school_id", *_ROLLS),
        "a roll that never changes",
    ),
}

OF_MONTHS = {
    "arm_roll_change": Derived(
        _arm_roll_change,
        (
            "school_months:pupils",
            "school_months:schools.pilot",
            "school_months:schools.arm",
            "school_months:month",
        ),
        "a month in which all rolls of an arm jump",
    ),
}

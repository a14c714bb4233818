"""Monthly volumes of many groups: chance is no breach, and a month that was not sent is one."""

import numpy as np
import pandas as pd
import pytest

from analysis.contracts.derived.volume import _of_expected, fewest_of_month

MONTHS = pd.date_range("2019-01-01", periods=34, freq="MS")
SEASON = np.resize([1.1, 1, 1.15, 0.9, 1.1, 1.15, 1.05, 0.35, 1, 1.15, 1.2, 0.85], len(MONTHS))
LEAST = 0.2
"""Of school_months-volume-arm."""


def drawn(groups, seed, mean=17.6):
    """Return counts by group and month, varied as those of arms of six schools are."""
    stream = np.random.default_rng(seed)
    lasting = stream.gamma(1 / 0.03, 0.03, (groups, 1))
    return stream.poisson(mean * lasting * SEASON * stream.gamma(1 / 0.02, 0.02, (groups, 34)))


def shares(counts):
    """Return the ratios to what is expected, by group and month."""
    names = pd.Index([f"Authority {n:04d} / arm" for n in range(len(counts))])
    group = pd.Series(pd.Categorical.from_codes(np.repeat(np.arange(len(names)), 34), names))
    month = pd.Series(np.tile(MONTHS, len(names)))
    of_event = np.repeat(np.arange(counts.size), counts.ravel())
    found = _of_expected(group, month, group.iloc[of_event].reset_index(drop=True),
                         month.iloc[of_event].reset_index(drop=True))  # fmt: skip
    return found.to_numpy().reshape(counts.shape)


@pytest.mark.parametrize("groups", [42, 120])
def test_no_month_of_many_groups_is_low_by_chance(groups):
    for seed in range(5):
        found = shares(drawn(groups, seed))
        assert np.isfinite(found).any()
        assert not (found < LEAST).any()


def test_a_month_that_was_not_sent_is_found_among_many_groups():
    counts = drawn(120, 1, mean=60.0)
    counts[7, 20] = 0
    assert np.argwhere(shares(counts) < LEAST).tolist() == [[7, 20]]


def test_few_groups_are_asked_for_no_more_than_before():
    assert fewest_of_month(6) == fewest_of_month(12) == 15
    found = shares(drawn(6, 1))
    assert np.isfinite(found).sum() > 100

"""Bounds for unreturned months, and break-even."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.checks.missing_returns import COLUMNS, missing_return_bounds
from analysis.models.design.break_even import break_even
from analysis.models.primary.estimates import effect_estimates
from tests.unit.models.models_panel import random_panel, specification

MISSING = {("intervention", 2), ("intervention", -12), ("comparison", 5)}


def unreturned(events, panel=None):
    """Take some months away, or give them the events that the function says."""
    panel = random_panel(3, pairs=12, rate=6, ratio=0.5) if panel is None else panel
    for arm, month in MISSING:
        inside = (panel["arm"] == arm) & (panel["event_month"] == month)
        if events is None:
            panel.loc[inside, "returned"] = False
        else:
            panel.loc[inside, "events"] = events(arm, month)
    return panel


def bounds(panel, factor):
    asked = [specification()]
    return missing_return_bounds(panel, asked, effect_estimates(panel, asked), factor).iloc[0]


@pytest.mark.parametrize("side", ["best", "worst"])
def test_a_bound_is_the_estimate_of_a_panel_that_is_filled_in(side):
    """Each arm's months are filled with its mean of the period, times the factor or nought."""
    row = bounds(unreturned(None), 2.0)
    panel = unreturned(None)
    mean = {
        (arm, after): panel.loc[
            (panel["arm"] == arm) & panel["returned"]
            & panel["event_month"].between(*((0, 9) if after else (-12, -3))), "events",
        ].mean()
        for arm in ("intervention", "comparison") for after in (False, True)
    }  # fmt: skip

    def extreme(arm, month):
        raises = (arm == "intervention") == (month >= 0)
        return 2 * mean[arm, month >= 0] if raises == (side == "worst") else 0.0

    filled = unreturned(extreme)
    # The model counts whole events; four totals give the same estimate.
    total = filled.loc[filled["event_month"].between(-12, -3) | (filled["event_month"] >= 0)]
    cells = total.groupby([total["arm"], total["event_month"] >= 0])["events"].sum()
    wanted = (cells["intervention", True] / cells["intervention", False]) / (
        cells["comparison", True] / cells["comparison", False]
    )
    assert row[f"ratio_{side}"] == pytest.approx(wanted, rel=1e-9)
    assert row["missing_intervention_after"] == pytest.approx(0.1)
    assert row["missing_comparison_before"] == 0


def test_the_tipping_factor_takes_the_interval_to_no_effect():
    row = bounds(unreturned(None), 1.0)
    assert row["ratio"] < 1
    assert bounds(unreturned(None), row["tipping_factor"])["high_worst"] == pytest.approx(1)


def test_where_nothing_is_missing_nothing_moves():
    row = bounds(random_panel(3, pairs=12, rate=6, ratio=0.5), 3.0)
    assert row["ratio_best"] == row["ratio"] == row["ratio_worst"]
    assert np.isinf(row["tipping_factor"])
    assert list(row.index) == list(COLUMNS)


def test_an_interval_that_holds_no_effect_has_no_tipping_factor():
    assert np.isnan(bounds(unreturned(None, random_panel(1)), 3.0)["tipping_factor"])


def test_break_even_turns_the_interval_over():
    rows = pd.DataFrame(
        {
            "pilot": ["X", "Y", "Z"], "outcome": "y",
            "status": ["estimated", "estimated", "not estimable"],
            "difference": [-50.0, 8.0, np.nan], "difference_low": [-100.0, -16.0, np.nan],
            "difference_high": [-25.0, 30.0, np.nan],
        }
    )  # fmt: skip
    table = break_even(rows, {"X": 5, "Y": 4, "Z": 1}).set_index("pilot")
    ends = ["break_even", "break_even_low", "break_even_high"]
    # 10 averted a worker, from 5 to 20: a tenth of the cost each, from a twentieth to a fifth.
    assert table.loc["X", ends].tolist() == pytest.approx([0.1, 0.05, 0.2])
    # None averted, at best 4 a worker: never, or at a quarter.
    assert table.loc["Y", ends].tolist() == [np.inf, 0.25, np.inf]
    assert list(table.index) == ["X", "Y"]

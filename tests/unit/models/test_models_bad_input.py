"""Every public method on data that no estimate can come of: an error, or a reason; no number."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ConfigurationError
from analysis.models.alternatives.estimates import alternative_estimates
from analysis.models.checks.event_study import event_study
from analysis.models.checks.floor_effects import floor_diagnostics
from analysis.models.checks.pre_trend_tests import pre_trend_tests
from analysis.models.checks.pre_trends import pre_trend_power, pre_trend_slopes
from analysis.models.checks.returns import calendar_months, reporting_changes
from analysis.models.design.detectable import minimum_detectable_effects
from analysis.models.export.export import export_models
from analysis.models.inference.methods import inference_estimates
from analysis.models.inference.multiplicity import all_at_once
from analysis.models.inference.units import assignment_units
from analysis.models.primary.estimates import effect_estimates
from analysis.models.primary.exact import exact_estimates
from analysis.models.sensitivity.hidden_bias import hidden_bias
from analysis.models.sensitivity.leave_out import leave_one_out
from analysis.models.sensitivity.specification_curve import specification_curves
from tests.unit.models.models_panel import random_panel, specification

ESTIMATES = {
    "primary": effect_estimates,
    "inference": lambda panel, asked: inference_estimates(panel, asked, seed=1),
    "alternatives": alternative_estimates,
    "leave one out": leave_one_out,
    "event study": event_study,
    "tests of the event study": lambda panel, asked: pre_trend_tests(
        panel, asked, seed=1, draws=19
    ),
    "slopes": pre_trend_slopes,
    "power of slopes": pre_trend_power,
    "hidden bias": hidden_bias,
    "detectable effects": lambda panel, asked: minimum_detectable_effects(
        panel, asked, seed=1, draws=19
    ),
    "curve": lambda panel, asked: specification_curves(panel, [asked], seed=1)[1],
}
DESCRIPTIONS = {
    "exact": exact_estimates,
    "floor": floor_diagnostics,
    "units": assignment_units,
    "all at once": lambda panel, asked: all_at_once(panel, asked, seed=1, draws=19),
    "returns": reporting_changes,
    "calendar": calendar_months,
}
NUMBERS = ("ratio", "ratio_low", "ratio_high", "log_ratio", "standard_error", "p_value",
           "p_randomisation", "p_highest", "power_joint", "ratio_by_simulation")  # fmt: skip
START = pd.Period("2019-05", "M")


def panel(**changes):
    """Four pairs over three years, one column's value changed in one month of a school."""
    whole = random_panel(1, pairs=4)
    whole["month"] = [START + int(month) for month in whole["event_month"]]
    at = (whole["school_id"] == "Lam00c") & (whole["event_month"] == 2)
    for column, value in changes.items():
        whole[column] = whole[column].astype(float)
        whole.loc[at, column] = value
    return whole


def quiet(arm, months):
    """Take the events of an arm in some months away."""
    whole = panel()
    gone = whole["arm"].isin(arm) & whole["event_month"].isin(months)
    whole.loc[gone, "events"] = 0.0
    return whole


EVERY = range(-24, 10)
BOTH = ("intervention", "comparison")
REFUSED = {
    "a count that is not whole": panel(events=2.5),
    "a negative count": panel(events=-2),
    "no count": panel(events=np.nan),
    "an infinite count": panel(events=np.inf),
    "no exposure": panel(pupils=np.nan),
    "an exposure of nought": panel(pupils=0),
    "a school-month twice": pd.concat([panel(), panel().query("school_id == 'Lam00c'")]),
    "no month": panel(event_month=np.nan),
    "no rows": panel().head(0),
    "months as text": panel().assign(event_month=panel()["event_month"].astype(str)),
    "counts past what can be added up": panel(events=2.0**63),
}
HOPELESS = {
    "one arm": panel().query("arm == 'intervention'"),
    "one school": panel().query("school_id == 'Lam00i'"),
    "no events": quiet(BOTH, EVERY),
    "none in one arm": quiet(("comparison",), EVERY),
    "none after": quiet(("intervention",), range(10)),
    "none before": quiet(("intervention",), range(-24, 0)),
    "months after alone": panel().query("event_month >= 0"),
    "months before alone": panel().query("event_month < 0"),
    "hardly any": random_panel(1, pairs=4, rate=0.02).assign(month=START),
}

SPREADLESS = {
    "schools all alike": panel().assign(events=3.0),
    "schools alike within arms": panel().assign(
        events=3.0 + panel()["event_month"] % 3 + (panel()["arm"] == "comparison")
    ),
    "one school against one": panel().query("matched_set == 'Lam-00'"),
}
NEED_SPREAD = {
    "schools all alike": ("primary", "event study", "tests of the event study", "slopes",
                          "power of slopes"),
    "schools alike within arms": ("primary", "event study", "tests of the event study"),
    "one school against one": ("primary", "event study", "slopes", "detectable effects"),
}  # fmt: skip


@pytest.mark.parametrize("method", [*ESTIMATES, *DESCRIPTIONS])
@pytest.mark.parametrize("wrong", REFUSED)
def test_what_can_be_no_panel_is_refused(method, wrong):
    with pytest.raises(ConfigurationError, match="the panel") as caught:
        (ESTIMATES | DESCRIPTIONS)[method](REFUSED[wrong], [specification()])
    assert caught.value.remedy


@pytest.mark.parametrize("method", ESTIMATES)
@pytest.mark.parametrize("hopeless", HOPELESS)
def test_where_nothing_can_be_estimated_there_are_reasons_and_no_numbers(method, hopeless):
    """Warnings are errors here. What treatment plays no part in may still be estimated."""
    table = ESTIMATES[method](HOPELESS[hopeless], [specification()])
    without = table.loc[table["status"] == "not estimable"]
    assert (without["reason"].str.len() > 10).all()
    numbers = [column for column in NUMBERS if column in table]
    assert without[numbers].isna().all(axis=None)
    if method in ("primary", "inference", "alternatives", "leave one out", "event study"):
        assert len(without) == len(table)


@pytest.mark.parametrize("method", ESTIMATES)
@pytest.mark.parametrize("spreadless", SPREADLESS)
def test_where_no_spread_can_be_seen_what_needs_it_says_so(method, spreadless):
    """Warnings are errors here. A spread of rounding errors would make anything significant."""
    table = ESTIMATES[method](SPREADLESS[spreadless], [specification()])
    without = table.loc[table["status"] == "not estimable"]
    numbers = [column for column in NUMBERS if column in table]
    assert without[numbers].isna().all(axis=None)
    if method in NEED_SPREAD[spreadless]:
        others = table.loc[~table["reference"].eq(True)] if "reference" in table else table
        assert others["reason"].str.contains("do not differ at all|a single assignment").all()


@pytest.mark.parametrize("method", DESCRIPTIONS)
@pytest.mark.parametrize("hopeless", HOPELESS)
def test_descriptions_describe_it_all_the_same(method, hopeless):
    assert len(DESCRIPTIONS[method](HOPELESS[hopeless], [specification()]))


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_can_be_no_panel_is_not_exported(wrong, tmp_path):
    with pytest.raises(ConfigurationError, match="the panel"):
        export_models(REFUSED[wrong], [specification()], tmp_path)

"""Additive and two-part models against statsmodels, and what the models share."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.alternatives.additive import additive_fit
from analysis.models.alternatives.estimates import alternative_estimates
from analysis.models.alternatives.gee import gee_fit
from analysis.models.alternatives.mantel_haenszel import mantel_haenszel
from analysis.models.alternatives.negative_binomial import negative_binomial_fit
from analysis.models.alternatives.two_part import _fitted, _rows, two_part_fit
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_periods import compare
from analysis.models.primary.estimates import effect_estimates
from analysis.models.primary.sandwich import cluster_covariance
from tests.unit.models.models_panel import random_panel, specification
from tests.validation.test_models_conditional import random_schools
from tests.validation.test_models_multinomial import uneven_panel


def test_the_additive_model_is_weighted_least_squares_with_school_effects():
    import statsmodels.api as sm

    schools = random_schools(3).assign(matched_set="all")
    n = len(schools)
    rates = np.concatenate([schools[f"events_{p}"] / schools[f"exposure_{p}"]
                            for p in ("before", "after")])  # fmt: skip
    weights = np.concatenate([schools[f"exposure_{p}"] for p in ("before", "after")])
    after = np.repeat([0.0, 1.0], n)
    columns = [np.tile(schools["treated"], 2) * after]
    columns += [np.tile(schools["stratum"] == s, 2) * after for s in ("A", "B")]
    columns += [np.tile(np.arange(n) == i, 2).astype(float) for i in range(n)]
    fit = sm.WLS(rates, np.column_stack(columns), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": np.tile(np.arange(n), 2), "use_correction": False}
    )
    ours = additive_fit(schools)
    assert ours.log_ratio == pytest.approx(fit.params[0], rel=1e-8)
    error = np.sqrt(cluster_covariance(ours, "CR0")[0, 0])
    assert error == pytest.approx(fit.bse[0], rel=1e-6)


def days_panel(seed=1):
    """Days: none in most school-months, several where there are any."""
    panel = uneven_panel(seed, pilots=("Lambeth",))
    random = np.random.default_rng(seed)
    some = random.random(len(panel)) < 0.4
    days = np.where(some, 1 + random.poisson(12, len(panel)), 0).astype(float)
    return panel.assign(events=np.where(panel["returned"], days, np.nan), children=1.0 * some)


def test_the_two_part_model_is_two_regressions():
    import statsmodels.api as sm

    rows = _rows(MonthCounts.of(compare(days_panel(), specification())))
    with_size = np.column_stack([rows.design, rows.offset])
    some = rows.days > 0
    chance = sm.GLM(some.astype(float), with_size, family=sm.families.Binomial()).fit(tol=1e-12)
    amount = sm.GLM(
        rows.days[some], rows.design[some], offset=rows.offset[some],
        family=sm.families.Gamma(link=sm.families.links.Log()),
    ).fit(tol=1e-12)  # fmt: skip
    at = with_size[rows.counted]
    bare = at.copy()
    bare[:, 0] = 0
    expected = [
        # statsmodels' predict() drops the offset unless it is passed again.
        (chance.predict(x) * amount.predict(x[:, :-1], offset=x[:, -1])).sum()
        for x in (at, bare)
    ]
    log_ratio, _, positive = _fitted(rows)
    assert log_ratio == pytest.approx(np.log(expected[0] / expected[1]), abs=1e-7)
    assert positive == pytest.approx(amount.params[0], abs=1e-7)


def test_the_two_part_jackknife_leaves_out_each_unit():
    comparison = compare(days_panel(), specification())
    fit = two_part_fit(comparison)
    rows = _rows(MonthCounts.of(comparison))
    estimates = [_fitted(rows.without(unit))[0] for unit in range(16)]
    wanted = np.sqrt(15 / 16 * ((np.array(estimates) - fit.log_ratio) ** 2).sum())
    assert fit.standard_error == pytest.approx(wanted)


def test_days_in_too_few_months_have_no_two_parts():
    panel = random_panel(1, rate=0.02)
    with pytest.raises(NotEstimable, match="too few school-months with days"):
        two_part_fit(compare(panel, specification()))


def test_counts_no_more_spread_than_poisson_have_no_negative_binomial():
    panel = random_panel(1)
    panel["events"] = 2.0 + (panel["event_month"] + panel["matched_set"].str[-2:].astype(int)) % 2
    with pytest.raises(NotEstimable, match="no more than Poisson"):
        negative_binomial_fit(compare(panel, specification()))


def test_estimating_equations_need_more_units_than_coefficients():
    comparison = compare(random_panel(1, pairs=2), specification())
    with pytest.raises(NotEstimable, match="no more units than coefficients"):
        gee_fit(comparison.schools)


def test_where_exposure_is_constant_gee_is_said_to_be_the_same():
    table = alternative_estimates(random_panel(2, rate=3), [specification()])
    gee = table.set_index("method").loc["GEE, exchangeable"]
    assert gee["status"] == "not estimable"
    assert "the same as the primary estimate" in gee["reason"]
    assert gee_fit(compare(random_panel(2, rate=3), specification()).schools).log_ratio == (
        pytest.approx(effect_estimates(random_panel(2, rate=3), [specification()])
                      ["log_ratio"].iloc[0], abs=1e-8)
    )  # fmt: skip


def test_each_alternative_has_its_row():
    days = specification(measure="days", fewest_children=1)
    table = alternative_estimates(days_panel(), [days]).set_index("method")
    assert list(table.index) == ["conditional Poisson by month, CR2", "negative binomial",
                                 "GEE, exchangeable", "Mantel-Haenszel, matched sets",
                                 "additive", "two-part"]  # fmt: skip
    assert (table["status"] == "estimated").all(), table["reason"]
    assert np.isnan(table.loc["additive", "ratio"])
    assert table.loc["additive", "difference_low"] < table.loc["additive", "difference_high"]
    events = alternative_estimates(uneven_panel(2, pilots=("Lambeth",)), [specification()])
    assert "two-part" not in events["method"].tolist()


def test_the_additive_model_without_exposure_is_not_per_thousand():
    table = alternative_estimates(random_panel(2, rate=3), [specification(exposure=None)])
    row = table.set_index("method").loc["additive"]
    assert np.isnan(row["per_1000"])
    assert np.isfinite(row["difference"])


def test_mantel_haenszel_is_that_of_statsmodels_where_exposure_is_constant():
    from statsmodels.stats.contingency_tables import StratifiedTable

    schools = compare(random_panel(3, rate=3), specification()).schools
    tables = [
        [[int(one["events_after"]), int(one["events_before"])],
         [int(other["events_after"]), int(other["events_before"])]]
        for _, pair in schools.groupby("matched_set")
        for one, other in [(pair.loc[pair["treated"]].iloc[0], pair.loc[~pair["treated"]].iloc[0])]
    ]  # fmt: skip
    wanted = StratifiedTable([np.array(t) for t in tables]).logodds_pooled
    assert mantel_haenszel(schools).log_ratio == pytest.approx(wanted, abs=1e-12)


def test_mantel_haenszel_has_no_bias_where_sets_have_few_events():
    """About one event per school and period; period effects by set overstate by a quarter."""
    random = np.random.default_rng(1)
    pairs = 20_000
    events = random.poisson([[1.0, 0.5], [1.0, 1.0]], (pairs, 2, 2)).reshape(-1, 2)
    schools = pd.DataFrame({
        "treated": np.tile([True, False], pairs), "stratum": "", "exposure_before": 1.0,
        "cluster": np.arange(2 * pairs).astype(str), "exposure_after": 1.0,
        "matched_set": np.repeat(np.arange(pairs), 2).astype(str),
        "events_before": events[:, 0], "events_after": events[:, 1],
    })  # fmt: skip
    assert mantel_haenszel(schools).log_ratio == pytest.approx(np.log(0.5), abs=0.05)


def test_mantel_haenszel_allows_for_exposure():
    """Twice the pupils and twice the events after are no change."""
    schools = compare(random_panel(3, rate=3), specification()).schools
    doubled = schools.assign(
        events_after=schools["events_after"] * np.where(schools["treated"], 2, 1),
        exposure_after=schools["exposure_after"] * np.where(schools["treated"], 2, 1),
    )
    plain, other = mantel_haenszel(schools), mantel_haenszel(doubled)
    assert other.log_ratio == pytest.approx(plain.log_ratio, abs=0.05)


def test_one_set_alone_has_no_spread():
    schools = compare(random_panel(3, pairs=1, rate=3), specification()).schools
    with pytest.raises(NotEstimable, match="too few matched sets"):
        mantel_haenszel(schools)

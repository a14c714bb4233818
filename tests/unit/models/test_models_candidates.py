"""Schools that might have been chosen: weights, the effect against them, and who may see it."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from analysis.models.checks.candidates import entropy_weights, reweighted_effect, weights_of
from analysis.models.inputs.estimability import WITHHELD, NotEstimable
from analysis.models.primary.closed_form import closed_form


def primal(covariates, target):
    """Minimise the sum of w log w under the constraints themselves, by another method."""
    start = np.full(len(covariates), 1 / len(covariates))
    found = minimize(
        lambda w: float((w * np.log(w)).sum()), start, jac=lambda w: np.log(w) + 1,
        bounds=[(1e-12, 1)] * len(start), method="SLSQP",
        constraints=[
            {"type": "eq", "fun": lambda w: w.sum() - 1, "jac": np.ones_like},
            {"type": "eq", "fun": lambda w: covariates.T @ w - target,
             "jac": lambda _: covariates.T},
        ],
        options={"maxiter": 500, "ftol": 1e-14},
    )  # fmt: skip
    assert found.success
    return found.x


def test_weights_are_those_of_the_problem_solved_directly():
    covariates = np.random.default_rng(3).normal(size=(40, 3))
    target = np.array([0.4, -0.3, 0.2])
    weights = entropy_weights(covariates, target)
    assert weights @ covariates == pytest.approx(target, abs=1e-6)
    assert weights == pytest.approx(primal(covariates, target), abs=1e-5)
    # Candidates that resemble the target as they are keep equal weights.
    assert entropy_weights(covariates, covariates.mean(axis=0)) == pytest.approx(1 / 40)


def test_a_target_beyond_the_candidates_has_no_weights():
    with pytest.raises(NotEstimable, match="no weights make the candidates resemble"):
        entropy_weights(np.arange(10.0)[:, np.newaxis], np.array([12.0]))
    with pytest.raises(NotEstimable, match="no weights"):
        entropy_weights(np.ones((10, 1)), np.array([2.0]))


def schools(phase, pupils, **columns):
    return pd.DataFrame({"phase": phase, "pupils": pupils, **columns})


def test_candidates_of_another_phase_weigh_nothing():
    own = schools(["primary", "primary", "secondary", "primary"], [300.0, 320, 900, 280])
    # The same means of pupils in each phase: weights are those that give the phases their shares.
    others = schools(["primary", "secondary", "special", "secondary"], [450.0, 450, 450, 450])
    weights = weights_of(own, others, ["pupils"])
    assert weights == pytest.approx([0.75, 0.125, 0, 0.125], abs=1e-6)
    with pytest.raises(NotEstimable, match="no candidate is of a phase"):
        weights_of(own, others.iloc[2:3], ["pupils"])


def both(weight=1.0, pairs=12):
    random = np.random.default_rng(8)
    treated = np.arange(2 * pairs) < pairs
    before = random.poisson(20, len(treated))
    after = random.poisson(np.where(treated, 12, 20))
    return pd.DataFrame({
        "treated": treated, "weight": np.where(treated, 1.0, weight),
        "events_before": before, "events_after": after,
        "exposure_before": 100.0, "exposure_after": 100.0,
    })  # fmt: skip


def test_with_equal_weights_the_effect_is_that_of_four_totals():
    table = both(weight=0.3)
    columns = (table[f"events_{when}"].to_numpy(float) for when in ("before", "after"))
    expected = closed_form(*columns, table["treated"].to_numpy())
    found = reweighted_effect(table)
    assert np.log(found["ratio"]) == pytest.approx(float(expected.log_ratio), abs=1e-12)
    # With twelve schools of nearly one size in each group, t has about 22 degrees of freedom.
    reach = np.log(found["ratio_high"] / found["ratio_low"]) / 2 / np.sqrt(float(expected.cr2))
    assert 2.06 < reach < 2.09
    assert 11 < found["effective"] <= 12


def test_weights_move_the_effect_as_their_totals_do():
    table = both().assign(weight=lambda t: np.where(t.index < 18, 1.0, 3.0))
    other = table.loc[~table["treated"]]
    own = table.loc[table["treated"]]
    change = (other["weight"] * other["events_after"]).sum() / (
        other["weight"] * other["events_before"]
    ).sum()
    assert reweighted_effect(table)["ratio"] == pytest.approx(
        own["events_after"].sum() / own["events_before"].sum() / change
    )
    # Twice the pupils after the start halve the rate of the pilot's schools, and the ratio.
    doubled = table.assign(exposure_after=np.where(table["treated"], 200.0, 100.0))
    assert reweighted_effect(doubled)["ratio"] == pytest.approx(
        reweighted_effect(table)["ratio"] / 2
    )


def test_what_rests_on_few_schools_or_events_is_withheld():
    few = both().assign(weight=lambda t: np.where(t["treated"] | (t.index < 15), 1.0, 1e-6))
    assert reweighted_effect(few)["reason"] == WITHHELD  # three effective candidates
    none = both().assign(events_after=lambda t: t["events_after"].where(t["treated"], 0))
    assert reweighted_effect(none, 6)["reason"] == WITHHELD

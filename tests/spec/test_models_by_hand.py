"""The formulas that the technical appendix prints come to what the code computes."""

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.estimates import effect_estimates
from tests.architecture import ROOT
from tests.spec.models_by_hand import EXAMPLES, evaluate, printed
from tests.unit.models.models_panel import random_panel, specification

METHODS = (ROOT / "chapters" / "methods-detail.qmd").read_text(encoding="utf-8")
EQUATIONS = {
    label: formula.strip()
    for formula, label in re.findall(r"\$\$\n(.*?)\n\$\$ \{#(eq-[a-z]+)\}", METHODS, re.DOTALL)
}
"""The equations of the methods chapter, by label."""


def two_way_poisson(panel):
    """Fit @eq-model as it stands: a dummy per school and per month, exposure as an offset."""
    used = panel.loc[panel["event_month"].between(-12, -3) | (panel["event_month"] >= 0)]
    dummies = [pd.get_dummies(used[column], dtype=float) for column in ("school_id", "event_month")]
    effect = ((used["arm"] == "intervention") & (used["event_month"] >= 0)).astype(float)
    design = np.column_stack([effect, dummies[0], dummies[1].iloc[:, 1:]])
    offset = np.log(used["pupils"].to_numpy(float))
    family = sm.families.Poisson()
    fit = sm.GLM(used["events"].to_numpy(), design, family=family, offset=offset).fit(tol=1e-12)
    return fit.params[0]


def binomial(panel):
    """Fit @eq-conditional as it stands: one row a school, the log of exposures as an offset."""
    schools = school_periods(panel, specification())
    design = np.column_stack([schools["treated"], np.ones(len(schools))]).astype(float)
    offset = np.log(schools["exposure_after"] / schools["exposure_before"])
    cells = schools[["events_after", "events_before"]].to_numpy(float)
    family = sm.families.Binomial()
    return sm.GLM(cells, design, family=family, offset=offset.to_numpy()).fit(tol=1e-12).params[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_code_gives_what_the_arithmetic_comes_to(example):
    assert example.computed() == pytest.approx(example.by_hand(), rel=1e-8)


@pytest.mark.parametrize("equation", ["eq-totals", "eq-variance", "eq-difference"])
def test_an_equation_of_the_methods_chapter_is_worked_by_hand(equation):
    """And so the code is held to it, by the test above."""
    assert EQUATIONS[equation] in [example.formula for example in EXAMPLES]


@pytest.mark.parametrize(("equation", "fitted"), [("eq-model", two_way_poisson),
                                                  ("eq-conditional", binomial)])  # fmt: skip
def test_the_code_fits_the_model_of_the_methods_chapter(equation, fitted):
    """Pupils differ between the periods, so that exposure plays its part."""
    assert "n_{i" in EQUATIONS[equation]
    panel = random_panel(2, rate=3)
    random = np.random.default_rng(1)
    grown = dict(zip(panel["school_id"].unique(), random.uniform(80, 150, 16).round(), strict=True))
    after = panel["event_month"] >= 0
    panel.loc[after, "pupils"] = panel.loc[after, "school_id"].map(grown).astype(int)
    row = effect_estimates(panel, [specification()]).iloc[0]
    assert row["log_ratio"] == pytest.approx(fitted(panel), abs=1e-8)


def test_every_equation_of_the_methods_chapter_is_held_to_the_code():
    assert set(EQUATIONS) == {
        "eq-model", "eq-conditional", "eq-totals", "eq-variance", "eq-difference",
    }  # fmt: skip
    assert METHODS.count("$$") == 2 * len(EQUATIONS)


def test_the_printed_table_is_these_examples():
    written = pd.read_csv(ROOT / "data" / "proofs" / "by_hand.csv", dtype=str)
    remedy = "run: python -m benchmarks.models_proofs by_hand"
    pd.testing.assert_frame_equal(written, printed(), obj=remedy)


def test_only_plain_arithmetic_is_evaluated():
    assert evaluate("1 + 2 * 3 ** 2 - -4 / 2") == 21
    with pytest.raises((ValueError, KeyError)):
        evaluate("__import__('os')")

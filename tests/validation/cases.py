"""What each method gives beside what another implementation gives.

A case compares one method with one reference on public data. The tests hold each case
to its tolerance; `agreement` is the table that the technical appendix shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
AGREEMENT = HERE.parent.parent / "data" / "proofs" / "agreement.csv"
Comparison = tuple[str, float, float]
"""What is compared, what the method gives, what the reference gives."""


@dataclass(frozen=True)
class Case:
    """One method against one reference.

    Attributes
    ----------
    method, reference, data
        In the words of the appendix.
    tolerance
        Largest disagreement allowed, as a share of the reference where that is above 1.
    compare
        Runs the method and returns each comparison.
    """

    method: str
    reference: str
    data: str
    tolerance: float
    compare: Callable[[], Iterable[Comparison]]

    @property
    def name(self):
        return self.compare.__name__

    def disagreements(self):
        """Return what is compared and by how much the two differ."""
        return [(what, abs(got - want) / max(1.0, abs(want))) for what, got, want in self.compare()]


CASES: list[Case] = []
NOT_COMPARED = {
    "R03 nb_loglik": "the report shows no likelihood of a negative binomial",
    "R05 nb_se_model": "takes the dispersion for known; ours estimates both together",
    "R05 nb_twfe_se_model": "the same",
    "R05 nb_se_cl_HC0": "the same",
    "R05 nb_se_cl_HC1": "the same",
    "R05 nb_loglik": "the report shows no likelihood of a negative binomial",
    "R05 nb_twfe_loglik": "the same",
    "R05 nb_joint_se_obs alpha": "the report shows no error of the dispersion",
    "R05 nb_joint_se_cl_CR0 alpha": "the same",
    "R05 gee_exchangeable_alpha": "a correlation by another moment estimator than statsmodels'",
    "R05 gee_exchangeable_scale": "fixed at 1 by statsmodels; no error hangs on it",
    "R05 gee_pkg_exch_alpha": "a correlation by another moment estimator than statsmodels'",
    "R05 gee_pkg_exch_scale": "fixed at 1 by statsmodels; no error hangs on it",
    "R11 all_REML": "not built: no exhibit uses restricted maximum likelihood",
    "R11 first3_REML": "the same",
    "R11 het3_REML": "the same",
    "R11 mix3_REML": "the same",
    "R05 gee_ar1_": "not built: two periods have no more than one correlation",
    "R05 twfe_CR3_fails": "no value: that a package stops where ours says why",
    "R10 pairs8_max_abs_glm_minus_closed": "no value: a rounding error of R's own",
    "R10 coin_sprays_CE_p": "not built: a test of means, without sets or exposure",
    "R13 t_n20_d1": "not built: power of a t-test",
    "R13 prop_": "not built: power of a comparison of shares",
    "R13 pwr2p_h": "not built: power of a comparison of shares",
    "R13 poisson_wald_exact": "by simulation, in unit/test_models_scale_up.py",
    "R13 poisson_condexact": "not built: the exact test here is of four totals, not two",
    "R16 ": "not built: tests of one total and of two; the exact test here is of four",
    "R17 coef_D": "not built: a linear model with covariates",
    "R17 t_CR0": "the same",
    "R17 wcr_p_two": "not built: the linear wild bootstrap; the score bootstrap is compared",
}
"""Why nothing is held to the reference values whose names begin like this."""


def case(method: str, reference: str, data: str, tolerance: float = 1e-6):
    """Enter a function into the list of cases."""

    def enter(compare):
        CASES.append(Case(method, reference, data, tolerance, compare))
        return compare

    return enter


@cache
def table(name: str) -> pd.DataFrame:
    """Return one of the small public tables."""
    return pd.read_csv(HERE / "tables" / f"{name}.csv")


@cache
def _expected() -> pd.DataFrame:
    return (
        pd.read_csv(HERE / "expected.csv", dtype={"term": str}, keep_default_na=False)
        .set_index(["group", "quantity", "term"])["value"]
        .sort_index()
    )


def reference_values() -> list[tuple[str, str, str]]:
    """Return group, quantity and term of every value that R computed."""
    return list(_expected().index)


LOOKED_UP: set[tuple[str, str, str]] = set()
"""Group, quantity and term of every reference value that something was held to."""


def expected(group: str, quantity: str, term: str = "") -> float:
    """Return a value that R computed."""
    LOOKED_UP.add((group, quantity, term))
    return float(_expected().loc[(group, quantity, term)])


def agreement() -> list[dict[str, object]]:
    """Return one row per case: how many values were compared and the largest difference."""
    rows = []
    for each in CASES:
        differences = [difference for _, difference in each.disagreements()]
        rows.append(
            {
                "method": each.method,
                "reference": each.reference,
                "data": each.data,
                "values_compared": len(differences),
                "largest_disagreement": f"{max(differences):.1e}",
                "tolerance": f"{each.tolerance:.0e}",
            }
        )
    return rows

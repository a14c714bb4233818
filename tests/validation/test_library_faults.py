"""Faults of libraries that the models stand on, and what guards against each.

Each test shows the fault as the locked version has it, and that the project's number is
right all the same. Where the first half fails, the library has mended its fault, and
that half may go.
"""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.models.alternatives.gee import fit_gee
from analysis.models.alternatives.negative_binomial import fit_negative_binomial, long_form
from analysis.models.inputs.estimability import NotEstimable
from analysis.models.pooling.estimates import between_variance
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df
from tests.unit.models.models_panel import monthly_panel, random_panel, specification
from tests.validation.cases import expected
from tests.validation.cases_alternatives import visits_long
from tests.validation.cases_conditional import epil_schools
from tests.validation.cases_months import epil_visits

ROOT = Path(__file__).resolve().parents[2]


def binomial_glm(schools, **fit):
    import statsmodels.api as sm

    cells = schools[["events_after", "events_before"]].to_numpy(float)
    design = np.column_stack([schools["treated"], np.ones(len(schools))]).astype(float)
    return sm.GLM(cells, design, family=sm.families.Binomial()).fit(**fit)


def poisson_with_dummies(schools):
    """Fit the Poisson regression with a dummy per school that the plan warns of."""
    import statsmodels.api as sm

    n = len(schools)
    events = np.concatenate([schools["events_before"], schools["events_after"]]).astype(float)
    after = np.repeat([0.0, 1.0], n)
    dummies = [np.tile(np.arange(n) == i, 2).astype(float) for i in range(n)]
    design = np.column_stack([np.tile(schools["treated"], 2) * after, after, *dummies])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sm.GLM(events, design, family=sm.families.Poisson()).fit()


def test_hc2_and_hc3_of_a_glm_are_hc0_in_disguise():
    """statsmodels issue 7798. The project computes its own, equal to R's."""
    schools = epil_schools()
    plain, disguised = (binomial_glm(schools, cov_type=k).bse[0] for k in ("HC0", "HC3"))
    assert disguised == plain
    ours = np.sqrt(cluster_covariance(fit_conditional(schools), "CR3")[0, 0])
    assert ours == pytest.approx(expected("R05b", "se_HC3", "trt"), abs=1e-9)
    assert ours > plain * 1.1


def test_predictions_drop_the_offset():
    """The two-part model passes it again; see the test of its two regressions."""
    import statsmodels.api as sm

    exposure, events = np.array([10.0, 100.0, 1000.0]), np.array([25.0, 190.0, 2005.0])
    fit = sm.GLM(
        events, np.ones((3, 1)), family=sm.families.Poisson(), offset=np.log(exposure)
    ).fit()
    assert fit.predict(np.ones((3, 1)))[2] == pytest.approx(2.0)  # and not 2,000
    assert fit.predict(np.ones((3, 1)), offset=np.log(exposure))[2] == pytest.approx(2000)


def test_a_school_without_events_gets_an_enormous_error_and_says_it_converged():
    """Here such schools are left out of the fit, and counted."""
    from analysis.models.primary.estimates import effect_estimates

    panel = random_panel(1)
    panel.loc[panel["school_id"] == "Lam00i", "events"] = 0.0
    from analysis.models.inputs.school_periods import school_periods

    schools = school_periods(panel, specification())
    fit = poisson_with_dummies(schools)
    silent = 2 + int(np.flatnonzero(schools["school_id"] == "Lam00i")[0])
    assert fit.converged
    assert fit.params[silent] < -15
    assert fit.bse[silent] > 1_000
    row = effect_estimates(panel, [specification()]).iloc[0]
    assert row["schools_without_events"] == 1
    assert row["ratio"] == pytest.approx(np.exp(fit.params[0]), rel=1e-6)


def test_a_row_of_nought_of_nought_stops_a_binomial_glm():
    schools = epil_schools().head(4).assign(events_before=[0, 3, 4, 5], events_after=[0, 5, 2, 4])
    schools["treated"] = [True, True, False, False]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fault = not np.isfinite(binomial_glm(schools).params).all()
        except (ValueError, np.linalg.LinAlgError):
            fault = True
    assert fault
    assert np.isfinite(fit_conditional(schools).log_ratio)


def test_an_empty_cell_gives_a_number_that_says_it_converged():
    from analysis.models.inputs.school_periods import school_periods
    from analysis.models.primary.estimates import effect_estimates

    panel = monthly_panel({
        "A": ("intervention", "1", (10, 0)), "B": ("intervention", "2", (12, 0)),
        "C": ("comparison", "1", (12, 14)), "D": ("comparison", "2", (18, 16)),
    })  # fmt: skip
    fit = poisson_with_dummies(school_periods(panel, specification()))
    assert fit.converged
    assert fit.params[0] < -15
    assert fit.bse[0] > 1_000
    row = effect_estimates(panel, [specification()]).iloc[0]
    assert row["reason"] == "withheld to protect small counts, or too few to analyse"


def test_the_default_cluster_correction_counts_every_dummy_and_p_values_are_normal():
    """With two rows a school it inflates errors by nearly the root of two."""
    import statsmodels.api as sm

    schools = epil_schools()
    n = len(schools)
    events = np.concatenate([schools["y.0"], schools["y.1"]]).astype(float)
    after = np.repeat([0.0, 1.0], n)
    dummies = [np.tile(np.arange(n) == i, 2).astype(float) for i in range(n)]
    design = np.column_stack([np.tile(schools["treated"], 2) * after, after, *dummies])
    model = sm.GLM(events, design, family=sm.families.Poisson())
    kwds = {"groups": np.tile(np.arange(n), 2)}
    default = model.fit(cov_type="cluster", cov_kwds=kwds)
    assert default.bse[0] / expected("R05b", "se_CR0", "trt") > 1.4
    normal = 2 * stats.norm.sf(abs(default.params[0] / default.bse[0]))
    assert default.pvalues[0] == pytest.approx(normal)
    fit = fit_conditional(schools)
    assert np.sqrt(cluster_covariance(fit, "CR0")[0, 0]) == pytest.approx(
        expected("R05b", "se_CR0", "trt"), abs=1e-9
    )


def test_corrections_of_a_regression_with_dummies_are_too_small():
    """clubSandwich's CR2 there is 0.2021, below CR0, with 14 degrees of freedom."""
    fit = fit_conditional(epil_schools())
    assert np.sqrt(cluster_covariance(fit, "CR2")[0, 0]) == pytest.approx(0.232550, abs=1e-6)
    assert satterthwaite_df(fit) == pytest.approx(26.33, abs=0.01)


def test_newtons_search_for_the_negative_binomial_ends_in_nothing_and_says_it_converged():
    from statsmodels.discrete.discrete_model import NegativeBinomial

    events, design, offset, unit = visits_long()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fault = NegativeBinomial(events, design, offset=offset).fit(method="newton", disp=False)
    assert fault.mle_retvals["converged"]
    assert np.isnan(fault.params).all()
    ours = fit_negative_binomial(events, design, offset, unit)
    assert ours.standard_error == pytest.approx(
        expected("R05", "nb_joint_se_obs", "post:trt"), abs=1e-6
    )


def test_a_search_that_ends_elsewhere_is_no_estimate(monkeypatch):
    """The gradient is looked at, whatever the search says of itself."""
    from statsmodels.discrete.discrete_model import NegativeBinomial

    search = NegativeBinomial.fit

    def stopped(self, start_params=None, method="bfgs", **options):
        options["maxiter"] = 1
        return search(self, start_params, method=method, **options)

    monkeypatch.setattr(NegativeBinomial, "fit", stopped)
    with pytest.raises(NotEstimable, match="did not end at a maximum"):
        fit_negative_binomial(*long_form(epil_visits()))


def test_errors_of_gee_are_uncorrected_unless_asked():
    import statsmodels.api as sm

    events, design, offset, unit = visits_long()
    model = sm.GEE(events, design, groups=unit, family=sm.families.Poisson(), offset=offset,
                   cov_struct=sm.cov_struct.Exchangeable())  # fmt: skip
    default = model.fit().bse[0]
    ours = fit_gee(events, design, offset, unit)
    assert default == pytest.approx(ours.robust_error, rel=1e-6)
    assert ours.standard_error > default * 1.02


def test_dersimonian_laird_goes_below_nought():
    from statsmodels.stats.meta_analysis import combine_effects

    log_ratios, variances = np.array([0.1, 0.11, 0.12]), np.array([0.04, 0.05, 0.06])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert combine_effects(log_ratios, variances, method_re="dl").tau2 < 0
    assert between_variance(log_ratios, variances, "DerSimonian-Laird") == 0.0


def test_paule_mandel_gives_up_where_rounding_stops_it():
    """About one data set in ten at a tolerance of 1e-12; never here."""
    from statsmodels.stats.meta_analysis import combine_effects

    random = np.random.default_rng(1)
    gave_up = 0
    for _ in range(100):
        variances = random.uniform(0.02, 0.1, 3)
        log_ratios = random.normal(0, np.sqrt(variances + 0.3))
        ours = between_variance(log_ratios, variances, "Paule-Mandel")
        weight = 1 / (variances + ours)
        mean = (weight * log_ratios).sum() / weight.sum()
        q = (weight * (log_ratios - mean) ** 2).sum()
        assert ours == 0 or q == pytest.approx(2, abs=1e-9)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = combine_effects(log_ratios, variances, method_re="pm", atol=1e-12).tau2
        gave_up += theirs == 0 and ours > 0.01
    assert gave_up > 0


def test_the_noncentral_f_is_negative_without_noncentrality():
    """scipy 1.17; see `pre_trends`, whose power is the size of the test there."""
    assert stats.ncf.sf(3.0, 5, 14, 0.0) < 0


def test_pyfixest_stays_out_of_the_analysis():
    """Its clustered errors change with PYTHONHASHSEED, its `fepois` forgets the offset
    when it refits, its `ritest` has no strata. It checks one estimate in a test, with
    `k_adj=False`, and computes none; nor does marginaleffects, which ignores offsets."""
    loaded = (
        "import sys, importlib, pkgutil, analysis.models as models\n"
        "for each in pkgutil.iter_modules(models.__path__, 'analysis.models.'):\n"
        "    importlib.import_module(each.name)\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True,
                         check=True, cwd=ROOT)  # fmt: skip
    for package in ("pyfixest", "marginaleffects", "statsmodels", "matplotlib"):
        assert f"'{package}'" not in run.stdout, f"{package} is imported with the models"

"""The primary model and its covariances against R."""

from dataclasses import replace

import numpy as np

from analysis.models.inference.hotelling import joint_test
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.intervals import t_interval, t_p_value
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df
from tests.validation.cases import case, expected, table

EPIL = "epileptic seizures, 59 patients (Thall & Vail 1990)"
CLUBSANDWICH = "R glm and clubSandwich 0.5.8"


def epil_schools(*, strata=False, patients=None):
    """Patients in the place of schools: 8 weeks before, 4 visits of 2 weeks after."""
    patients = table("epil_collapsed") if patients is None else patients
    return patients.assign(
        treated=patients["trt"] == 1,
        stratum=patients["stratum"].astype(str) if strata else "",
        cluster=patients["id"].astype(str),
        events_before=patients["y.0"],
        events_after=patients["y.1"],
        exposure_before=8.0,
        exposure_after=8.0,
    )


@case("Conditional Poisson, ratio and naive error", CLUBSANDWICH, EPIL, 1e-9)
def conditional_estimate():
    fit = fit_conditional(epil_schools())
    yield "theta", fit.log_ratio, expected("R05b", "coef", "trt")
    yield "period effect", fit.coefficients[1], expected("R05b", "coef", "(Intercept)")
    yield "two-way Poisson", fit.log_ratio, expected("R05", "twfe_coef", "trt:post")
    naive = np.sqrt(np.diag(fit.bread))
    yield "naive error", naive[0], expected("R05b", "se_model", "trt")
    by_totals = expected("R05", "twfe_closed_form_se_model", "trt:post")
    yield "naive error by four totals", naive[0], by_totals
    yield "naive error, period", naive[1], expected("R05b", "se_model", "(Intercept)")


@case("Cluster covariance CR0, CR1, CR2, CR3", CLUBSANDWICH, EPIL, 1e-9)
def cluster_errors():
    fit = fit_conditional(epil_schools())
    for kind in ("CR0", "CR1", "CR2", "CR3"):
        errors = np.sqrt(np.diag(cluster_covariance(fit, kind)))
        for got, term in zip(errors, ("trt", "(Intercept)"), strict=True):
            yield f"{kind} {term}", got, expected("R05b", f"se_{kind}", term)
            if kind != "CR1":  # one row a unit, so that the corrections are those of rows
                yield f"HC{kind[2]} {term}", got, expected("R05b", f"se_HC{kind[2]}", term)


@case("Satterthwaite degrees of freedom, p-value and interval", CLUBSANDWICH, EPIL, 1e-9)
def satterthwaite():
    fit = fit_conditional(epil_schools())
    errors = np.sqrt(np.diag(cluster_covariance(fit, "CR2")))
    for at, term in enumerate(("trt", "(Intercept)")):
        df = satterthwaite_df(fit, np.eye(2)[at])
        yield f"df {term}", df, expected("R05b", "df_satt_CR2", term)
        value, error = fit.coefficients[at], errors[at]
        p = t_p_value(value, error, df)
        yield f"p {term}", p, expected("R05b", "p_satt_CR2", term)
        interval = t_interval(value, error, df, 0.95)
        yield f"low {term}", interval.low, expected("R05b", "ci_lo_CR2", term)
        yield f"high {term}", interval.high, expected("R05b", "ci_hi_CR2", term)


@case("The same with period effects by stratum", CLUBSANDWICH, EPIL, 1e-9)
def stratified():
    fit = fit_conditional(epil_schools(strata=True))
    yield "two-way", fit.log_ratio, expected("R05b", "strat_twfe_poisson_coef", "trt:post")
    # Ours has a period effect for each stratum, R the first and the others' differences from it.
    terms = {
        "trt": (1, 0, 0, 0),
        "(Intercept)": (0, 1, 0, 0),
        "factor(stratum)2": (0, -1, 1, 0),
        "factor(stratum)3": (0, -1, 0, 1),
    }
    for term, weights in terms.items():
        contrast = np.array(weights, dtype=float)
        yield term, contrast @ fit.coefficients, expected("R05b", "strat_coef", term)
        for kind in ("CR0", "CR2", "CR3"):
            error = np.sqrt(contrast @ cluster_covariance(fit, kind) @ contrast)
            yield f"{kind} {term}", error, expected("R05b", f"strat_se_{kind}", term)
        yield f"df {term}", satterthwaite_df(fit, contrast), expected("R05b", "strat_df_satt", term)


@case("Hotelling's test of several effects", CLUBSANDWICH, EPIL, 1e-8)
def several_effects():
    fit = fit_conditional(epil_schools(strata=True))
    # R's parameters: the first stratum, and how the others differ from it.
    differences = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, -1, 1, 0], [0, -1, 0, 1]], float)
    as_in_r = replace(
        fit,
        coefficients=differences @ fit.coefficients,
        bread=differences @ fit.bread @ differences.T,
        design=fit.design @ np.linalg.inv(differences),
    )
    for name, chosen in (("trt_strata", [0, 2, 3]), ("strata", [2, 3])):
        found = joint_test(as_in_r, np.array(chosen))
        yield f"F of {name}", found.f, expected("R05b", f"htz_f_{name}")
        yield f"df of {name}", found.df_denominator, expected("R05b", f"htz_df_{name}")
        yield f"p of {name}", found.p_value, expected("R05b", f"htz_p_{name}")

"""The primary model and its covariances against R."""

import numpy as np
from scipy import stats

from analysis.models.conditional import fit_conditional
from analysis.models.estimates import t_interval
from analysis.models.sandwich import cluster_covariance, satterthwaite_df
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
    yield "naive error, period", naive[1], expected("R05b", "se_model", "(Intercept)")


@case("Cluster covariance CR0, CR1, CR2, CR3", CLUBSANDWICH, EPIL, 1e-9)
def cluster_errors():
    fit = fit_conditional(epil_schools())
    for kind in ("CR0", "CR1", "CR2", "CR3"):
        errors = np.sqrt(np.diag(cluster_covariance(fit, kind)))
        for got, term in zip(errors, ("trt", "(Intercept)"), strict=True):
            yield f"{kind} {term}", got, expected("R05b", f"se_{kind}", term)


@case("Satterthwaite degrees of freedom, p-value and interval", CLUBSANDWICH, EPIL, 1e-9)
def satterthwaite():
    fit = fit_conditional(epil_schools())
    error = np.sqrt(cluster_covariance(fit, "CR2")[0, 0])
    df = satterthwaite_df(fit)
    yield "df", df, expected("R05b", "df_satt_CR2", "trt")
    p = 2 * stats.t.sf(abs(fit.log_ratio) / error, df)
    yield "p", p, expected("R05b", "p_satt_CR2", "trt")
    interval = t_interval(fit.log_ratio, error, df, 0.95)
    yield "low", interval.low, expected("R05b", "ci_lo_CR2", "trt")
    yield "high", interval.high, expected("R05b", "ci_hi_CR2", "trt")


@case("The same with period effects by stratum", CLUBSANDWICH, EPIL, 1e-9)
def stratified():
    fit = fit_conditional(epil_schools(strata=True))
    yield "theta", fit.log_ratio, expected("R05b", "strat_coef", "trt")
    yield "two-way", fit.log_ratio, expected("R05b", "strat_twfe_poisson_coef", "trt:post")
    for kind in ("CR0", "CR2", "CR3"):
        error = np.sqrt(cluster_covariance(fit, kind)[0, 0])
        yield kind, error, expected("R05b", f"strat_se_{kind}", "trt")
    yield "df", satterthwaite_df(fit), expected("R05b", "strat_df_satt", "trt")

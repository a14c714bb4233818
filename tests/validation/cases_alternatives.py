"""Other models against R."""

import numpy as np

from analysis.models.alternatives.gee import fit_gee, gee_fit
from analysis.models.alternatives.mantel_haenszel import mantel_haenszel
from analysis.models.alternatives.negative_binomial import fit_negative_binomial, long_form
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.sandwich import cluster_covariance
from tests.validation.cases import case, expected, table
from tests.validation.cases_conditional import EPIL, epil_schools
from tests.validation.cases_months import epil_visits
from tests.validation.cases_regression import LOOMS, looms


def visits_long():
    """The visits as rows, the interaction first, as R's y ~ post * trt."""
    counts = epil_visits()
    school, month = np.nonzero(counts.exposure)
    post, treated = counts.after[month].astype(float), counts.treated[school].astype(float)
    design = np.column_stack([post * treated, np.ones(len(post)), post, treated])
    return counts.events.ravel(), design, np.log(counts.exposure.ravel()), counts.unit[school]


VISIT_TERMS = ("post:trt", "(Intercept)", "post", "trt")


def each_first(rows, terms):
    """Give every term, and the rows with its column in the first place, where effects stand."""
    events, design, offset, unit = rows
    for at, term in enumerate(terms):
        others = [column for column in range(len(terms)) if column != at]
        yield term, (events, design[:, [at, *others]], offset, unit)


@case("Negative binomial with dummies: ratio and dispersion", "R MASS glm.nb", EPIL, 1e-6)
def negative_binomial_dummies():
    fit = fit_negative_binomial(*long_form(epil_visits()))
    yield "theta", fit.log_ratio, expected("R05", "nb_twfe_coef", "trt:post")
    yield "alpha", fit.dispersion, 1 / expected("R05", "nb_twfe_theta")


@case("Negative binomial before and after: joint errors", "R glm.nb, joint information", EPIL, 1e-6)
def negative_binomial_errors():
    for term, rows in each_first(visits_long(), VISIT_TERMS):
        fit = fit_negative_binomial(*rows)
        yield term, fit.log_ratio, expected("R05", "nb_coef", term)
        yield f"model {term}", fit.standard_error, expected("R05", "nb_joint_se_obs", term)
        clustered = expected("R05", "nb_joint_se_cl_CR0", term)
        yield f"clustered {term}", fit.clustered_error, clustered
    yield "alpha", fit.dispersion, 1 / expected("R05", "nb_theta")


@case("Negative binomial of a factorial design", "R MASS glm.nb", LOOMS, 1e-6)
def negative_binomial_looms():
    data = looms()
    rows = (data.events, data.design, data.offset, data.clusters)
    for term, each in each_first(rows, data.terms):
        fit = fit_negative_binomial(*each)
        yield term, fit.log_ratio, expected("R03", "nb_coef", term)
    yield "alpha", fit.dispersion, 1 / expected("R03", "nb_theta")


@case("GEE, exchangeable: coefficients and robust errors", "R geepack 1.3.9 and gee", EPIL, 1e-6)
def gee_exchangeable():
    for term, rows in each_first(visits_long(), VISIT_TERMS):
        fit = fit_gee(*rows)
        yield term, fit.log_ratio, expected("R05", "gee_exchangeable_coef", term)
        yield f"robust {term}", fit.robust_error, expected("R05", "gee_exchangeable_se", term)
        yield f"{term} of gee", fit.log_ratio, expected("R05", "gee_pkg_exch_coef", term)
        of_gee = expected("R05", "gee_pkg_exch_se_robust", term)
        yield f"robust {term} of gee", fit.robust_error, of_gee


@case("GEE without one influential unit", "R geepack 1.3.9", EPIL, 1e-6)
def gee_without_one():
    events, design, offset, unit = visits_long()
    kept = unit != 48  # patient 49
    unit = np.unique(unit[kept], return_inverse=True)[1]
    for term, rows in each_first((events[kept], design[kept], offset[kept], unit), VISIT_TERMS):
        fit = fit_gee(*rows)
        yield term, fit.log_ratio, expected("R05", "gee_drop49_exch_coef", term)
        yield f"robust {term}", fit.robust_error, expected("R05", "gee_drop49_exch_se", term)


@case("GEE: bias-reduced error of two rows a unit", "R clubSandwich CR3", EPIL, 1e-6)
def gee_bias_reduced():
    """Two rows a unit, constant exposure: the conditional model's CR3."""
    fit = gee_fit(epil_schools())
    yield "theta", fit.log_ratio, expected("R05b", "coef", "trt")
    yield "error", fit.standard_error, expected("R05", "se_CR3", "post:trt")


@case("Mantel-Haenszel ratio over strata", "R, closed form", EPIL, 1e-9)
def mantel_haenszel_strata():
    schools = epil_schools(strata=True)
    found = mantel_haenszel(schools.assign(matched_set=schools["stratum"]))
    yield "theta", found.log_ratio, expected("R05b", "strat_MH_logOR")


@case("Without one influential unit", "R geepack; prints -0.30 (0.17)", EPIL, 1e-9)
def without_one():
    patients = table("epil_collapsed")
    fit = fit_conditional(epil_schools(patients=patients.loc[patients["id"] != 49]))
    yield "theta", fit.log_ratio, expected("R05", "gee_drop49_exch_coef", "post:trt")
    error = np.sqrt(cluster_covariance(fit, "CR0")[0, 0])
    yield "error", error, expected("R05", "gee_drop49_exch_se", "post:trt")

"""Models that keep the months apart against R and pyfixest."""

import numpy as np
from scipy import stats

from analysis.models.alternatives.multinomial import batched_multinomial, fit_multinomial
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.primary.sandwich import cluster_covariance
from tests.validation.cases import case, expected, table
from tests.validation.cases_conditional import EPIL

FIXEST = "R fixest 0.12.2"


def epil_visits():
    """Five visits in the place of months, weeks as exposure."""
    panel = table("epil_panel").sort_values(["id", "visit"])
    shape = (panel["id"].nunique(), 5)
    treated = panel["trt"].to_numpy().reshape(shape)[:, 0] == 1
    return MonthCounts(
        panel["y"].to_numpy(float).reshape(shape),
        panel["weeks"].to_numpy(float).reshape(shape),
        np.arange(5),
        np.arange(5) > 0,
        np.zeros(shape[0], dtype=int),
        np.arange(shape[0]),
        treated,
        np.zeros(shape[0], dtype=int),
    )


@case("Multinomial form, one effect", "R glm with dummies per patient and visit", EPIL, 1e-9)
def multinomial_effect():
    counts = epil_visits()
    basis = counts.after[:, np.newaxis].astype(float)
    fit = fit_multinomial(counts, basis)
    yield "theta", fit.log_ratio, expected("R05", "twfe_coef", "trt:post")
    naive = np.sqrt(fit.bread[0, 0])
    yield "naive error", naive, expected("R05", "twfe_se_model", "trt:post")
    error = np.sqrt(cluster_covariance(fit, "CR0")[0, 0])
    yield "CR0", error, expected("R05", "twfe_se_cl_HC0_noadj", "trt:post")
    # R counts the dummies of patients in k, fixest does not.
    for quantity, kind, k in (("twfe_se_cl_HC0", "CR1", 1), ("twfe_se_cl_HC1", "CR1", 64),
                              ("twfe_fixest_se_cl", "CR1", 6)):  # fmt: skip
        error = np.sqrt(cluster_covariance(fit, kind)[0, 0] * 294 / (295 - k))
        yield quantity, error, expected("R05", quantity, "trt:post")
    yield "theta of fixest", fit.log_ratio, expected("R05", "twfe_fixest_coef", "trt:post")
    one = counts.treated[np.newaxis].astype(float)
    effects, covariance = batched_multinomial(counts, one, basis)
    yield "batched theta", effects[0, 0], expected("R05", "twfe_coef", "trt:post")
    batched = np.sqrt(covariance[0, 0, 0])
    yield "batched CR0", batched, expected("R05", "twfe_se_cl_HC0_noadj", "trt:post")


@case("Event study: coefficients, errors and joint test", FIXEST, EPIL, 1e-6)
def event_study_effects():
    counts = epil_visits()
    fit = fit_multinomial(counts, np.eye(5)[:, 1:])
    covariance = cluster_covariance(fit, "CR0")
    units, rows, parameters = 59, 295, 9
    # fixest multiplies by G / (G - 1) and (n - 1) / (n - k), patients' effects not counted in k.
    factor = units / (units - 1) * (rows - 1) / (rows - parameters)
    for visit in range(1, 5):
        term = f"visit::{visit}:trt"
        yield term, fit.coefficients[visit - 1], expected("R05", "event_coef", term)
        error = np.sqrt(factor * covariance[visit - 1, visit - 1])
        yield f"error of {term}", error, expected("R05", "event_se_cl", term)
    effects, block = fit.coefficients[:4], factor * covariance[:4, :4]
    wald = effects @ np.linalg.solve(block, effects) / 4
    yield "joint F", wald, expected("R05", "event_joint_wald_F")
    # R's denominator has 228 degrees of freedom; this report takes units less one, 58.
    p = stats.f.sf(wald, 4, expected("R05", "event_joint_wald_df2"))
    yield "joint p", p, expected("R05", "event_joint_wald_p")

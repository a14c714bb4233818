"""Poisson regression as statsmodels fits it, and our covariances of it, against R.

Other models start from such a regression. Its covariances come from the same code as those
of the primary model; what statsmodels gives for HC1, HC2 and HC3 is HC0 in disguise.
"""

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy import stats

from analysis.models.primary.conditional import ConditionalFit
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df
from tests.validation.cases import case, expected, table

SHIPS = "damage to ships (McCullagh & Nelder 1989)"
LOOMS = "breaks of yarn (Tippett 1950)"
VISITS = "epileptic seizures by visit (Thall & Vail 1990)"
SANDWICH = "R glm and sandwich; Stata manual, xtpoisson"


@dataclass(frozen=True)
class Regression:
    """Counts, a design with the name of each column, log exposure and clusters."""

    terms: tuple[str, ...]
    design: np.ndarray
    events: np.ndarray
    offset: np.ndarray
    clusters: np.ndarray

    def poisson(self):
        model = sm.GLM(self.events, self.design, sm.families.Poisson(), offset=self.offset)
        return model.fit(tol=1e-14, maxiter=100)

    def as_fit(self, *, clustered):
        """Return the regression in the form that covariances are computed from."""
        fitted = self.poisson()
        root = np.sqrt(fitted.mu)
        design = self.design * root[:, np.newaxis]
        rows = np.arange(len(root))
        return ConditionalFit(
            fitted.params,
            np.linalg.inv(design.T @ design),
            design,
            (self.events - fitted.mu) / root,
            self.clusters if clustered else rows,
            rows >= 0,
        )

    def errors(self, kind, *, clustered=False):
        return np.sqrt(np.diag(cluster_covariance(self.as_fit(clustered=clustered), kind)))

    def each(self, group, quantity, found):
        """Give each coefficient's number beside R's."""
        for term, got in zip(self.terms, found, strict=True):
            yield f"{quantity} {term}", got, expected(group, quantity, term)


def dummies(column):
    """Return names and columns of every level but the first."""
    levels = sorted(set(column))[1:]
    return [f"{column.name}{level}" for level in levels], [column == level for level in levels]


def ships():
    rows = table("ships").astype({"year": str, "period": str})
    rows = rows.loc[rows["service"] > 0]
    names, columns = ["(Intercept)"], [np.ones(len(rows))]
    for factor in ("type", "year", "period"):
        more, chosen = dummies(rows[factor])
        names += more
        columns += chosen
    return Regression(
        tuple(names),
        np.column_stack(columns).astype(float),
        rows["incidents"].to_numpy(float),
        np.log(rows["service"].to_numpy(float)),
        np.unique(rows["type"], return_inverse=True)[1],
    )


def looms():
    rows = table("warpbreaks")
    b, m, h = rows["wool"] == "B", rows["tension"] == "M", rows["tension"] == "H"
    return Regression(
        ("(Intercept)", "woolB", "tensionM", "tensionH", "woolB:tensionM", "woolB:tensionH"),
        np.column_stack([np.ones(len(rows)), b, m, h, b & m, b & h]).astype(float),
        rows["breaks"].to_numpy(float),
        np.zeros(len(rows)),
        np.arange(len(rows)),
    )


def visits():
    rows = table("epil_panel").sort_values(["id", "visit"])
    post, treated = rows["post"].to_numpy(float), rows["trt"].to_numpy(float)
    return Regression(
        ("(Intercept)", "post", "trt", "post:trt"),
        np.column_stack([np.ones(len(rows)), post, treated, post * treated]),
        rows["y"].to_numpy(float),
        np.log(rows["weeks"].to_numpy(float)),
        np.unique(rows["id"], return_inverse=True)[1],
    )


@case("Poisson regression with exposure (statsmodels)", SANDWICH, SHIPS, 1e-9)
def ships_regression():
    data, fit = ships(), ships().poisson()
    yield from data.each("R01", "coef", fit.params)
    yield from data.each("R01", "se_model", fit.bse)
    for year, ratio in zip(data.terms[5:], np.exp(fit.params[5:]), strict=True):
        yield f"rate ratio {year}", ratio, expected("R01", "irr", year)
    yield "log-likelihood", fit.llf, expected("R01", "loglik")
    yield "deviance", fit.deviance, expected("R01", "deviance")
    yield "Pearson", fit.pearson_chi2, expected("R01", "pearson_X2")


@case("Units conditioned out: likelihood at that maximum", SANDWICH, SHIPS, 1e-9)
def ships_conditional_likelihood():
    """Given a type's total, its incidents are multinomial with the shares just fitted."""
    data = ships()
    fitted = data.poisson().mu
    found = 0.0
    for own in (data.clusters == each for each in range(5)):
        events = data.events[own]
        found += stats.multinomial.logpmf(events, events.sum(), fitted[own] / fitted[own].sum())
    yield "log-likelihood", found, expected("R01", "cond_loglik")


@case("Our HC0, HC1, HC2, HC3 of a Poisson regression", SANDWICH, SHIPS, 1e-9)
def ships_errors():
    data = ships()
    n, k = data.design.shape
    yield from data.each("R01", "se_HC0", data.errors("CR0"))
    yield from data.each("R01", "se_HC1", data.errors("CR0") * np.sqrt(n / (n - k)))
    yield from data.each("R01", "se_HC2", data.errors("CR2"))
    yield from data.each("R01", "se_HC3", data.errors("CR3"))


@case("Our clustered errors of a Poisson regression, five clusters", SANDWICH, SHIPS, 1e-9)
def ships_clustered():
    data = ships()
    n, k = data.design.shape
    clustered = data.errors("CR1", clustered=True)
    yield from data.each("R01", "se_cl_type_HC0", clustered)
    yield from data.each("R01", "se_cl_type_HC1", clustered * np.sqrt((n - 1) / (n - k)))


@case("Poisson regression and its dispersion (statsmodels)", "R glm, quasipoisson", LOOMS, 1e-9)
def looms_regression():
    data, fit = looms(), looms().poisson()
    dispersion = fit.pearson_chi2 / fit.df_resid
    yield from data.each("R03", "coef", fit.params)
    yield from data.each("R03", "se_model", fit.bse)
    yield from data.each("R03", "se_quasi", fit.bse * np.sqrt(dispersion))
    yield "dispersion", dispersion, expected("R03", "dispersion_pearson")


@case("Regression before and after, and independence GEE", "R glm and geepack", VISITS, 1e-8)
def visits_regression():
    data, fit = visits(), visits().poisson()
    yield from data.each("R05", "coef", fit.params)
    yield from data.each("R05", "se_model", fit.bse)
    yield from data.each("R05", "gee_independence_coef", fit.params)
    yield from data.each("R05", "gee_independence_se", data.errors("CR0", clustered=True))
    scale = fit.pearson_chi2 / len(data.events)
    yield "scale", scale, expected("R05", "gee_independence_scale")


@case("Our errors where a unit has several rows", "R sandwich and clubSandwich 0.5.8", VISITS)
def visits_errors():
    """clubSandwich differentiates numerically and is itself right to some 1e-8."""
    data = visits()
    n, k = data.design.shape
    rows = np.sqrt((n - 1) / (n - k))
    plain, times = data.errors("CR0"), data.errors("CR1", clustered=True)
    clustered = data.errors("CR0", clustered=True)
    yield from data.each("R05", "se_HC0", plain)
    yield from data.each("R05", "se_HC1", plain * np.sqrt(n / (n - k)))
    yield from data.each("R05", "se_HC2", data.errors("CR2"))
    yield from data.each("R05", "se_HC3", data.errors("CR3"))
    yield from data.each("R05", "se_cl_HC0", times)
    yield from data.each("R05", "se_cl_HC0_noadj", clustered)
    yield from data.each("R05", "se_cl_HC1", times * rows)
    yield from data.each("R05", "se_cl_HC1_noadj", clustered * rows)
    yield from data.each("R05", "se_CR0", clustered)
    yield from data.each("R05", "se_CR1", times)
    yield from data.each("R05", "se_CR1S", times * rows)
    yield from data.each("R05", "se_CR2", data.errors("CR2", clustered=True))
    yield from data.each("R05", "se_CR3", data.errors("CR3", clustered=True))


@case("Satterthwaite's degrees of freedom, several rows a unit", "R clubSandwich 0.5.8", VISITS)
def visits_degrees_of_freedom():
    data = visits()
    fit = data.as_fit(clustered=True)
    df = np.array([satterthwaite_df(fit, contrast) for contrast in np.eye(4)])
    t = np.abs(fit.coefficients) / data.errors("CR2", clustered=True)
    yield from data.each("R05", "df_satt_CR2", df)
    yield from data.each("R05", "p_satt_CR2", 2 * stats.t.sf(t, df))

"""Closed forms, randomisation tests and bootstrap against R."""

import numpy as np

from analysis.models.inference.assignments import Assignments
from analysis.models.inference.methods import jackknife_variance
from analysis.models.inference.randomisation import randomisation_test
from analysis.models.inference.wild_bootstrap import _signs, wild_bootstrap_test
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.primary.closed_form import closed_form
from tests.validation.cases import case, expected, table
from tests.validation.cases_conditional import CLUBSANDWICH, EPIL, epil_schools

BASE_R = "R base, every assignment enumerated"


def matched_patients(name):
    """Patients in matched sets, as schools."""
    patients = table(name)
    return epil_schools(patients=patients.assign(matched_set=patients["set"].astype(str)))


def ten_patients():
    """The first ten patients, visits after added up."""
    panel = table("epil_g10")
    totals = panel.pivot_table(index=["id", "trt"], columns="post", values="y", aggfunc="sum")
    totals = totals.rename(columns={0: "y.0", 1: "y.1"}).reset_index()
    return epil_schools(patients=totals.assign(matched_set="all"))


@case("Closed form: ratio, CR0, CR1, CR2, CR3, degrees of freedom", CLUBSANDWICH, EPIL, 1e-9)
def closed_form_errors():
    schools = epil_schools()
    fit = closed_form(
        schools["events_before"].to_numpy(float),
        schools["events_after"].to_numpy(float),
        schools["treated"].to_numpy(),
    )
    yield "theta", fit.log_ratio, expected("R05", "twfe_closed_form", "trt:post")
    yield "CR0", np.sqrt(fit.cr0), expected("R05", "twfe_closed_form_se_CR0", "trt:post")
    for kind in ("CR1", "CR2", "CR3"):
        error = np.sqrt(getattr(fit, kind.lower()))
        yield kind, error, expected("R05b", f"se_{kind}", "trt")
    yield "df", fit.df, expected("R05b", "df_satt_CR2", "trt")


@case("Jackknife over units, both forms", "R glm refitted without each unit", EPIL, 1e-9)
def jackknife():
    schools = epil_schools().assign(matched_set="all")
    reference = expected("R05", "twfe_se_jackknife_CV3", "trt:post")
    closed = closed_form(
        schools["events_before"].to_numpy(float),
        schools["events_after"].to_numpy(float),
        schools["treated"].to_numpy(),
    )
    yield "closed form", np.sqrt(closed.jackknife), reference
    yield "refitted", np.sqrt(jackknife_variance(SchoolCounts.of(schools))[0]), reference


@case("Exact randomisation test, 8 pairs", BASE_R, EPIL, 1e-12)
def pairs():
    test = randomisation_test(matched_patients("epil_pairs8"), seed=1)
    yield "theta", test.log_ratio, expected("R10", "pairs8_logRR")
    yield "assignments", test.assignments, expected("R10", "pairs8_n_perm")
    yield "p, studentised", test.p_value, expected("R10", "pairs8_p_two_t")
    yield "p, coefficient", test.p_coefficient, expected("R10", "pairs8_p_two_beta")
    yield "p, lower", test.p_lower, expected("R10", "pairs8_p_lower_beta")


@case("Exact randomisation test, 6 sets of 3", BASE_R, EPIL, 1e-12)
def triples():
    test = randomisation_test(matched_patients("epil_triples6"), seed=1)
    yield "theta", test.log_ratio, expected("R10", "triples6_logRR")
    yield "assignments", test.assignments, expected("R10", "triples6_n_perm")
    yield "p, coefficient", test.p_coefficient, expected("R10", "triples6_p_two_beta")
    yield "p, lower", test.p_lower, expected("R10", "triples6_p_lower_beta")


@case(
    "Every pattern of signs, and every choice of 4 from 8",
    "Fisher (1935), sections 5 and 21",
    "Darwin's 15 pairs of maize; eight cups of tea",
    1e-12,
)
def enumeration():
    differences = table("darwin_zea_mays")["diff"].to_numpy(float)
    sums = _signs(15, range(2**14)) @ differences
    as_large = (sums >= 314).sum() + (-sums >= 314).sum()
    yield "maize, patterns", as_large, expected("R10", "darwin_n_ge")
    yield "maize, p", as_large / 2**15, expected("R10", "darwin_p_one")
    yield "maize, two-sided p", as_large / 2**14, expected("R10", "darwin_p_two")
    cups = Assignments(np.arange(8) < 4, np.zeros(8, dtype=int))
    yield "tea, p", 1 / cups.possible, expected("R10", "tea_p_one")


@case("Score wild bootstrap, all 1,024 patterns", "R base, enumerated", EPIL, 1e-9)
def score_bootstrap():
    test = wild_bootstrap_test(ten_patients(), seed=1)
    yield "statistic", test.statistic, expected("R17", "score_stat")
    yield "p", test.p_value, expected("R17", "score_wild_p_two")
    yield "patterns", test.draws, 2**10

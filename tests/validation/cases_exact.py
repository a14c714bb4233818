"""Exact conditional ratios and simple power against R."""

import numpy as np
from scipy import stats

from analysis.models.design.detectable import log_ratio_variance
from analysis.models.design.simulation import SchoolDesign
from analysis.models.design.trial import hayes_bennett_clusters, zhu_lakkis_size
from analysis.models.primary.exact import exact_ratio
from tests.validation.cases import case, expected


@case("Exact conditional ratio", "R fisher.test (prints 6.408309)", "eight cups of tea", 1e-4)
def tea():
    found = exact_ratio((1, 3, 3, 1))
    yield "odds ratio", found.ratio, expected("R10", "tea31_cond_OR")
    yield "p", found.p_value, expected("R10", "tea31_p_two")


@case("Power of a difference of differences", "R, delta method", "80 events a cell", 1e-9)
def did_power():
    design = SchoolDesign.balanced(1, 80.0)
    for ratio in (0.8, 0.7, 0.6):
        error = np.sqrt(log_ratio_variance(design, ratio))
        shift, critical = -np.log(ratio) / error, stats.norm.ppf(0.975)
        power = stats.norm.cdf(shift - critical) + stats.norm.cdf(-shift - critical)
        yield f"ratio {ratio}", power, expected("R13", "did_wald_approx", f"rr{ratio}_m80")


@case("Clusters and schools that a trial needs", "R, formulas evaluated", "two designs", 1e-9)
def trial_sizes():
    clusters = hayes_bennett_clusters(0.0148, 0.0104, 424, 0.29)
    yield "Hayes and Bennett", clusters, expected("R13", "hayes_bennett", "c_unmatched")
    schools = zhu_lakkis_size(2.0, 0.7, 0.5)
    yield "Zhu and Lakkis", schools, expected("R13", "zhu_lakkis_n", "rr0.7_mu2_k0.5")

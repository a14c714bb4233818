"""Exact conditional ratios and simple power against R."""

from analysis.models.exact import exact_ratio
from tests.validation.cases import case, expected


@case("Exact conditional ratio", "R fisher.test (prints 6.408309)", "eight cups of tea", 1e-4)
def tea():
    found = exact_ratio((1, 3, 3, 1))
    yield "odds ratio", found.ratio, expected("R10", "tea31_cond_OR")
    yield "p", found.p_value, expected("R10", "tea31_p_two")

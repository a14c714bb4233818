"""Summaries of several studies, and p-values for several tests, against R."""

from analysis.models.inference.multiplicity import METHODS, adjusted_p_values
from analysis.models.pooling.estimates import summarise
from tests.validation.cases import case, expected, table

BCG = "BCG vaccine, 13 trials and three sets of 3 (Colditz 1994)"
METAFOR = "R metafor 3.8-1"
SUBSETS = {"all": range(13), "first3": (0, 1, 2), "het3": (3, 4, 5), "mix3": (0, 6, 12)}
SHORT = {"DerSimonian-Laird": "DL", "Paule-Mandel": "PM", "fixed": "FE"}
TESTS = {"normal": ("", "pi_z"), "Hartung-Knapp": ("hksj_", "pi_hksj"),
         "modified Hartung-Knapp": ("mhk_", "")}  # fmt: skip


def trials(subset):
    """Return log risk ratios and variances of a set of trials."""
    rows = table("bcg").iloc[list(SUBSETS[subset])]
    return rows["yi"].to_numpy(), rows["vi"].to_numpy()


def compared(subset, heterogeneity):
    """Compare every quantity that R prints for one subset and one heterogeneity."""
    prefix = f"{subset}_{SHORT[heterogeneity]}"
    for test, (middle, prediction) in TESTS.items():
        if heterogeneity == "fixed" and test.startswith("modified"):
            continue
        found = summarise(*trials(subset), heterogeneity, test)
        error = expected("R11", f"{prefix}_{middle}se")
        yield f"{prefix} {test} error", found.standard_error, error
        low, high = (expected("R11", f"{prefix}_{middle}ci", end) for end in ("lo", "hi"))
        yield f"{prefix} {test} low", found.low, low
        yield f"{prefix} {test} high", found.high, high
        if test == "Hartung-Knapp":
            yield f"{prefix} p", found.p_value, expected("R11", f"{prefix}_hksj_p")
        if test == "normal":
            yield f"{prefix} estimate", found.log_ratio, expected("R11", f"{prefix}_est")
            yield f"{prefix} tau2", found.tau2, expected("R11", f"{prefix}_tau2")
            yield f"{prefix} Q", found.q, expected("R11", f"{prefix}_Q")
            yield f"{prefix} I2", found.i2, expected("R11", f"{prefix}_I2")
        if prediction and heterogeneity != "fixed":
            low, high = (expected("R11", f"{prefix}_{prediction}", end) for end in ("lo", "hi"))
            yield f"{prefix} {test} prediction low", found.prediction_low, low
            yield f"{prefix} {test} prediction high", found.prediction_high, high


@case("Fixed effect, DerSimonian-Laird: estimate, Q, I2, intervals", METAFOR, BCG, 1e-9)
def closed_summaries():
    for subset in SUBSETS:
        yield from compared(subset, "fixed")
        yield from compared(subset, "DerSimonian-Laird")


@case("Paule-Mandel with Hartung-Knapp, modified, prediction interval", METAFOR, BCG, 1e-9)
def paule_mandel():
    for subset in SUBSETS:
        yield from compared(subset, "Paule-Mandel")


@case("Holm, Benjamini and Hochberg", "R stats::p.adjust", "nine p-values", 1e-12)
def adjusted():
    r_names = dict(zip(METHODS, ("holm", "BH"), strict=True))
    p_values = table("pvals9")["p"].to_numpy()
    for method, r_name in r_names.items():
        for place, got in enumerate(adjusted_p_values(p_values, method), start=1):
            yield f"{method} {place}", got, expected("R14", r_name, str(place))

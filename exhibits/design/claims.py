"""Claims on the design and its checks, each with its rule."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts.exhibit import Claim
from analysis.exhibits.parts.rules import Least, Most, judge
from analysis.extract.extract import Origin
from analysis.study.settings import Outcome

FIFTH = 0.8
"""The ratio that stands for a fall by a fifth, which a service would welcome."""
AS_PUBLISHED = "published-directions"
"""The scenario of the stand-in that was drawn to agree with what was published."""
CLOSURE = "2020-03"
"""Schools in England closed to most pupils in this month."""


# --- which data, and which schools are compared ----------------------------------------------


def data_are_invented(origin: Origin) -> Claim:
    """Claim that the register of invented files lists files of this extract."""
    return Claim(
        "This edition uses invented records; no real record has been seen.",
        "the register of invented files lists files of the extract",
        origin.kind == "invented",
        f"an extract that is {origin.kind}",
        ("calibration_check",),
    )


def directions_are_built_in(origin: Origin) -> Claim:
    """Claim that the invented files were drawn to show the published directions."""
    drawn = ", ".join(origin.scenarios) or "none"
    return Claim(
        "Effects in the published directions were built into them, and made large so that a single "
        "draw could show them.",
        f"the invented files are those of the scenario {AS_PUBLISHED} alone",
        origin.kind == "invented" and origin.scenarios == (AS_PUBLISHED,),
        f"files of these scenarios: {drawn}",
        ("calibration_check",),
    )


def each_school_has_a_comparison(schools: pd.DataFrame) -> Claim:
    """Claim that every intervention school has a comparison school of its authority and phase."""
    keys = ["matched_set", "pilot", "phase"]
    by_arm = {str(arm): group for arm, group in schools.groupby("arm")}
    treated, others = by_arm["intervention"], by_arm["comparison"]
    pairs = treated.merge(others[keys].drop_duplicates().dropna(), on=keys, how="left",
                          indicator="found")  # fmt: skip
    shares = 100 * (pairs["found"] == "both").groupby(pairs["pilot"]).mean()
    return judge(
        "Each school with a social worker is compared with a school of the same phase in the "
        "same authority.",
        Least("schools with a social worker that have such a comparison", 100, "%"),
        _by_name(shares),
        ("school_flow",),
    )


def fewer_areas_than_schools(units_of_assignment: pd.DataFrame) -> Claim:
    """Claim that there are fewer units of assignment if areas were assigned."""
    units = units_of_assignment.pivot_table(
        index="pilot", columns="assignment_unit", values="units_intervention"
    )
    return judge(
        "Every pilot has fewer areas than schools.",
        Least("schools with a social worker less their areas", 1),
        _by_name(units["school_id"] - units["area"]),
        ("assignment",),
    )


# --- what could be seen ----------------------------------------------------------------------


def only_large_falls_seen(detectable_effects: pd.DataFrame, outcomes: tuple[Outcome, ...]) -> Claim:
    """Claim that no pilot would reliably detect a fall of under half in the primary outcome."""
    own = detectable_effects.loc[detectable_effects["outcome"] == outcomes[0].name]
    # Where no fall is detectable, not even a fall to zero is.
    unseen = (own["status"] == "estimated") & own["fall_percent"].isna()
    falls = own.assign(fall_percent=own["fall_percent"].mask(unseen, 100)).set_index("pilot")
    return judge(
        "No pilot could reliably detect a fall in section 47 enquiries of less than half (80% "
        "power, by school, unadjusted); this report's own rule needs a larger one.",
        Least("smallest fall seen with 80% power", 50, "%"),
        _by_name(falls["fall_percent"]),
        ("detectable", "detectable_falls"),
    )


def significant_falls_mislead(exaggeration_risk: pd.DataFrame) -> Claim:
    """Claim that a significant result would exaggerate a true fall of a fifth."""
    chosen = exaggeration_risk.loc[exaggeration_risk["true_ratio"] == FIFTH]
    return judge(
        "If the true effect were a fall of a fifth, a significant result would on average "
        "overstate it at least twofold.",
        Least("mean size of significant log ratios, as a multiple of the true one,", 2),
        _by_name(chosen.set_index("pilot")["exaggeration"]),
        ("exaggeration_table",),
    )


def trends_go_unnoticed(trend_detection: pd.DataFrame) -> Claim:
    """Claim that tests before the start would mostly miss a trend imitating a fall by a fifth."""
    fakes = trend_detection.loc[trend_detection["faked_ratio"] == FIFTH].set_index("pilot")
    noticed = 100 * fakes[["power_joint", "power_slope"]].max(axis=1)
    return judge(
        "In each pilot a trend that imitates a fall of a fifth is more likely to be missed than "
        "noticed, so a test before the start that finds nothing offers little reassurance.",
        Most("chance that the better test notices a trend that fakes a ratio of 0.8", 49, "%"),
        _by_name(noticed),
        ("trend_detection_table",),
    )


def selection_misleads(selection_effects: pd.DataFrame) -> Claim:
    """Claim that selection and matching alone can look like either success or harm."""
    ratios = selection_effects.set_index(["chosen", "matched"])["ratio"]
    beyond = {
        "fall, chosen for the highest counts": 1 - ratios["highest counts", "none"],
        "rise, chosen by need and matched": ratios["greatest need", "count of one year"] - 1,
    }
    return judge(
        "Choosing schools for their high counts can look like success, and choosing schools in "
        "need and matching them on a year's count like harm, although nothing has an effect.",
        Least("mean ratio below or above 1 by", 10, "%"),
        {name: 100 * float(value) for name, value in beyond.items()},
        ("regression_to_mean",),
    )


# --- what the checks found -------------------------------------------------------------------


def terms_before_are_uncertain(event_study_estimates: pd.DataFrame) -> Claim:
    """Claim that no pilot's estimates for terms before the start are precise enough to compare."""
    before = event_study_estimates["last_month"] < 0
    found = event_study_estimates.loc[before & ~event_study_estimates["reference"].astype(bool)]
    found = found.loc[found["status"] == "estimated"].set_index("pilot")
    spans = (found["ratio_high"] / found["ratio_low"]).groupby(level=0).median()
    return judge(
        "In each pilot at least half of the intervals before the start span a doubling of the "
        "ratio or more.",
        Least("median of upper over lower limit before the start", 2, " times"),
        _by_name(spans),
        ("event_study_plot",),
    )


def as_many_zeros_as_expected(floor_checks: pd.DataFrame) -> Claim:
    """Claim that there are as many months without an event as a count model expects."""
    counted = floor_checks.loc[floor_checks["share_zero_negative_binomial"].notna()]
    apart = (counted["share_zero"] - counted["share_zero_negative_binomial"]).abs()
    largest = 100 * apart.groupby(counted["pilot"]).max()
    return judge(
        "In every pilot they are about as frequent as a model of counts expects, and call for "
        "no special model.",
        Most(
            "months without an event compared with those expected, largest difference", 5, " points"
        ),
        _by_name(largest),
        ("floor_table",),
    )


def months_end_before_closure(calendar_months: pd.DataFrame) -> Claim:
    """Claim that no month that is compared falls within the closure of schools."""
    last = str(calendar_months["after"].max())
    return Claim(
        "The last month compared ended before schools closed in March 2020.",
        f"last month compared before {CLOSURE}",
        last < CLOSURE,
        last,
        ("calendar_table",),
    )


def _by_name(found: pd.Series) -> dict[str, float]:
    return {str(name): float(value) for name, value in found.items()}

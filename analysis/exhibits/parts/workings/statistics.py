"""How test results, simulations and formulas were worked out, in everyday words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analysis.exhibits.parts import words
from analysis.exhibits.parts.workings.working import Working

if TYPE_CHECKING:
    from analysis.exhibits.parts.rows import Judgement
    from analysis.practice.evidence import Agreement
    from analysis.study.terms import Terms

_EITHER_WAY = "results at least this far from no effect, in either direction"


def p_value_working(found: Judgement, terms: Terms) -> Working:
    """Return how the p-values of one result were worked out, by school and, if any, by area."""
    family = f"{found.in_family:.0f}"
    areas = (
        "Areas exchanged between the groups in every possible way: "
        f"{words.p_value(found.p_permuted_area)}; with so few areas this test can never give "
        f"less than {words.p_value(found.smallest_p_area)}"
    )
    return Working(
        f"for each p-value: {_EITHER_WAY}",
        f"all results that could arise if the {terms.site} changed nothing: a share from 0 to 1",
        (
            f"Schools as the unit: {words.p_value(found.adjusted_school)}, raised to allow for "
            f"{family} comparisons",
            f"Areas as the unit: {words.p_value(found.adjusted_area)}, raised in the same way",
            areas,
        ),
    )


def all_at_once_working(printed: str, comparisons: int) -> Working:
    """Return how a p-value adjusted for every comparison was worked out."""
    return Working(
        "ways of exchanging schools between the groups in which the most striking of all "
        "comparisons is at least as striking as this one",
        "all ways that were tried",
        (f"A share of {printed}, counted over {comparisons} comparisons at once",),
    )


def kappa_working(found: Agreement, printed: str) -> Working:
    """Return how Cohen's kappa was worked out.

    Examples
    --------
    >>> from analysis.practice.evidence import Agreement
    >>> kappa_working(Agreement(4, 0.75, 0.5), "0.50").sums
    ('(0.750 − 0.500) ÷ (1 − 0.500) = 0.50',)
    """
    chance = (found.agreed - found.kappa) / (1 - found.kappa) if found.kappa < 1 else 0.0
    told = f"{chance:.3f}"
    return Working(
        f"share of {words.count(found.items)} items on which both coders agree, less the share "
        "on which they would agree by chance",
        "one, less the share on which they would agree by chance",
        (f"({found.agreed:.3f} − {told}) ÷ (1 − {told}) = {printed}",),
    )


def share_of_draws(share: float, draws: int, printed: str) -> Working:
    """Return how a share of simulated studies was worked out.

    Examples
    --------
    >>> share_of_draws(0.52, 200, "52.0%").sums
    ('52.0% of 200 simulated studies is about 104 of them',)
    """
    return Working(
        "simulated studies in which it happened",
        f"all simulated studies: {words.count(draws)}",
        (
            f"{printed} of {words.count(draws)} simulated studies is about "
            f"{words.count(share * draws)} of them",
        ),
    )


def simulated_ratio(printed: str, how: str) -> Working:
    """Return how a ratio was worked out in a simulation where nothing has an effect."""
    return Working(
        f"{how}: their rate after, divided by their rate before",
        "the same rate after, divided by the rate before, in schools not chosen",
        (f"Nothing has an effect in the simulation, yet the result is {printed} instead of 1.00",),
    )


def error_working(printed: str, how: str) -> Working:
    """Return how the standard error of a trial was worked out."""
    return Working(how, "none: it measures spread on the logarithmic scale", (printed,))


def detectable_working(error: float, printed: str) -> Working:
    """Return how the fall that a trial can detect follows from its standard error.

    Examples
    --------
    >>> detectable_working(0.0509, "13.3%").sums
    ('1 − exp(−(1.96 + 0.84) × 0.051) = 13.3%',)
    """
    return Working(
        "the standard error, multiplied by 1.96 for the significance level and 0.84 for the power",
        "none: the result is turned from the logarithmic scale into a percentage",
        (f"1 − exp(−(1.96 + 0.84) × {error:.3f}) = {printed}",),
    )


_RANGE = "none: it is an end of a range"
_NOTHING = "none: nothing is divided"
# The words of the study are filled in.
_MEASURES: tuple[tuple[str, str, str], ...] = (
    (
        r"(upper|lower|highest|lowest) (limit|end)|interval|end of (those|its)|limit of",
        "the estimate, moved as far as the data allow at the stated level",
        _RANGE,
    ),
    (
        r"p-value",
        "results at least as far from no effect as this one",
        "all results that could arise if nothing had an effect",
    ),
    (
        r"[Ss]mallest fall",
        "1, less the smallest ratio that would be detected, times 100",
        _NOTHING,
    ),
    (
        r"for every 100 expected",
        "events recorded in {treated}",
        "events to be expected there if they had changed as {untreated} did, in hundreds",
    ),
    (
        r"per 100 pupils",
        "the total of the row",
        "pupils on roll, in hundreds",
    ),
    (
        r"per [0-9,]+ pupils",
        "events, or days in care",
        "pupils on roll, added up over the months, in thousands",
    ),
    (
        r"standardised|standard deviations",
        "the difference between the means of both groups",
        "the standard deviation of schools",
    ),
    (r"standard error|standard deviation", "the spread of the estimate", _NOTHING),
    (
        r"[Rr]atio of rate ratios; of rates in the trial",
        "{sites}: in {treated}, the rate after, divided by the rate before; "
        "trial: the rate in {treated}",
        "{sites}: in {untreated}, the rate after, divided by the rate before; "
        "trial: the rate in {without_one}",
    ),
    (
        r"[Rr]atio of rates",
        "the rate in {treated}",
        "the rate in {without_one}",
    ),
    (
        r"\b[Rr]atio",
        "in {treated}: the rate after, divided by the rate before",
        "in {untreated}: the rate after, divided by the rate before",
    ),
    (
        r"\b([Pp]ower|[Cc]hance|[Cc]overage|[Aa]ssurance)\b",
        "studies, simulated or by formula, in which it happens",
        "all such studies",
    ),
    (r"[Ss]tandardi[sz]ed", "the difference", "the standard deviation"),
)
_SHARE = re.compile(r"[Ss]hare of (?P<whole>[^,;(]+)|(?P<percent>[Pp]er cent of [^,;(]+)")
_MEAN = re.compile(r"\b[Mm]ean\b|\ba (?:week|month)\b|\bper (?P<over>school|worker|pupil|month)\b")


def measure(meaning: str, terms: Terms) -> Working:
    """Return the numerator and denominator of a column, from its description.

    Examples
    --------
    >>> from analysis.study.terms import Terms
    >>> terms = Terms("trial", "trials", "Town", "a nurse", "all", "Schools with a nurse",
    ...               "Other schools", "Nurse", "Other")
    >>> measure("Events or days per 1,000 pupils a month", terms).denominator
    'pupils on roll, added up over the months, in thousands'
    >>> measure("Ratio of rates", terms).denominator
    'the rate in other schools'
    >>> measure("Share of the trial's hours, per cent", terms)
    Working(numerator='the part that the row names', denominator="the trial's hours", \
sums=(), where='')
    >>> measure("Schools, number", terms)
    Working(numerator='schools, number', denominator='none: nothing is divided', sums=(), where='')
    """
    for form, numerator, denominator in _MEASURES:
        if re.search(form, meaning):
            said = {"treated": terms.in_treated, "untreated": terms.in_untreated,
                    "without_one": terms.without_one, "sites": terms.sites}  # fmt: skip
            return Working(numerator.format(**said), denominator.format(**said))
    if share := _SHARE.search(meaning):
        whole = share["whole"] or share["percent"].partition(" of ")[2]
        return Working("the part that the row names", whole.strip())
    if mean := _MEAN.search(meaning):
        over = f"{mean['over']}s" if mean["over"] else "units that the total is over"
        return Working("the total of the row", f"the number of {over}")
    return Working(meaning[:1].lower() + meaning[1:], _NOTHING)

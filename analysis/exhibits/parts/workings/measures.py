"""Numerators and denominators of the columns of figures and tables, by their descriptions."""

from __future__ import annotations

import re

from analysis.exhibits.parts.workings.working import Working

_RANGE = "none: it is an end of a range"
_NOTHING = "none: nothing is divided"
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
        "events recorded in schools with a social worker",
        "events to be expected there if they had changed as comparison schools did, in hundreds",
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
        "pilots: in schools with a social worker, the rate after, divided by the rate before; "
        "trial: the rate in schools with a social worker",
        "pilots: in comparison schools, the rate after, divided by the rate before; "
        "trial: the rate in schools without one",
    ),
    (
        r"[Rr]atio of rates",
        "the rate in schools with a social worker",
        "the rate in schools without one",
    ),
    (
        r"\b[Rr]atio",
        "in schools with a social worker: the rate after, divided by the rate before",
        "in comparison schools: the rate after, divided by the rate before",
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


def measure(meaning: str) -> Working:
    """Return the numerator and denominator of a column, from its description.

    Examples
    --------
    >>> measure("Events or days per 1,000 pupils a month").denominator
    'pupils on roll, added up over the months, in thousands'
    >>> measure("Share of the pilot's hours, per cent")
    Working(numerator='the part that the row names', denominator="the pilot's hours", \
sums=(), where='')
    >>> measure("Schools, number")
    Working(numerator='schools, number', denominator='none: nothing is divided', sums=(), where='')
    """
    for form, numerator, denominator in _MEASURES:
        if re.search(form, meaning):
            return Working(numerator, denominator)
    if share := _SHARE.search(meaning):
        whole = share["whole"] or share["percent"].partition(" of ")[2]
        return Working("the part that the row names", whole.strip())
    if mean := _MEAN.search(meaning):
        over = f"{mean['over']}s" if mean["over"] else "units that the total is over"
        return Working("the total of the row", f"the number of {over}")
    return Working(meaning[:1].lower() + meaning[1:], _NOTHING)

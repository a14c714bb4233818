"""Variations of a specification: sensitivity analyses, placebos and specification curves."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

from analysis.models.inputs.specification import EventMonths, Exclusion, Specification

if TYPE_CHECKING:
    from collections.abc import Iterable

TERM = 4
TWELVE = 12


def sensitivity_specifications(
    base: Specification,
    *,
    first_month: int,
    area: str | None = "area",
    phase: str | None = "phase",
    phases: Iterable[str] = ("primary", "secondary", "special"),
) -> tuple[Specification, ...]:
    """Return the sensitivity analyses of the report, with one choice changed at a time.

    Parameters
    ----------
    base
        The main specification.
    first_month
        First month of the panel, counted from the start.
    area, phase
        Columns of areas and of school phases; None where the panel has none.
    phases
        Values of `phase`.

    Returns
    -------
    tuple of Specification
        With the role 'sensitivity', and names that begin with that of `base`.

    Examples
    --------
    >>> base = Specification("s47_main", "s47_enquiries", pilot="Lambeth")
    >>> [each.name for each in sensitivity_specifications(base, first_month=-24)][:3]
    ['s47_main: all months before', 's47_main: without the first month', 's47_main: first half']
    """
    before, after = base.before, base.after
    half = len(after) // 2
    changes: dict[str, dict[str, Any]] = {
        "all months before": {"before": EventMonths(first_month, after.first - 1),
                              "pair_missing_months": False},
        "without the first month": {"before": EventMonths(before.first + 1, before.last),
                                    "after": EventMonths(after.first + 1, after.last)},
        "first half": {"before": EventMonths(before.first, before.first + half - 1),
                       "after": EventMonths(after.first, after.first + half - 1)},
        "second half": {"before": EventMonths(before.first + half, before.last),
                        "after": EventMonths(after.first + half, after.last)},
        "counts, not rates": {"exposure": None},
        "like months of missing returns left out": {"pair_missing_months": True},
    }  # fmt: skip
    if area is not None and base.assignment_unit != area:
        changes["areas assigned"] = {"assignment_unit": area}
    if phase is not None:
        known = tuple(phases)
        for one in known:
            others = tuple(each for each in known if each != one)
            changes[f"{one} schools only"] = {"exclusions": (Exclusion(phase, others),)}
            changes[f"without {one} schools"] = {"exclusions": (Exclusion(phase, (one,)),)}
    return tuple(
        replace(base, **change, name=f"{base.name}: {label}", label=label.capitalize(),
                role="sensitivity")
        for label, change in changes.items()
    )  # fmt: skip


def placebo_specifications(base: Specification, *, first_month: int) -> tuple[Specification, ...]:
    """Return specifications with placebo start dates before the start; their true ratio is 1.

    Parameters
    ----------
    base
        The main specification.
    first_month
        First month of the panel, counted from the start. A placebo start date that needs earlier
        months is left out.

    Returns
    -------
    tuple of Specification
        The whole comparison a year earlier, and each term of the year before the start
        against the like term a year earlier.

    Examples
    --------
    >>> base = Specification("s47_main", "s47_enquiries", pilot="Lambeth")
    >>> [each.after for each in placebo_specifications(base, first_month=-24)][:2]
    [EventMonths(first=-12, last=-3), EventMonths(first=-12, last=-9)]
    """
    terms = [EventMonths(start, start + TERM - 1) for start in range(-12, 0, TERM)]
    pretended = {"a year earlier": base.after.shifted(-12 - base.after.first)} | {
        f"term {term.first // TERM} against the like term": term for term in terms
    }
    return tuple(
        replace(base, before=months.shifted(-12), after=months, role="placebo",
                name=f"{base.name}: placebo, {label}", label=f"Placebo: {label}")
        for label, months in pretended.items()
        if months.first - 12 >= first_month and months.last < base.after.first
    )  # fmt: skip


def curve_specifications(
    base: Specification, *, first_month: int, left_out: Iterable[Exclusion] = ()
) -> tuple[Specification, ...]:
    """Return every combination of choices that leaves the estimand unchanged.

    Parameters
    ----------
    base
        The main specification.
    first_month
        First month of the panel, counted from the start.
    left_out
        Groups of schools that could equally be left out, one at a time: types of school that are
        not meant to be compared.

    Returns
    -------
    tuple of Specification
        Months before (like months, all, or the year before), months after (up to two
        left out at either end), exposure, missing returns, and schools left out.

    Examples
    --------
    >>> base = Specification("s47_main", "s47_enquiries", pilot="Lambeth")
    >>> len(curve_specifications(base, first_month=-24))  # 9 x (2 + 1 + 1) x 2
    72
    """
    after = base.after
    afters = [
        EventMonths(after.first + late, after.last - early)
        for late in range(3)
        for early in range(3)
    ]
    befores = {
        "like months": None,
        "all months before": EventMonths(first_month, after.first - 1),
        "the year before": EventMonths(after.first - 12, after.first - 1),
    }
    exposures = (base.exposure, None) if base.exposure else (None,)
    exclusions = ((), *(((each,)) for each in left_out))
    found = []
    for number, (months, before, exposure, paired, excluded) in enumerate(
        product(afters, befores, exposures, (False, True), exclusions)
    ):
        fixed = befores[before]
        if paired and fixed is not None:
            continue
        found.append(
            replace(
                base, after=months, exposure=exposure, pair_missing_months=paired,
                before=fixed or months.shifted(-12),
                exclusions=(*base.exclusions, *excluded), role="sensitivity",
                name=f"{base.name}: curve {number:04d}",
                label=_label(months, after, before, exposure, paired, excluded),
            )
        )  # fmt: skip
    return tuple(found)


def curve_choices(base: Specification, chosen: Specification) -> dict[str, str]:
    """Return the choices made in one specification of a curve, by name of the choice.

    Examples
    --------
    >>> base = Specification("s47_main", "s47_enquiries", pilot="Lambeth")
    >>> curve_choices(base, curve_specifications(base, first_month=-24)[1])["Missing returns"]
    'like months left out too'
    """
    apart = chosen.after.first - chosen.before.first
    like = len(chosen.before) == len(chosen.after) and apart == TWELVE
    year = len(chosen.before) == TWELVE
    return {
        "Months before": "like months" if like else "the year before" if year else "all",
        "Months after": "all" if chosen.after == base.after else "some at either end left out",
        "Counts or rates": "rates" if chosen.exposure else "counts",
        "Missing returns": "like months left out too" if chosen.pair_missing_months else "left out",
        "Schools": "all" if chosen.exclusions == base.exclusions else "without special schools",
    }


def _label(
    months: EventMonths, after: EventMonths, before: str, exposure: str | None, paired: bool,
    excluded: tuple[Exclusion, ...],
) -> str:  # fmt: skip
    """Describe a combination of choices in words."""
    parts = [
        before,
        f"months {months.first} to {months.last}" if months != after else "",
        f"per {exposure}" if exposure else "counts",
        "missing returns paired" if paired else "",
        *(f"without {', '.join(each.values)}" for each in excluded),
    ]
    return "; ".join(part for part in parts if part)

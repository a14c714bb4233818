"""Rows of results as typed objects, ready to be printed or drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.disclosure import WITHHELD
from analysis.exhibits.parts import words
from analysis.models.inference.multiplicity import FAMILIES
from analysis.models.inputs.rate_units import MONTHLY

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    import pandas as pd

    from analysis.study.settings import Outcome

Row = TypeVar("Row")


@dataclass(frozen=True)
class Effect:
    """The estimate of one outcome in one pilot; see `analysis.models.primary.estimates`."""

    pilot: str
    outcome: str
    status: str
    reason: str
    ratio: float
    ratio_low: float
    ratio_high: float
    difference: float
    difference_low: float
    difference_high: float
    per_1000: float
    per_1000_low: float
    per_1000_high: float
    schools: int

    @property
    def estimated(self) -> bool:
        """Whether there is a number to print."""
        return self.status == "estimated"


@dataclass(frozen=True)
class Judgement:
    """Whether a change may be claimed; see `analysis.models.inference.judgement`."""

    pilot: str
    outcome: str
    in_family: float
    adjustment: str
    status: str
    reason: str
    ratio: float
    ratio_low_school: float
    ratio_high_school: float
    adjusted_school: float
    ratio_low_area: float
    ratio_high_area: float
    p_permuted_area: float
    permuted_low_area: float
    permuted_high_area: float
    smallest_p_area: float
    adjusted_area: float
    verdict: str

    @property
    def estimated(self) -> bool:
        """Whether there is a number to print."""
        return self.status == "estimated"


def rows(frame: pd.DataFrame, kind: type[Row]) -> list[Row]:
    """Return each row of a frame as an object, whose fields name the columns it takes."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # a dataclass
    records = frame[names].to_dict("records")
    return [kind(**{str(name): value for name, value in row.items()}) for row in records]


def effects(main_effects: pd.DataFrame, outcome: str) -> tuple[Effect, ...]:
    """Return the main estimates of one outcome, in the pilots' order."""
    return tuple(rows(main_effects.loc[main_effects["outcome"] == outcome], Effect))


def effect(main_effects: pd.DataFrame, outcome: str, pilot: str) -> Effect:
    """Return the main estimate of one outcome in one pilot."""
    found = [each for each in effects(main_effects, outcome) if each.pilot == pilot]
    if len(found) != 1:
        raise ValueError(f"{len(found)} main estimates of {outcome} in {pilot}, expected one")
    return found[0]


def judgements_of_falls(
    change_judgements: pd.DataFrame, published_findings: Iterable[Mapping[str, str]]
) -> list[Judgement]:
    """Return the judgement of each outcome and pilot for which a fall was published."""
    return [
        judgement(change_judgements, each["outcome"], each["pilot"])
        for each in published_findings
        if each["direction"] == "fell"
    ]


def judgements_of(change_judgements: pd.DataFrame, outcome: str) -> tuple[Judgement, ...]:
    """Return the judgements of one outcome, in the pilots' order."""
    return tuple(rows(change_judgements.loc[change_judgements["outcome"] == outcome], Judgement))


def judgement(change_judgements: pd.DataFrame, outcome: str, pilot: str) -> Judgement:
    """Return the judgement of one outcome in one pilot."""
    own = (change_judgements["outcome"] == outcome) & (change_judgements["pilot"] == pilot)
    (found,) = rows(change_judgements.loc[own], Judgement)
    return found


def families(change_judgements: pd.DataFrame) -> dict[str, str]:
    """Return the number of comparisons in each family, by name, as printed in notes."""
    found = change_judgements.groupby("family")["in_family"].max()
    sizes = {name: int(found.get(name, 0)) for name in FAMILIES}
    return {
        name: f"{words.count(size) if size else 'no'} comparison{'s' * (size != 1)}"
        for name, size in sizes.items()
    }


def in_order(frame: pd.DataFrame, **orders: Iterable[Any]) -> pd.DataFrame:
    """Return the rows with listed values in the columns named, in the order of the lists.

    Examples
    --------
    >>> import pandas as pd
    >>> list(in_order(pd.DataFrame({"arm": ["a", "b", "c"]}), arm=["c", "a"])["arm"])
    ['c', 'a']
    """
    places = {name: {value: at for at, value in enumerate(of)} for name, of in orders.items()}
    for name, place in places.items():
        frame = frame.loc[frame[name].isin(place)]
    return frame.sort_values(
        list(places), key=lambda column: column.map(places[str(column.name)]), kind="stable"
    )


def of_outcomes(frame: pd.DataFrame, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return the rows of the outcomes named, in the order given."""
    return in_order(frame, outcome=[outcome.name for outcome in outcomes])


def row_of(table: pd.DataFrame, key: str, value: object) -> dict[str, Any]:
    """Return the only row of a table with a given value in a column, by column name."""
    (row,) = table.loc[table[key] == value].to_dict("records")
    return {str(name): cell for name, cell in row.items()}


COLUMNS = {
    "label": "What is estimated, or with what choice changed",
    "outcome": "Outcome",
    "pilot": "Local authority",
    "method": "Model",
    "status": "Whether it could be estimated",
    "reason": "Why not, if not",
    "same_as": "Which choice above comes to the very same; empty where none does",
    "ratio": "Ratio of rate ratios, intervention against comparison schools",
    "ratio_low": "Lower limit of its 95% interval",
    "ratio_high": "Upper limit of its 95% interval",
    "per_1000": f"Difference in events {MONTHLY.words}",
    "per_1000_low": "Lower limit of its 95% interval",
    "per_1000_high": "Upper limit of its 95% interval",
    "p_value": "Two-sided p-value of no effect",
}
"""The columns of a table of estimates that exhibits show, and their meanings."""


def cell(row: Mapping[Hashable, Any]) -> str:
    """Return an estimate with its interval: a ratio, or a difference in rates."""
    if row["status"] != "estimated":
        return words.no_estimate(str(row["reason"]))
    if isinstance(row.get("same_as"), str) and row["same_as"]:
        return f"as {row['same_as']}"
    for name, printed in (("ratio", words.ratio), ("per_1000", _rate)):
        value, low, high = (row.get(f"{name}{end}", math.nan) for end in ("", "_low", "_high"))
        if not any(map(math.isnan, (value, low, high))):
            return words.interval(value, low, high, printed)
    return "[z]"


def reasons(estimates: pd.DataFrame, named: str) -> str:
    """Return a note on what could not be estimated, and why; empty where everything could.

    Parameters
    ----------
    named
        Column that names each analysis; those with the same reason in one pilot are listed
        together.
    """
    missing = estimates.loc[estimates["status"] != "estimated"]
    return words.not_estimable(
        (", ".join(map(words.inside, dict.fromkeys(group[named]))), str(pilot), str(reason))
        for (pilot, reason), group in missing.groupby(["pilot", "reason"], sort=False)
    )


def none_shown(columns: int) -> tuple[tuple[str, ...]]:
    """Return the only line of a table in which nothing may be shown.

    Examples
    --------
    >>> none_shown(3)
    (('none: withheld to protect small counts, or too few to analyse', '[c]', '[c]'),)
    """
    return ((f"none: {WITHHELD}", *(words.HIDDEN,) * (columns - 1)),)


def limits(row: Mapping[Hashable, Any], name: str = "ratio") -> str:
    """Return the two limits of an interval, with no line break between them."""
    return ends(row[f"{name}_low"], row[f"{name}_high"])


def ends(low: float, high: float) -> str:
    """Return the two limits of an interval of a ratio; "[z]" where one is missing."""
    if math.isnan(low) or math.isnan(high):
        return "[z]"
    printed = (words.limit(low, words.ratio), words.limit(high, words.ratio))
    return f"{printed[0]}{words.NO_BREAK}to{words.NO_BREAK}{printed[1]}"


def _rate(value: float) -> str:
    return words.rate(value, 2)

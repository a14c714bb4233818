"""Specification of an estimate: outcome, pilot, months, exposure and comparison."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from analysis.errors import ConfigurationError

MEASURES = ("events", "days")
ROLES = ("primary", "secondary", "sensitivity", "placebo")
ALL_PILOTS = "all pilots"
FEWEST_CHILDREN = {"events": 0, "days": 10}


def _require(condition: bool, key: str, rule: str, value: object, remedy: str) -> None:
    if not condition:
        raise ConfigurationError(
            f"{rule}; found {value!r}", place=f"Specification.{key}", remedy=remedy
        )


@dataclass(frozen=True)
class EventMonths:
    """A run of months, counted from the month the intervention started (0).

    Attributes
    ----------
    first, last
        First and last month of the run, inclusive.

    Examples
    --------
    >>> len(EventMonths(-12, -3))
    10
    >>> EventMonths(0, 9).shifted(-12)
    EventMonths(first=-12, last=-3)
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        for month in (self.first, self.last):
            _require(month % 1 == 0, "before or after", "months are whole numbers", month,
                     "count them from the start, 0 for the first")  # fmt: skip
        _require(
            self.first <= self.last,
            "before or after",
            "the first month may not lie after the last",
            (self.first, self.last),
            "swap them",
        )

    def __len__(self) -> int:
        return self.last - self.first + 1

    def shifted(self, by: int) -> EventMonths:
        """Return the run of the same length `by` months later."""
        return EventMonths(self.first + by, self.last + by)

    def overlaps(self, other: EventMonths) -> bool:
        """Whether the two runs share a month."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Exclusion:
    """Schools that are excluded: those whose `column` is one of `values`."""

    column: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(bool(self.values), "exclusions", "names no value to leave out", self.column,
                 "name one, or drop the exclusion")  # fmt: skip


@dataclass(frozen=True)
class Specification:
    """One way to estimate one effect, fixed before anything is fitted.

    Attributes
    ----------
    name
        Identifies the specification in a table of estimates.
    outcome
        Value of the panel's column `outcome`.
    pilot
        Value of the panel's column `pilot`; None for all pilots together.
    measure
        'events' or 'days': whether single events or durations are counted.
    label
        Label in the report; by default the name.
    role
        'primary', 'secondary', 'sensitivity' or 'placebo'.
    before, after
        The months compared. By default the ten months from the start and the same
        calendar months a year earlier.
    exposure
        Column whose sum over months is the denominator (pupils give pupil-months); None to compare
        counts per observed month.
    assignment_unit
        Column of the unit of assignment, which is used for clustering and permutation.
    matched_set
        Column within which assignment is permuted; None to permute within strata.
    strata
        Columns whose combinations have separate period effects. Matched sets may not: with few
        events in each, their period effects bias the ratio away from 1 (by 14-37% at one event per
        school and period).
    exclusions
        Schools left out.
    pair_missing_months
        Where a month has no return, also leave out the school's like month of the other period.
    fewest_events
        Fewest events in each arm and period for a model to be fitted.
    fewest_children
        Fewest children behind the events of each arm for a model to be fitted. By
        default 0 for events, and 10 for days, since a few children can account for many days.
    fewest_degrees_of_freedom
        Fewest schools with events beyond the coefficients of the model; 0 for no limit.
    withheld
        Reason why its result may not be shown, whatever it is; empty if it may.
    level
        Confidence level of intervals.
    together
        What all pilots together are called, where `pilot` is None.

    Raises
    ------
    ConfigurationError
        If the parts contradict each other.

    Examples
    --------
    >>> Specification("s47_main", "s47_enquiries", pilot="Lambeth").before
    EventMonths(first=-12, last=-3)
    """

    name: str
    outcome: str
    pilot: str | None = None
    measure: str = "events"
    label: str = ""
    role: str = "primary"
    before: EventMonths = EventMonths(-12, -3)
    after: EventMonths = EventMonths(0, 9)
    exposure: str | None = "pupils"
    assignment_unit: str = "school_id"
    matched_set: str | None = "matched_set"
    strata: tuple[str, ...] = ("pilot",)
    exclusions: tuple[Exclusion, ...] = field(default=())
    pair_missing_months: bool = False
    fewest_events: int = 5
    fewest_children: int = -1
    fewest_degrees_of_freedom: int = 0
    withheld: str = ""
    level: float = 0.95
    together: str = ALL_PILOTS

    def __post_init__(self) -> None:
        for key in ("name", "outcome", "assignment_unit"):
            given = getattr(self, key)
            _require(isinstance(given, str) and bool(given.strip()), key, "may not be empty",
                     given, "give it a value")  # fmt: skip
        _require(self.measure in MEASURES, "measure", f"must be one of {', '.join(MEASURES)}",
                 self.measure, "choose one of them")  # fmt: skip
        if self.fewest_children == -1:
            object.__setattr__(self, "fewest_children", FEWEST_CHILDREN[self.measure])
        _require(self.role in ROLES, "role", f"must be one of {', '.join(ROLES)}", self.role,
                 "choose one of them")  # fmt: skip
        _require(self.before.last < self.after.first, "before",
                 "must end before `after` begins", (self.before, self.after),
                 "choose months that do not overlap")  # fmt: skip
        _require(self.matched_set is None or self.matched_set not in self.strata, "strata",
                 "matched sets may not have period effects: few events in each bias the ratio",
                 self.strata, "leave them out; they restrict permutations")  # fmt: skip
        _require(not self.pair_missing_months or len(self.before) == len(self.after),
                 "pair_missing_months", "needs two periods of the same length",
                 (self.before, self.after), "make them so, or leave it out")  # fmt: skip
        _require(self.fewest_events >= 1, "fewest_events", "at least 1", self.fewest_events,
                 "an arm without events has no rate to divide by")  # fmt: skip
        _require(self.fewest_children >= 0, "fewest_children", "at least 0",
                 self.fewest_children, "write 0 for no limit")  # fmt: skip
        _require(0.5 < self.level < 1, "level", "a share between 0.5 and 1", self.level,
                 "write 0.95 for 95%")  # fmt: skip
        if not self.label:
            object.__setattr__(self, "label", self.name)

    @property
    def place(self) -> str:
        """The pilot that it is for, or what all pilots together are called."""
        return self.pilot or self.together

    def over_all_months(self, first: int) -> Specification:
        """Return the specification with all months from `first` to the start as the period before.

        Event studies and trends need all these months, not only those compared.

        Examples
        --------
        >>> Specification("main", "s47_enquiries").over_all_months(-24).before
        EventMonths(first=-24, last=-1)
        """
        whole = EventMonths(min(first, -1), self.after.first - 1)
        return replace(self, before=whole, pair_missing_months=False)

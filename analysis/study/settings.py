"""The study as data: pilots, window, outcomes, specifications, assumptions.

Read once from `study.toml`, checked, and passed down as frozen objects. Uses only the standard
library, so that a chapter's kernel imports it quickly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from analysis.study.balancing import BalancingOutcome
from analysis.study.checked import one_of, require, unique
from analysis.study.decisions import Assumption, Costs, Disclosure, ScaleUp
from analysis.study.scale import Scale
from analysis.study.scenario import EVERYWHERE, SyntheticSettings
from analysis.study.terms import Terms
from analysis.study.toml_file import read_settings_file

if TYPE_CHECKING:
    from pathlib import Path

ARMS = ("intervention", "comparison")
ASSIGNMENT_UNITS = ("school", "area")
COMPARISONS = ("like months", "all months before")
EXPOSURES = ("pupils", "none")
MEASURES = ("events", "days")
DESIGNS = ("matched", "randomised")
RELEASE_STATUSES = ("draft", "released")
ROLES = ("primary", "secondary", "sensitivity")

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_KEY = re.compile(r"[a-z][a-z0-9_]*")


def shift_month(month: str, by: int) -> str:
    """Return the month `by` months later.

    Examples
    --------
    >>> shift_month("2019-05", -12)
    '2018-05'
    >>> shift_month("2019-05", 9)
    '2020-02'
    """
    months = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


@dataclass(frozen=True)
class Pilot:
    """One local authority's pilot.

    Attributes
    ----------
    name
        Name of the local authority.
    code
        Three capital letters with which the names of its matched sets and areas begin.
    start
        First month of the pilot, YYYY-MM.
    schools
        Number of schools that took part, as published.
    school_types
        Types of school, as published.
    places
        Number of intervention schools by school phase; adds up to `schools`.
    areas
        Number of areas (a secondary school and those around it) of the schools.
    comparisons
        Number of comparison schools; 0 for as many as intervention schools.
    workers
        Number of people placed in the schools, as published; 0 where nobody is placed.
    """

    name: str
    code: str
    start: str
    schools: int
    school_types: tuple[str, ...]
    places: dict[str, int]
    areas: int
    comparisons: int = 0
    workers: int = 0

    def __post_init__(self) -> None:
        require(bool(re.fullmatch(r"[A-Z]{3}", self.code)), "code", "three capitals", self.code)
        require(self.comparisons >= 0, "comparisons", "0 or more", self.comparisons)
        require(bool(_MONTH.fullmatch(self.start)), "start", "a month as YYYY-MM", self.start)
        require(self.workers >= 0, "workers", "0 or more", self.workers)
        total = sum(self.places.values())
        require(total == self.schools, "places", f"must add up to schools = {self.schools}", total)
        require(0 < self.areas <= self.schools, "areas", "from 1 to the number of schools",
                 self.areas)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """The months that are observed and compared.

    Attributes
    ----------
    months_before, months_after
        Number of months of data before the start month, and from it on.
    comparison
        Months with which 'after' is compared: 'like months' (the same calendar months a
        year earlier) or 'all months before'.
    """

    months_before: int
    months_after: int
    comparison: str

    def __post_init__(self) -> None:
        one_of("comparison", self.comparison, COMPARISONS)
        require(1 <= self.months_after <= 12, "months_after", "from 1 to 12", self.months_after)
        require(self.months_before >= 12, "months_before",
                 "at least 12, or like months are not in the data", self.months_before)  # fmt: skip

    def months(self, start: str) -> tuple[str, ...]:
        """Return every month of the window as YYYY-MM, for a pilot that starts in `start`."""
        return tuple(shift_month(start, by) for by in range(-self.months_before, self.months_after))


@dataclass(frozen=True)
class Outcome:
    """One social care outcome.

    Attributes
    ----------
    name
        Name in the panel and in estimates.
    label
        Name in the report.
    measure
        'events' (counted from `child_events`) or 'days' (from `care_episodes`).
    event_type
        Type of its events; empty for days.
    unit
        What is counted, in the plural.
    pilots
        Pilots in which it can be analysed.
    role
        'primary' for the family on which findings rest, else 'secondary'.
    key
        How the names of its exhibits begin, as in `s47_ratio_lambeth`; by default its name.
    """

    name: str
    label: str
    measure: str
    event_type: str
    unit: str
    pilots: tuple[str, ...]
    role: str
    key: str = ""

    def __post_init__(self) -> None:
        require(bool(_NAME.fullmatch(self.name)), "name", "lower case, no spaces", self.name)
        if not self.key:
            object.__setattr__(self, "key", self.name.replace("-", "_"))
        require(bool(_KEY.fullmatch(self.key)), "key", "lower case, no spaces or hyphens",
                 self.key)  # fmt: skip
        one_of("measure", self.measure, MEASURES)
        one_of("role", self.role, ROLES[:2])
        if self.measure == "events":
            require(bool(_NAME.fullmatch(self.event_type)), "event_type",
                     "a type of event, in lower case without spaces", self.event_type)  # fmt: skip
        else:
            one_of("event_type", self.event_type, ("",))
        unique("pilots", self.pilots)


@dataclass(frozen=True)
class SpecificationSettings:
    """A specification of the analysis of one outcome, as in `study.toml`.

    Attributes
    ----------
    name
        Name in estimates.
    outcome
        Name of the outcome.
    role
        'primary', 'secondary' or 'sensitivity'.
    assignment_unit
        'school' or 'area': the unit of assignment, used for permutation and clustering. By default
        that of the study.
    together
        Whether all pilots are analysed at once, with period effects for each, rather than each by
        itself: the intention-to-treat effect of a trial that is randomised within pilots.
    window
        As for `Window.comparison`.
    exposure
        'pupils' (pupil-months) or 'none'.
    exclude_phases
        School phases left out.
    """

    name: str
    outcome: str
    role: str
    window: str
    exposure: str
    exclude_phases: tuple[str, ...] = ()
    assignment_unit: str = ""
    together: bool = False

    def __post_init__(self) -> None:
        require(bool(_NAME.fullmatch(self.name)), "name", "lower case, no spaces", self.name)
        one_of("role", self.role, ROLES)
        one_of("assignment_unit", self.assignment_unit, ("", *ASSIGNMENT_UNITS))
        one_of("window", self.window, COMPARISONS)
        one_of("exposure", self.exposure, EXPOSURES)


@dataclass(frozen=True)
class Study:
    """All settings of the study. See `study.toml` for their meanings and reasons.

    Raises
    ------
    ConfigurationError
        If two parts contradict each other.
    """

    title: str
    extract_directory: str
    release_status: str
    contact: str
    seed: int
    arms: tuple[str, ...]
    assignment_unit: str
    window: Window
    disclosure: Disclosure
    phases: tuple[str, ...]
    words: Terms
    pilots: tuple[Pilot, ...]
    outcomes: tuple[Outcome, ...]
    specifications: tuple[SpecificationSettings, ...]
    synthetic: SyntheticSettings
    design: str = "matched"
    owner: str = ""
    balancing: tuple[BalancingOutcome, ...] = ()
    scale_up: ScaleUp | None = None
    costs: Costs = field(default=Costs(0.0, ""))
    assumptions: tuple[Assumption, ...] = ()
    scale: Scale = field(default_factory=Scale)

    def __post_init__(self) -> None:
        one_of("release_status", self.release_status, RELEASE_STATUSES)
        one_of("assignment_unit", self.assignment_unit, ASSIGNMENT_UNITS)
        one_of("design", self.design, DESIGNS)
        require(self.arms == ARMS, "arms", f"must be {list(ARMS)}", list(self.arms))
        for key in ("pilots", "outcomes", "specifications"):
            require(bool(getattr(self, key)), key, "at least one", [])
            unique(key, [item.name for item in getattr(self, key)])
        unique("pilots", [pilot.code for pilot in self.pilots])
        unique("phases", self.phases)
        self._check_phases()
        unique("outcomes", [outcome.key for outcome in self.outcomes])
        unique("assumptions", [assumption.id for assumption in self.assumptions])
        pilots = [pilot.name for pilot in self.pilots]
        outcomes = [outcome.name for outcome in self.outcomes]
        for number, outcome in enumerate(self.outcomes):
            for name in outcome.pilots:
                one_of(f"outcomes.{number}.pilots", name, pilots)
        for number, other in enumerate(self.balancing):
            for name in other.named:
                one_of(f"balancing.{number}", name, outcomes)
        with_unit = tuple(
            replace(each, assignment_unit=each.assignment_unit or self.assignment_unit)
            for each in self.specifications
        )
        object.__setattr__(self, "specifications", with_unit)
        first = self.words.primary or self.outcomes[0].label
        object.__setattr__(self, "words", replace(self.words, primary=first))
        for number, specification in enumerate(self.specifications):
            one_of(f"specifications.{number}.outcome", specification.outcome, outcomes)
        main = {each.together for each in self.specifications if each.role != "sensitivity"}
        rule = "the same in every specification that is not a sensitivity analysis"
        require(len(main) <= 1, "specifications", f"together must be {rule}", sorted(main))
        for name in self.synthetic.rates:
            one_of(f"synthetic.rates.{name}", name, outcomes)
        rates = list(self.synthetic.rates)
        require(set(rates) == set(outcomes), "synthetic.rates", "one rate for each outcome", rates)
        for number, scenario in enumerate(self.synthetic.scenarios):
            for name, by_pilot in scenario.effects.items():
                one_of(f"synthetic.scenarios.{number}.effects.{name}", name, outcomes)
                for pilot in by_pilot:
                    place = f"synthetic.scenarios.{number}.effects.{name}.{pilot}"
                    one_of(place, pilot, [*pilots, EVERYWHERE])

    def _check_phases(self) -> None:
        for number, pilot in enumerate(self.pilots):
            for phase in pilot.places:
                one_of(f"pilots.{number}.places.{phase}", phase, self.phases)
        for number, specification in enumerate(self.specifications):
            for phase in specification.exclude_phases:
                one_of(f"specifications.{number}.exclude_phases", phase, self.phases)
        for key, table in self.synthetic.by_phase.items():
            rule = f"one entry for each of {', '.join(self.phases)}"
            require(set(table) == set(self.phases), f"synthetic.{key}", rule, list(table))

    def pilot(self, name: str) -> Pilot:
        """Return the pilot with the given name."""
        return next(pilot for pilot in self.pilots if pilot.name == name)

    def outcome(self, name: str) -> Outcome:
        """Return the outcome with the given name."""
        return next(outcome for outcome in self.outcomes if outcome.name == name)


def read_study(path: Path) -> Study:
    """Read and check `study.toml`.

    Raises
    ------
    ConfigurationError
        With file, line, key, rule and remedy, for the first fault.
    """
    return read_settings_file(path).read(Study)

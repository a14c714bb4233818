"""Scenarios of a stand-in extract: the effects and selection that it is built to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from analysis.errors import ConfigurationError

SELECTIONS = ("characteristics", "highest counts")
EVERYWHERE = "all"
"""Stands for every pilot in the effects of a scenario."""


def _require(condition: bool, key: str, rule: str, value: object, remedy: str) -> None:
    """Raise an error for an invalid value; the file's reader adds the place to `key`."""
    if not condition:
        raise ConfigurationError(f"{rule}; found {value!r}", place=key, remedy=remedy)


@dataclass(frozen=True)
class Scenario:
    """A state of the world from which the stand-in can be drawn.

    Attributes
    ----------
    name
        Name on the command line, in lower case with hyphens.
    title
        Description of the scenario, in one sentence.
    effects
        Rate ratio after the start in intervention schools, by outcome, then pilot, or `all` for
        every pilot; 1 where none is given.
    selection
        How intervention schools are chosen from the candidates: 'characteristics'
        (school phase, size and free school meals, as comparison schools are) or
        'highest counts' (most Section 47 enquiries in the like months before the start).
    period_variance
        Variance of a school's rate from one year to the next, as a squared coefficient
        of variation; the source of regression to the mean.
    diverted
        Share, from 0 to 1, of intervention schools' Section 47 enquiries that after the start are
        recorded as Section 17 starts instead: a changed threshold, with need unchanged.
    noisy_school
        Factor on the rates of one intervention school per pilot after the start.
    """

    name: str
    title: str
    effects: dict[str, dict[str, float]] = field(default_factory=dict)
    selection: str = "characteristics"
    period_variance: float = 0.03
    diverted: float = 0.0
    noisy_school: float = 1.0

    def __post_init__(self) -> None:
        _require(
            self.selection in SELECTIONS,
            "selection",
            f"must be one of {', '.join(SELECTIONS)}",
            self.selection,
            "choose one of them",
        )
        _require(0 <= self.diverted <= 1, "diverted", "a share from 0 to 1", self.diverted,
                 "write a share")  # fmt: skip
        _require(0 <= self.period_variance < 1, "period_variance", "from 0 to below 1",
                 self.period_variance, "write a smaller variance")  # fmt: skip
        _require(self.noisy_school > 0, "noisy_school", "a factor above 0", self.noisy_school,
                 "write 1 for no noisy school")  # fmt: skip
        for outcome, by_pilot in self.effects.items():
            for pilot, ratio in by_pilot.items():
                _require(ratio > 0, f"effects.{outcome}.{pilot}", "a rate ratio above 0", ratio,
                         "write 1 for no effect")  # fmt: skip

    def effect(self, outcome: str, pilot: str) -> float:
        """Return the rate ratio of one outcome in one pilot."""
        by_pilot = self.effects.get(outcome, {})
        return by_pilot.get(pilot, by_pilot.get(EVERYWHERE, 1.0))


@dataclass(frozen=True)
class SyntheticSettings:
    """Settings common to every scenario; each value is an assumption.

    Attributes
    ----------
    committed
        Name of the scenario whose extract is in the repository.
    seed
        Seed of the generator's random streams.
    season
        Factor on rates for January to December.
    pupils
        Mean number of pupils by school phase.
    year_groups
        Lowest and highest year group taught, 0 for reception, by school phase.
    rates
        Events per 1,000 pupils and month, by outcome, then school phase; for
        `days_in_care`, episodes begun per 1,000 pupils and month.
    school_variance
        Variance between schools' lasting rates (squared coefficient of variation), by phase.
    month_variance
        Variance of a school's rate from month to month (squared coefficient of variation).
    care_days
        Mean length of a care episode in days.
    candidates
        Candidate schools per place, where schools are chosen by their counts.
    scenarios
        The scenarios, each asked for by its name.
    """

    committed: str
    seed: int
    season: tuple[float, ...]
    pupils: dict[str, float]
    year_groups: dict[str, tuple[int, ...]]
    rates: dict[str, dict[str, float]]
    school_variance: dict[str, float]
    month_variance: float
    care_days: float
    candidates: int
    scenarios: tuple[Scenario, ...]

    def __post_init__(self) -> None:
        _require(len(self.season) == 12 and min(self.season) > 0, "season",
                 "twelve factors above 0, January first", self.season,
                 "give twelve numbers")  # fmt: skip
        for phase, ends in self.year_groups.items():
            _require(len(ends) == 2 and 0 <= ends[0] <= ends[1] <= 13, f"year_groups.{phase}",
                     "the lowest and the highest year group, from 0 to 13", list(ends),
                     "write two numbers")  # fmt: skip
        for key, table in self.by_phase.items():
            if key != "year_groups":
                _require(bool(table) and min(table.values()) > 0, key,
                         "numbers above 0, one for each phase", table,
                         "correct the number")  # fmt: skip
        _require(self.month_variance > 0, "month_variance", "a variance above 0",
                 self.month_variance, "write a small positive number")  # fmt: skip
        _require(self.care_days >= 1, "care_days", "at least one day", self.care_days,
                 "write a mean length in days")  # fmt: skip
        _require(self.candidates >= 2, "candidates", "at least 2 schools a place",
                 self.candidates, "write 2 or more")  # fmt: skip
        names = [scenario.name for scenario in self.scenarios]
        _require(len(names) == len(set(names)), "scenarios", "each name once", names,
                 "rename one scenario")  # fmt: skip
        _require(self.committed in names, "committed", "the name of a scenario", self.committed,
                 f"choose one of {', '.join(names)}")  # fmt: skip

    @property
    def by_phase(self) -> dict[str, dict[str, Any]]:
        """The tables with an entry for each phase, by key."""
        own: dict[str, dict[str, Any]] = {
            "pupils": self.pupils, "school_variance": self.school_variance,
            "year_groups": self.year_groups,
        }  # fmt: skip
        return own | {f"rates.{outcome}": table for outcome, table in self.rates.items()}

    def scenario(self, name: str) -> Scenario:
        """Return the scenario with the given name.

        Raises
        ------
        ConfigurationError
            If there is none.
        """
        for scenario in self.scenarios:
            if scenario.name == name:
                return scenario
        raise ConfigurationError(
            f"there is no scenario '{name}'",
            place="study.toml, [[synthetic.scenarios]]",
            remedy=f"choose one of {', '.join(s.name for s in self.scenarios)}",
        )


def built_in(scenarios: tuple[Scenario, ...], names: tuple[str, ...]) -> Scenario | None:
    """Return the scenario of an extract, if it is known and consists of one ratio per pilot."""
    found = [each for each in scenarios if each.name in names]
    if len(found) != 1:
        return None
    by_ratios_alone = found[0].diverted == 0 and found[0].noisy_school == 1
    return found[0] if by_ratios_alone else None

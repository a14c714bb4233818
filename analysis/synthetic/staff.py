"""Social workers of the stand-in, their schools, and their integration into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from analysis.synthetic.children import month_ends
from analysis.synthetic.draws import Stream

if TYPE_CHECKING:
    from analysis.study.settings import Study
    from analysis.synthetic.ingredient import Ingredient
    from analysis.synthetic.recipe import Recipe, Record
    from analysis.synthetic.schools import School

# Shares of a pilot's schools, ranked by readiness: the first share, the second, then the rest.
_EMBEDDED, _MIXED = 0.40, 0.35
# Days a week that a worker can spend in one school, by integration; and weights for sharing days.
_MOST_DAYS = {"embedded": 5.0, "mixed": 3.0, "visiting": 1.5}
_SHARE = {"embedded": 3.0, "mixed": 2.0, "visiting": 1.0}
_WEEK = 5.0
# Readiness is higher in secondary schools and with need; 'culture' is additional noise.
_READINESS = {"secondary": 1.0, "special": 0.8, "primary": 0.3}
_LARGEST_TEAM_LOSES_ONE_BEFORE_END = timedelta(days=45)


@dataclass
class Deployment:
    """A deployment of a worker to a school.

    Attributes
    ----------
    school
        The school.
    integration
        'embedded', 'mixed' or 'visiting'.
    days_per_week
        Days a week there, in half days.
    """

    school: School
    integration: str
    days_per_week: float = 0.0


@dataclass
class Worker:
    """A social worker and the schools they are in."""

    worker_id: str
    pilot: str
    started: date
    ended: date | None = None
    deployments: list[Deployment] = field(default_factory=list)

    def record(self) -> Record:
        """Return the record of social_workers.csv."""
        return {
            "worker_id": self.worker_id,
            "pilot": self.pilot,
            "started": self.started,
            "ended": self.ended,
        }

    def deployment_records(self) -> list[Record]:
        """Return the records of deployments.csv."""
        return [
            {
                "worker_id": self.worker_id,
                "school_id": each.school.school_id,
                "days_per_week": each.days_per_week,
                "integration": each.integration,
            }
            for each in self.deployments
        ]


def draw_workers(study: Study, recipe: Recipe, schools: list[School], seed: int) -> list[Worker]:
    """Return the workers of every pilot, in the order of their ids."""
    _check_tables(study, recipe)
    days = recipe.column("deployments.days_per_week")
    key = recipe.column("social_workers.worker_id")
    workers: list[Worker] = []
    largest = max(study.pilots, key=lambda pilot: pilot.social_workers)
    for pilot in study.pilots:
        stream = Stream(seed, "staff", pilot.name)
        own = [s for s in schools if s.treated and s.candidate.pilot.name == pilot.name]
        integration = _integration(own, stream)
        team = [[school] for school in _largest_first(own)[: pilot.social_workers]]
        for school in _largest_first(own)[pilot.social_workers :]:
            _worker_for(school, team).append(school)
        for place, shared in enumerate(team):
            deployments = [Deployment(s, integration[s.school_id]) for s in shared]
            _share_out_days(deployments, days)
            # A worker is in post from the start date of their first school.
            started = min(school.opened for school in shared)
            closes = month_ends(study.window.months(pilot.start)[-1])[1]
            # One worker of the largest team leaves before the end and is not replaced.
            leaves = pilot == largest and place == len(team) - 1
            ended = closes - _LARGEST_TEAM_LOSES_ONE_BEFORE_END if leaves else None
            name = key.key(len(workers) + 1)
            workers.append(Worker(name, pilot.name, started, ended, deployments))
    return workers


def _check_tables(study: Study, recipe: Recipe) -> None:
    """Raise an error for teams and shares of categories that the contracts do not list."""
    here = "analysis/synthetic/staff.py"
    pilots = [pilot.name for pilot in study.pilots]
    recipe.column("social_workers.pilot").check_covered(pilots, "study.toml, [[pilots]]")
    integration = recipe.column("deployments.integration")
    integration.check_covered(_MOST_DAYS, f"{here}, _MOST_DAYS")
    integration.check_covered(_SHARE, f"{here}, _SHARE")
    recipe.column("schools.phase").check_covered(_READINESS, f"{here}, _READINESS")


def _largest_first(schools: list[School]) -> list[School]:
    return sorted(
        schools, key=lambda school: -school.candidate.pupils[school.candidate.pilot.start]
    )


def _integration(schools: list[School], stream: Stream) -> dict[str, str]:
    """Rank schools by readiness and divide the ranks, so that every pilot has all degrees."""
    ranked = sorted(
        schools,
        key=lambda school: -(_READINESS[school.candidate.phase] + 0.6 * stream.normal()),
    )
    first, second = (
        max(1, round(_EMBEDDED * len(ranked))),
        max(2, round((_EMBEDDED + _MIXED) * len(ranked))),
    )
    return {
        school.school_id: ("embedded" if rank < first else "mixed" if rank < second else "visiting")
        for rank, school in enumerate(ranked)
    }


def _worker_for(school: School, team: list[list[School]]) -> list[School]:
    """Return the schools of the least busy worker; of equally busy ones, one in the same area."""
    return min(team, key=lambda shared: (len(shared), shared[0].area != school.area))


def _share_out_days(deployments: list[Deployment], days_of: Ingredient) -> None:
    """Share five days among a worker's schools, rounded down; the rest is office time."""
    total = sum(_SHARE[each.integration] for each in deployments)
    for each in deployments:
        days = min(_WEEK * _SHARE[each.integration] / total, _MOST_DAYS[each.integration])
        each.days_per_week = days_of.at_most(days)

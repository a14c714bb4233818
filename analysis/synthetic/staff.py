"""Social workers of the stand-in, their schools, and the log of their activity."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from analysis.synthetic.children import month_ends
from analysis.synthetic.draws import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    largest = max(study.pilots, key=lambda pilot: pilot.workers)
    for pilot in study.pilots:
        stream = Stream(seed, "staff", pilot.name)
        own = [s for s in schools if s.treated and s.candidate.pilot.name == pilot.name]
        integration = _integration(own, stream)
        team = [[school] for school in _largest_first(own)[: pilot.workers]]
        for school in _largest_first(own)[pilot.workers :]:
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
    for pilot in study.pilots:
        if not pilot.workers:
            raise ConfigurationError(
                f"{pilot.name} places nobody, and there is a contract for those who are placed",
                place="study.toml, [[pilots]]",
                remedy="add workers = ... there, or remove data_contracts/social_workers.odcs.yaml",
            )
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


# Entries per week in term; fewer in months when schools are closed for part or all of it.
_ENTRIES_A_WEEK = 6.0
_HOLIDAYS = {4: 0.8, 8: 0.4, 10: 0.85, 12: 0.75, 1: 0.9, 2: 0.85}
# Weights of types of work: in all schools, then factors for phase and integration. Direct work
# with young people is more common in secondary schools, work with parents in primary schools.
_TYPES = {
    "statutory work": 0.10,
    "child in need work": 0.20,
    "child protection work": 0.15,
    "early help": 0.13,
    "advice to staff": 0.16,
    "direct work": 0.12,
    "work with parents": 0.10,
    "universal offer": 0.04,
}
_BY_PHASE = {
    "primary": {"work with parents": 2.2, "direct work": 0.7},
    "secondary": {"direct work": 1.6, "work with parents": 0.7},
    "special": {"direct work": 1.3, "statutory work": 1.4, "universal offer": 0.5},
}
_BY_INTEGRATION = {
    "embedded": {"universal offer": 1.8, "advice to staff": 1.2, "direct work": 1.2},
    "mixed": {},
    "visiting": {"universal offer": 0.4, "statutory work": 1.4, "child protection work": 1.3},
}
_STATUSES = {
    "statutory work": {"child protection plan": 5, "looked after": 3, "child in need plan": 2},
    "child in need work": {"child in need plan": 1},
    "child protection work": {"child protection plan": 1},
    "early help": {"early help": 7, "not known to social care": 3},
    "advice to staff": {"no individual child": 4, "not known to social care": 3, "early help": 2,
                        "child in need plan": 1},
    "direct work": {"child in need plan": 4, "not known to social care": 3, "early help": 2,
                    "child protection plan": 2, "looked after": 1},
    "work with parents": {"child in need plan": 4, "child protection plan": 2, "early help": 3,
                          "not known to social care": 2},
    "universal offer": {"no individual child": 1},
}  # fmt: skip
# Typical hours of one piece of work.
_HOURS = {
    "statutory work": 3.0,
    "child in need work": 2.25,
    "child protection work": 2.75,
    "early help": 1.75,
    "advice to staff": 0.75,
    "direct work": 1.5,
    "work with parents": 1.5,
    "universal offer": 1.5,
}
# A piece of work takes at most a working day; the contract allows for rare longer ones.
_LONGEST, _LONGEST_DAY = 7.0, 10.0


def draw_activity(study: Study, recipe: Recipe, workers: list[Worker], seed: int) -> list[Record]:
    """Return the records of activity_log.csv, by date."""
    _check_activity_tables(recipe)
    key, hours_of = recipe.column("activity_log.activity_id"), recipe.column("activity_log.hours")
    entries: list[tuple[date, str, str, str, str, float]] = []
    for worker in workers:
        stream = Stream(seed, "activity", worker.worker_id)
        pilot = study.pilot(worker.pilot)
        last = worker.ended or month_ends(study.window.months(pilot.start)[-1])[1]
        monday = worker.started - timedelta(days=worker.started.weekday())
        while monday <= last:
            friday = min(monday + timedelta(days=4), last)
            week = _week(stream, hours_of, worker, max(monday, worker.started), friday)
            entries.extend((day, worker.worker_id, *what) for day, what in week)
            monday += timedelta(days=7)
    return [
        {
            "activity_id": key.key(number),
            "worker_id": worker_id,
            "school_id": school_id,
            "activity_date": day,
            "activity_type": kind,
            "child_status": status,
            "hours": hours,
        }
        for number, (day, worker_id, school_id, kind, status, hours) in enumerate(
            sorted(entries), start=1
        )
    ]


def _check_activity_tables(recipe: Recipe) -> None:
    """Raise an error for weights of categories that the contracts do not list."""
    here = "analysis/synthetic/staff.py"
    kinds = recipe.column("activity_log.activity_type")
    for name, table in (("_TYPES", _TYPES), ("_STATUSES", _STATUSES), ("_HOURS", _HOURS)):
        kinds.check_covered(table, f"{here}, {name}")
    statuses = {status for weights in _STATUSES.values() for status in weights}
    recipe.column("activity_log.child_status").check_covered(statuses, f"{here}, _STATUSES")
    for name, factors, column in (
        ("_BY_PHASE", _BY_PHASE, "schools.phase"),
        ("_BY_INTEGRATION", _BY_INTEGRATION, "deployments.integration"),
    ):
        recipe.column(column).check_covered(factors, f"{here}, {name}")
        for changed in factors.values():
            kinds.check_covered(changed, f"{here}, {name}", all_of=False)


def _week(
    stream: Stream, hours: Ingredient, worker: Worker, first: date, last: date
) -> Iterator[tuple[date, tuple[str, str, str, float]]]:
    """Draw a week's entries, without those that would make a day too long."""
    if first > last:
        return
    logged: dict[date, float] = {}
    for _ in range(stream.poisson(_ENTRIES_A_WEEK * _HOLIDAYS.get(first.month, 1.0))):
        day = stream.weekday(first, last)
        what = _entry(stream, hours, worker, day)
        if what is None:
            continue
        logged[day] = logged.get(day, 0.0) + what[-1]
        if logged[day] <= _LONGEST_DAY:
            yield day, what


def _entry(
    stream: Stream, hours: Ingredient, worker: Worker, day: date
) -> tuple[str, str, str, float] | None:
    """Return school, type, status and hours; None if no school has its worker by that day."""
    open_by = [each for each in worker.deployments if each.school.opened <= day]
    if not open_by:
        return None
    index = stream.weighted({i: each.days_per_week for i, each in enumerate(open_by)})
    deployment = open_by[index]
    kind = stream.weighted(type_weights(deployment))
    status = stream.weighted(_STATUSES[kind])
    spent = min(_LONGEST, hours.nearest(_HOURS[kind] * stream.frailty(0.3)))
    return deployment.school.school_id, kind, status, spent


def type_weights(deployment: Deployment) -> dict[str, float]:
    """Return the probability weights of types of work at a school."""
    by_phase = _BY_PHASE[deployment.school.candidate.phase]
    by_integration = _BY_INTEGRATION[deployment.integration]
    return {
        kind: weight * by_phase.get(kind, 1.0) * by_integration.get(kind, 1.0)
        for kind, weight in _TYPES.items()
    }

"""Schools of the stand-in: drawn as candidates, selected, matched, and assigned to areas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from analysis.study.settings import shift_month
from analysis.synthetic.counts import Candidate, draw_candidate
from analysis.synthetic.draws import Stream

if TYPE_CHECKING:
    from analysis.study.scenario import Scenario
    from analysis.study.settings import Pilot, Study
    from analysis.synthetic.recipe import Recipe, Record

# Not all workers start on the first school day of the pilot.
_LATEST_START = timedelta(days=16)


@dataclass(frozen=True)
class School:
    """A school with its role in the design.

    Attributes
    ----------
    school_id
        Pseudonymous id; reveals neither arm nor phase.
    candidate
        Its phase, pupils and rates.
    arm
        'intervention' or 'comparison'.
    matched_set, area
        The pair and the area to which it belongs.
    start_date
        First day of its social worker; None for a comparison school.
    """

    school_id: str
    candidate: Candidate
    arm: str
    matched_set: str
    area: str
    start_date: date | None

    @property
    def treated(self) -> bool:
        """Whether a social worker was placed here."""
        return self.arm == "intervention"

    @property
    def opened(self) -> date:
        """First day of its social worker, in an intervention school."""
        assert self.start_date is not None, f"{self.school_id} has no social worker"
        return self.start_date

    def record(self) -> Record:
        """Return the record of schools.csv."""
        candidate = self.candidate
        return {
            "school_id": self.school_id,
            "pilot": candidate.pilot.name,
            "phase": candidate.phase,
            "arm": self.arm,
            "matched_set": self.matched_set,
            "area": self.area,
            "pupils": candidate.pupils[candidate.pilot.start],
            "fsm_percent": candidate.fsm_percent,
            "start_date": self.start_date,
        }


def draw_schools(study: Study, scenario: Scenario, recipe: Recipe, seed: int) -> list[School]:
    """Return the schools of every pilot, in the order of their ids."""
    pilots = [pilot.name for pilot in study.pilots]
    recipe.column("schools.pilot").check_covered(pilots, "study.toml, [[pilots]]")
    recipe.column("schools.arm").check_covered(study.arms, "study.toml, arms")
    recipe.column("schools.phase").check_covered(study.phases, "study.toml, phases")
    schools: list[School] = []
    if study.design == "randomised":
        for pilot in study.pilots:
            schools.extend(_allocated(study, scenario, recipe, pilot, len(schools), seed))
        return schools
    for pilot in study.pilots:
        pairs = [
            pair
            for phase in pilot.places  # in the order in which schools are placed
            for pair in _pairs(study, scenario, recipe, pilot, phase, seed)
        ]
        stream = Stream(seed, "places", pilot.name)
        schools.extend(_placed(recipe, pilot, pairs, len(schools), stream))
    return schools


def _allocated(
    study: Study, scenario: Scenario, recipe: Recipe, pilot: Pilot, taken: int, seed: int
) -> list[School]:
    """Return the schools of one pilot, allocated at random to the two groups by phase.

    Their stratum is in the column of matched sets, and each is an area of its own.
    """
    if scenario.selection != "characteristics":
        raise ConfigurationError(
            f"the scenario '{scenario.name}' chooses schools by their counts, and in a randomised "
            "study nobody chooses",
            place="study.toml, [[synthetic.scenarios]], selection",
            remedy="leave it out, or set design = 'matched'",
        )
    ids, sets, areas = (
        recipe.column(f"schools.{name}") for name in ("school_id", "matched_set", "area")
    )
    drawn: list[tuple[Candidate, bool]] = []
    for phase, treated in pilot.places.items():
        total = treated + _others(pilot, phase)
        stream = Stream(seed, "allocation", pilot.name, phase)
        chosen = set(stream.shuffled(range(total))[:treated])
        drawn += [
            (draw_candidate(study, scenario, recipe, pilot, phase, number, seed), number in chosen)
            for number in range(total)
        ]
    stream = Stream(seed, "places", pilot.name)
    numbers = stream.shuffled(range(taken + 1, taken + 1 + len(drawn)))
    first = date.fromisoformat(f"{pilot.start}-01")
    schools = [
        School(
            school_id=ids.key(numbers.pop()),
            candidate=candidate,
            arm="intervention" if treated else "comparison",
            matched_set=sets.key(1, pilot.code),
            area=areas.key(place, pilot.code),
            start_date=stream.weekday(first, first + _LATEST_START) if treated else None,
        )
        for place, (candidate, treated) in enumerate(drawn, start=1)
    ]
    return sorted(schools, key=lambda school: school.school_id)


def _others(pilot: Pilot, phase: str) -> int:
    """Return the comparison schools of one phase, in proportion; the last phase has the rest."""
    others = pilot.comparisons or pilot.schools
    shares = {each: others * n // pilot.schools for each, n in pilot.places.items()}
    last = list(shares)[-1]
    return shares[phase] + (others - sum(shares.values()) if phase == last else 0)


def _pairs(
    study: Study, scenario: Scenario, recipe: Recipe, pilot: Pilot, phase: str, seed: int
) -> list[tuple[Candidate, Candidate]]:
    """Return (intervention, comparison) pairs of one phase, selected as in the scenario."""
    places = pilot.places.get(phase, 0)
    by_counts = scenario.selection == "highest counts"
    drawn = places * (study.synthetic.candidates if by_counts else 2)
    candidates = [
        draw_candidate(study, scenario, recipe, pilot, phase, number, seed)
        for number in range(drawn)
    ]
    if by_counts:
        return _highest_first(candidates, places, study.window.months_after)
    stream = Stream(seed, "arms", pilot.name, phase)
    pairs = _matched(_by_size(candidates)[::-1], None)
    return [pair if stream.chance(0.5) else (pair[1], pair[0]) for pair in pairs]


def _by_size(candidates: list[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: candidate.pupils[candidate.pilot.start])


def _highest_first(
    candidates: list[Candidate], places: int, months: int
) -> list[tuple[Candidate, Candidate]]:
    """Select the schools with most enquiries in the like months, and match them with the rest."""
    if not candidates:
        return []
    like = [shift_month(candidates[0].pilot.start, by - 12) for by in range(months)]
    ranked = sorted(candidates, key=lambda candidate: -candidate.before("s47_enquiries", like))
    return _matched(ranked[:places], ranked[places:])


def _matched(
    schools: list[Candidate], rest: list[Candidate] | None
) -> list[tuple[Candidate, Candidate]]:
    """Match each school in turn with the most similar in `rest`, or, if None, among themselves."""
    waiting = list(schools)
    pool = waiting if rest is None else list(rest)
    pairs = []
    while waiting:
        school = waiting.pop(0)
        nearest = min(pool, key=lambda candidate: _distance(school, candidate))
        pool.remove(nearest)
        pairs.append((school, nearest))
    return pairs


def _distance(one: Candidate, other: Candidate) -> float:
    """Return the distance of two schools: a tenth in size counts as 3 points in free meals."""
    start = one.pilot.start
    size = math.log(one.pupils[start] / other.pupils[start]) / 0.10
    need = (one.fsm_percent - other.fsm_percent) / 3.0
    return size * size + need * need


def _placed(
    recipe: Recipe,
    pilot: Pilot,
    pairs: list[tuple[Candidate, Candidate]],
    taken: int,
    stream: Stream,
) -> list[School]:
    """Assign a matched set to each pair, and an area, id and start to each school."""
    ids, sets, areas = (
        recipe.column(f"schools.{name}") for name in ("school_id", "matched_set", "area")
    )
    numbers = stream.shuffled(range(taken + 1, taken + 1 + 2 * len(pairs)))
    schools = []
    for place, (intervention, comparison) in enumerate(pairs):
        matched_set = sets.key(place + 1, pilot.code)
        # Pairs of one area share a comparison area, so areas are matched as schools are.
        area = place % pilot.areas + 1
        first = date.fromisoformat(f"{pilot.start}-01")
        started = stream.weekday(first, first + _LATEST_START)
        for arm, candidate, number in (
            ("intervention", intervention, area),
            ("comparison", comparison, area + pilot.areas),
        ):
            schools.append(
                School(
                    school_id=ids.key(numbers.pop()),
                    candidate=candidate,
                    arm=arm,
                    matched_set=matched_set,
                    area=areas.key(number, pilot.code),
                    start_date=started if arm == "intervention" else None,
                )
            )
    return sorted(schools, key=lambda school: school.school_id)

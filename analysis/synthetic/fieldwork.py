"""The fieldwork register of the stand-in, and the evidence coded from it by two coders.

Rows state who took part, where, and the direction of the evidence. There are no quotations: none
is published in a usable form, and an invented one would misrepresent people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.study.settings import shift_month
from analysis.synthetic.children import month_ends
from analysis.synthetic.draws import Stream

if TYPE_CHECKING:
    from datetime import date

    from analysis.study.settings import Pilot, Study
    from analysis.synthetic.recipe import Recipe, Record
    from analysis.synthetic.schools import School

# Months of each phase of the study, counted from the pilot's start; they do not overlap.
_PHASE_MONTHS = {1: (-2, 0), 2: (1, 4), 3: (6, 9)}
_SCHOOLS_SHUT = 8


@dataclass(frozen=True)
class _Planned:
    """The fieldwork planned in each pilot: pieces by study phase, place and group size."""

    method: str
    group: str
    pieces: tuple[int, int, int]
    at_school: bool
    people: tuple[int, int]


@dataclass(frozen=True)
class _Piece:
    """An interview, focus group or observation that took place."""

    fieldwork_id: str
    pilot: str
    school: School | None
    planned: _Planned
    participants: int
    day: date
    study_phase: int

    def record(self) -> Record:
        """Return the record of fieldwork.csv."""
        return {
            "fieldwork_id": self.fieldwork_id,
            "pilot": self.pilot,
            "school_id": self.school.school_id if self.school else None,
            "method": self.planned.method,
            "participant_group": self.planned.group,
            "participants": self.participants,
            "fieldwork_date": self.day,
            "study_phase": self.study_phase,
        }


# In the first phase a pilot is being set up: managers and workers take part, outside schools.
_PLAN = (
    _Planned("interview", "social worker", (2, 0, 0), False, (1, 1)),
    _Planned("interview", "social worker", (0, 3, 4), True, (1, 1)),
    _Planned("interview", "manager", (2, 1, 2), False, (1, 2)),
    _Planned("interview", "school staff", (0, 3, 5), True, (1, 2)),
    _Planned("interview", "child", (0, 2, 5), True, (1, 2)),
    _Planned("interview", "parent", (0, 1, 4), False, (1, 2)),
    _Planned("interview", "other professional", (1, 1, 2), False, (1, 1)),
    _Planned("focus group", "social worker", (1, 1, 1), False, (3, 8)),
    _Planned("focus group", "school staff", (0, 1, 2), True, (3, 9)),
    _Planned("focus group", "other professional", (0, 0, 1), False, (3, 6)),
    _Planned("observation", "social worker", (0, 3, 6), True, (1, 5)),
)
# Weights of key findings 1 to 6 for each group of people.
_FINDINGS = {
    "social worker": (3, 4, 5, 3, 4, 2),
    "manager": (5, 4, 3, 3, 4, 3),
    "school staff": (2, 4, 3, 5, 4, 2),
    "child": (0, 1, 2, 6, 1, 1),
    "parent": (0, 1, 2, 6, 2, 1),
    "other professional": (1, 2, 3, 3, 5, 2),
}
# Weights of evidence that supports, is mixed on, or contradicts each finding.
_CODES = ("supports", "mixed", "contradicts")
_DIRECTIONS = {
    1: (0.86, 0.09, 0.05),
    2: (0.80, 0.14, 0.06),
    3: (0.84, 0.11, 0.05),
    4: (0.74, 0.15, 0.11),
    5: (0.62, 0.24, 0.14),
    6: (0.42, 0.35, 0.23),
}
_CODERS = ("R1", "R2")
# Weights of pathways that a passage bears on, by phase of the school if it comes from one: B is
# more common in primary schools, C in secondary schools.
_PATHWAYS: dict[str | None, dict[str | None, float]] = {
    "primary": {"A": 3, "B": 4, "C": 1},
    "secondary": {"A": 3, "B": 1, "C": 4},
    "special": {"A": 3, "B": 2, "C": 3},
    None: {"A": 4, "B": 2, "C": 2},
}
# The contract states how often a passage bears on no pathway; the odds are lower from schools.
_NO_PATHWAY_AT_SCHOOL, _NO_PATHWAY_ELSEWHERE = 0.75, 1.125
_FINDINGS_A_PIECE = 2.2
_CODED = 0.97
_DOUBLE_CODED = 0.25
_SEES_THE_SAME = 0.88
_SAYS_THE_SAME = 0.84


def draw_fieldwork(
    study: Study, recipe: Recipe, schools: list[School], seed: int
) -> tuple[list[Record], list[Record]]:
    """Return the records of fieldwork.csv and of evidence.csv."""
    _check_tables(study, recipe)
    drawn = [
        piece
        for pilot in study.pilots
        for piece in _pilot_fieldwork(pilot, schools, Stream(seed, "fieldwork", pilot.name))
    ]
    drawn.sort(key=lambda piece: (piece.day, piece.pilot))
    key = recipe.column("fieldwork.fieldwork_id")
    register = [
        replace(piece, fieldwork_id=key.key(number)) for number, piece in enumerate(drawn, start=1)
    ]
    no_pathway = recipe.column("evidence.pathway").blank_odds
    coded = [entry for piece in register for entry in _coded(piece, no_pathway, seed)]
    key = recipe.column("evidence.evidence_id")
    evidence = [
        {"evidence_id": key.key(number), **entry} for number, entry in enumerate(coded, start=1)
    ]
    return [piece.record() for piece in register], evidence


def _check_tables(study: Study, recipe: Recipe) -> None:
    """Raise an error for a plan, findings or codes that the contracts do not list."""
    here = "analysis/synthetic/fieldwork.py"
    pilots = [pilot.name for pilot in study.pilots]
    for column, drawn, table in (
        ("fieldwork.pilot", pilots, "study.toml, [[pilots]]"),
        ("fieldwork.method", {planned.method for planned in _PLAN}, f"{here}, _PLAN"),
        ("fieldwork.participant_group", {planned.group for planned in _PLAN}, f"{here}, _PLAN"),
        ("fieldwork.participant_group", _FINDINGS, f"{here}, _FINDINGS"),
        ("fieldwork.study_phase", _PHASE_MONTHS, f"{here}, _PHASE_MONTHS"),
        ("evidence.pilot", pilots, "study.toml, [[pilots]]"),
        ("evidence.finding", _DIRECTIONS, f"{here}, _DIRECTIONS"),
        ("evidence.direction", _CODES, f"{here}, _CODES"),
        ("evidence.coder", _CODERS, f"{here}, _CODERS"),
        ("evidence.school_phase", [phase for phase in _PATHWAYS if phase], f"{here}, _PATHWAYS"),
        *(("evidence.pathway", weights, f"{here}, _PATHWAYS") for weights in _PATHWAYS.values()),
    ):
        recipe.column(column).check_covered(drawn, table)


def _pilot_fieldwork(pilot: Pilot, schools: list[School], stream: Stream) -> list[_Piece]:
    own = [s for s in schools if s.treated and s.candidate.pilot.name == pilot.name]
    found: list[_Piece] = []
    for planned in _PLAN:
        for study_phase, pieces in enumerate(planned.pieces, start=1):
            # Not everything that was planned took place.
            held = max(0, pieces + stream.integer(-1, 1)) if pieces > 1 else pieces
            for _ in range(held):
                school = stream.choice(own) if planned.at_school else None
                people = stream.integer(*planned.people)
                day = _day(pilot, study_phase, stream)
                found.append(_Piece("", pilot.name, school, planned, people, day, study_phase))
    return found


def _day(pilot: Pilot, study_phase: int, stream: Stream) -> date:
    """Return a weekday of the phase, outside August."""
    first, last = _PHASE_MONTHS[study_phase]
    months = [shift_month(pilot.start, by) for by in range(first, last + 1)]
    month = stream.choice([m for m in months if int(m[5:]) != _SCHOOLS_SHUT])
    return stream.weekday(*month_ends(month))


def _coded(piece: _Piece, no_pathway: float, seed: int) -> list[Record]:
    """Return the codings of a piece of fieldwork by one or both coders, each finding once."""
    stream = Stream(seed, "evidence", piece.fieldwork_id)
    if not stream.chance(_CODED):
        return []
    phase = piece.school.candidate.phase if piece.school else None
    first, second = stream.shuffled(_CODERS)
    weights = dict(enumerate(_FINDINGS[piece.planned.group], start=1))
    possible = sum(1 for weight in weights.values() if weight)
    wanted = min(possible, 1 + stream.poisson(_FINDINGS_A_PIECE - 1))
    seen: dict[int, str] = {}
    while len(seen) < wanted:
        finding = stream.weighted(weights)
        if finding not in seen:
            seen[finding] = _direction(stream, finding)
    codings = [(first, seen)]
    if stream.chance(_DOUBLE_CODED):
        codings.append((second, _second_reading(stream, seen)))
    by_pathway = _pathway_weights(phase, no_pathway)
    pathways = {finding: stream.weighted(by_pathway) for finding in _DIRECTIONS}
    return [
        {
            "fieldwork_id": piece.fieldwork_id,
            "pilot": piece.pilot,
            "finding": finding,
            "pathway": pathways[finding],
            "school_phase": phase,
            "direction": direction,
            "coder": coder,
        }
        for coder, reading in codings
        for finding, direction in sorted(reading.items())
    ]


def _pathway_weights(phase: str | None, no_pathway: float) -> dict[str | None, float]:
    """Return weights of each pathway and of none, by the contract's odds of none."""
    weights = _PATHWAYS[phase]
    odds = no_pathway * (_NO_PATHWAY_AT_SCHOOL if phase else _NO_PATHWAY_ELSEWHERE)
    return weights | {None: odds * sum(weights.values())}


def _direction(stream: Stream, finding: int) -> str:
    return stream.weighted(dict(zip(_CODES, _DIRECTIONS[finding], strict=True)))


def _second_reading(stream: Stream, seen: dict[int, str]) -> dict[int, str]:
    """Return the other coder's coding: mostly the same findings and directions."""
    reading = {
        finding: direction if stream.chance(_SAYS_THE_SAME) else _direction(stream, finding)
        for finding, direction in seen.items()
        if stream.chance(_SEES_THE_SAME)
    }
    # Occasionally a coder finds what the other did not; every coder codes something.
    finding = stream.integer(1, len(_DIRECTIONS))
    if not reading or (finding not in seen and not stream.chance(_SEES_THE_SAME)):
        reading[finding] = _direction(stream, finding)
    return reading

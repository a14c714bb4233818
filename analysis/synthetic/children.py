"""Children and their events: dates and children for each count of a school's month."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from analysis.study.settings import shift_month

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.study.settings import Outcome
    from analysis.synthetic.draws import Stream
    from analysis.synthetic.recipe import Recipe, Record

# Probability that an event concerns a child already known; higher for an enquiry or a child in
# need start that follows a recent event.
_KNOWN_CHILD = 0.30
_BACK_IN_CARE = 0.12
_RECENT_CHILD = 0.45
_RECENT = timedelta(days=60)
_JOINED_LATE = 0.15
_SEPTEMBER = 9


@dataclass
class Child:
    """A child on a school's roll; ids are assigned at the end, by first event."""

    school_id: str
    birth_month: str
    first_day: date
    last_day: date
    events: list[tuple[date, str]] = field(default_factory=list)
    in_care: list[tuple[date, date]] = field(default_factory=list)
    child_id: str = ""

    def on_roll(self, first: date, last: date) -> bool:
        """Return whether the child is on the roll throughout."""
        return self.first_day <= first and last <= self.last_day

    def free_between(self, started: date, ended: date) -> bool:
        """Return whether no other episode of the child overlaps or adjoins this one."""
        return all(ended < other or started > end for other, end in self.in_care)

    def first_known(self) -> date:
        """Return the day of the child's first event or episode."""
        days = [day for day, _ in self.events] + [started for started, _ in self.in_care]
        return min(days)

    def record(self, closes: date) -> Record:
        """Return the record of children.csv, with no leaving date if it is after the window."""
        return {
            "child_id": self.child_id,
            "school_id": self.school_id,
            "birth_month": month_ends(self.birth_month)[0],
            "first_day": self.first_day,
            "last_day": self.last_day if self.last_day <= closes else None,
        }


def month_ends(month: str) -> tuple[date, date]:
    """Return the first and last day of a month."""
    first = date.fromisoformat(f"{month}-01")
    following = date.fromisoformat(f"{shift_month(month, 1)}-01")
    return first, following - timedelta(days=1)


def new_child(
    stream: Stream, school_id: str, years: tuple[int, ...], first: date, last: date
) -> Child:
    """Draw a child on the roll of a school of these year groups from `first` to `last`."""
    lowest, highest = years
    school_year = first.year if first.month >= _SEPTEMBER else first.year - 1
    # The child leaves in July after the highest group; only groups that remain long enough.
    possible = [
        group
        for group in range(lowest, highest + 1)
        if _leaving_day(school_year + highest - group) >= last
    ]
    group = stream.choice(possible)
    # Year group g of school year y: born September y - 5 - g to August y - 4 - g.
    birth_month = shift_month(f"{school_year - 5 - group:04d}-09", stream.integer(0, 11))
    entered = date(school_year - (group - lowest), _SEPTEMBER, 3)
    if entered < first and stream.chance(_JOINED_LATE):
        entered = stream.weekday(entered, first)
    # An event in the first days of September belongs to a child already enrolled.
    first_day = min(entered, first)
    return Child(school_id, birth_month, first_day, _leaving_day(school_year + highest - group))


def _leaving_day(school_year: int) -> date:
    """Return the last day of a school year; children stay on the roll through August."""
    return date(school_year + 1, 8, 31)


def school_events(
    stream: Stream,
    school_id: str,
    years: tuple[int, ...],
    counts: Mapping[str, Mapping[str, int]],
    outcomes: tuple[Outcome, ...],
    returned: Mapping[str, bool],
) -> list[Child]:
    """Return the school's children with their events, in months with a return."""
    children: list[Child] = []
    for month, arrived in returned.items():
        first, last = month_ends(month)
        drawn = [
            (stream.weekday(first, last), outcome.event_type)
            for outcome in outcomes
            if outcome.measure == "events"
            for _ in range(counts[outcome.name][month])
        ]
        if not arrived:
            continue
        for day, event_type in sorted(drawn):
            child = _child_for(stream, children, day, event_type)
            if child is None:
                child = new_child(stream, school_id, years, day, day)
                children.append(child)
            child.events.append((day, event_type))
    return children


def _child_for(stream: Stream, children: list[Child], day: date, event_type: str) -> Child | None:
    """Return a child already known, or None for a new one."""
    on_roll = [
        child
        for child in children
        if child.on_roll(day, day) and (day, event_type) not in child.events
    ]
    if event_type != "referral":
        recent = [
            child
            for child in on_roll
            if any(day - _RECENT <= earlier <= day for earlier, _ in child.events)
        ]
        if recent and stream.chance(_RECENT_CHILD):
            return stream.choice(recent)
    if on_roll and stream.chance(_KNOWN_CHILD):
        return stream.choice(on_roll)
    return None


def school_episodes(
    stream: Stream,
    children: list[Child],
    school_id: str,
    years: tuple[int, ...],
    begun: Mapping[str, int],
    window: tuple[date, date],
    care_days: float,
) -> list[Child]:
    """Add care episodes to the school's children, and return the new children.

    An episode is truncated at the window's first day; one that lasts beyond the window ends on the
    day after it, and is written without an end date.
    """
    opens, closes = window
    added: list[Child] = []
    for month, count in begun.items():
        first, last = month_ends(month)
        for _ in range(count):
            started = stream.weekday(first, last)
            ended = started + timedelta(days=1 + int(stream.exponential(care_days)))
            back, known, pick = (stream.uniform() for _ in range(3))
            if ended <= opens:
                continue
            started, ended = max(started, opens), min(ended, closes + timedelta(days=1))
            until = min(ended, closes)
            free = [
                child
                for child in (*children, *added)
                if child.on_roll(started, until) and child.free_between(started, ended)
            ]
            if back < _BACK_IN_CARE and any(child.in_care for child in free):
                free = [child for child in free if child.in_care]
            elif known >= _KNOWN_CHILD:
                free = []
            if free:
                child = free[int(pick * len(free))]
            else:
                child = new_child(stream, school_id, years, started, until)
                added.append(child)
            child.in_care.append((started, ended))
    return added


def child_records(children: list[Child], recipe: Recipe, closes: date) -> dict[str, list[Record]]:
    """Return children, events and episodes, numbered by date as an authority's records are.

    Parameters
    ----------
    children
        All children; their ids are assigned here.
    recipe
        The recipe, for the form of the ids.
    closes
        The window's last day: an episode that ends later has no end date in the extract.
    """
    ordered = sorted(children, key=lambda c: (c.first_known(), c.school_id, c.birth_month))
    for number, child in enumerate(ordered, start=1):
        child.child_id = recipe.column("children.child_id").key(number)
    records = {
        "children": [child.record(closes) for child in ordered],
        "child_events": _event_records(ordered, recipe),
    }
    if recipe.asks_for("care_episodes"):
        records["care_episodes"] = _episode_records(ordered, recipe, closes)
    return records


def _event_records(children: list[Child], recipe: Recipe) -> list[Record]:
    key = recipe.column("child_events.event_id")
    events = sorted(
        (day, child.school_id, child.child_id, event_type)
        for child in children
        for day, event_type in child.events
    )
    return [
        {
            "event_id": key.key(number),
            "child_id": child_id,
            "school_id": school_id,
            "event_type": event_type,
            "event_date": day,
        }
        for number, (day, school_id, child_id, event_type) in enumerate(events, start=1)
    ]


def _episode_records(children: list[Child], recipe: Recipe, closes: date) -> list[Record]:
    key = recipe.column("care_episodes.episode_id")
    episodes = sorted(
        (started, ended, child.school_id, child.child_id)
        for child in children
        for started, ended in child.in_care
    )
    return [
        {
            "episode_id": key.key(number),
            "child_id": child_id,
            "school_id": school_id,
            "started": started,
            "ended": ended if ended <= closes else None,
        }
        for number, (started, ended, school_id, child_id) in enumerate(episodes, start=1)
    ]

"""Definitions of control totals: row counts and sums of each file, for the sender to confirm.

Faults that no rule can detect in the files alone (a random half of the rows missing, two types
exchanged) appear in a comparison with totals from the source system. A date counts as in
spreadsheets, in days from 30 December 1899, and an identifier by the number in it: such sums have
no meaning but change whenever a value does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ALL = "all"
"""Label of totals over all schools, types or years."""
NONE = "none"
"""Label of rows without a school, type or year."""
ROWS = "rows"
"""The measure of totals that count rows."""
KEY = ("file", "total_of", "school_id", "type", "year")
PARTS = ("school_id", "type", "year")


@dataclass(frozen=True)
class Plan:
    """The totals of one dataset.

    Attributes
    ----------
    cuts
        The measures that are totalled, `rows` or columns, by the dimensions of the total: none or
        more of "school_id", "type" and "year".
    school, year
        The columns of a row's school and of the day from which its year is taken; "" for none.
    types
        Columns whose values are types, each written `column=value`.
    """

    cuts: Mapping[tuple[str, ...], tuple[str, ...]]
    school: str = "school_id"
    types: tuple[str, ...] = ()
    year: str = ""

    @property
    def sums(self) -> tuple[str, ...]:
        """The columns that are summed."""
        every = (name for names in self.cuts.values() for name in names if name != ROWS)
        return tuple(dict.fromkeys(every))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, in the order in which `Table` takes them."""
        named = (self.school, self.year, *self.types, *self.sums)
        return tuple(dict.fromkeys(name for name in named if name))


_SCHOOL, _TYPE, _YEAR = (("school_id",), ("type",), ("year",))
PLANS: dict[str, Plan] = {
    "schools": Plan(
        {
            (): (ROWS, "pupils", "fsm_percent", "start_date"),
            _SCHOOL: (ROWS, "pupils", "fsm_percent", "start_date"),
            _TYPE: (ROWS,),
            ("school_id", "type"): (ROWS,),
        },
        types=("pilot", "phase", "arm", "matched_set", "area"),
    ),
    "school_months": Plan(
        {
            (): (ROWS, "pupils", "month"),
            _SCHOOL: (ROWS, "pupils", "month"),
            _TYPE: (ROWS, "pupils", "month"),
            _YEAR: (ROWS, "pupils"),
            ("school_id", "type"): (ROWS, "month"),
            ("school_id", "year"): ("pupils",),
        },
        types=("returned",),
        year="month",
    ),
    "children": Plan(
        {
            (): (ROWS, "birth_month", "first_day", "last_day"),
            _SCHOOL: (ROWS, "birth_month", "first_day", "last_day"),
            _YEAR: (ROWS,),
        },
        year="first_day",
    ),
    "child_events": Plan(
        {
            (): (ROWS, "event_date"),
            _SCHOOL: (ROWS, "event_date"),
            _TYPE: (ROWS, "event_date"),
            _YEAR: (ROWS, "event_date"),
            ("school_id", "type"): (ROWS, "event_date"),
            ("type", "year"): (ROWS, "event_date"),
        },
        types=("event_type",),
        year="event_date",
    ),
    "care_episodes": Plan(
        {
            (): (ROWS, "started", "ended"),
            _SCHOOL: (ROWS, "started", "ended"),
            _YEAR: (ROWS,),
        },
        year="started",
    ),
    "social_workers": Plan(
        {(): (ROWS, "started", "ended"), _TYPE: (ROWS, "started", "ended")},
        school="",
        types=("pilot",),
    ),
    "deployments": Plan(
        {
            (): (ROWS, "days_per_week", "worker_id"),
            _SCHOOL: (ROWS, "days_per_week", "worker_id"),
            _TYPE: (ROWS, "days_per_week"),
            ("school_id", "type"): (ROWS,),
        },
        types=("integration",),
    ),
    "activity_log": Plan(
        {
            (): (ROWS, "hours", "activity_date", "worker_id"),
            _SCHOOL: (ROWS, "hours", "activity_date", "worker_id"),
            _TYPE: (ROWS, "hours", "activity_date"),
            _YEAR: (ROWS, "hours"),
            ("type", "year"): (ROWS, "hours"),
        },
        types=("activity_type", "child_status"),
        year="activity_date",
    ),
    "fieldwork": Plan(
        {
            (): (ROWS, "participants", "fieldwork_date"),
            _SCHOOL: (ROWS, "participants", "fieldwork_date"),
            _TYPE: (ROWS, "participants", "fieldwork_date"),
            _YEAR: (ROWS,),
        },
        types=("pilot", "method", "participant_group", "study_phase"),
        year="fieldwork_date",
    ),
    "evidence": Plan(
        {(): (ROWS, "finding", "fieldwork_id"), _TYPE: (ROWS, "finding", "fieldwork_id")},
        school="",
        types=("pilot", "finding", "pathway", "school_phase", "direction", "coder"),
    ),
}
"""Plans by dataset, in the order in which totals are written."""

"""Where the columns of frames that many exhibits share come from.

Lineage reads the code of every function, and a function that makes a wide frame mentions all of
its columns, so an exhibit that uses one column would depend on all of them. For the frames below
this module states which source columns decide the rows, and which source columns make each
column. The statements are tested: `tests/unit/audit/test_shared_frames.py` shuffles each column
from which a frame is made, and `benchmarks.lineage` each column of the extract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Sources = tuple[str, ...]
"""Columns as `node.column`; a `node` alone means its rows and everything it depends on."""


@dataclass(frozen=True)
class Shared:
    """The sources of a shared frame.

    Attributes
    ----------
    rows
        Sources that decide the rows and their order; every column depends on them too.
    columns
        Further sources of each column.
    """

    rows: Sources
    columns: Mapping[str, Sources] = field(default_factory=dict)


_EVENTS = (
    "child_events.school_id", "child_events.event_type", "child_events.event_date",
    "care_episodes.school_id", "care_episodes.started", "care_episodes.ended",
    "school_months.returned",
)  # fmt: skip
_OF_SCHOOL = ("phase", "arm", "matched_set", "area")
_OF_ROWS = ("pilot", "school_id", "outcome", "month", "event_month", "term", "window")
_PANEL = Shared(
    rows=("schools.school_id", "schools.pilot", "school_months.school_id", "school_months.month"),
    columns={
        **dict.fromkeys(_OF_ROWS, ()),
        **{name: (f"schools.{name}",) for name in _OF_SCHOOL},
        "events": _EVENTS,
        "children": (*_EVENTS, "child_events.child_id", "care_episodes.child_id"),
        "pupils": ("school_months.pupils",),
        "returned": ("school_months.returned",),
    },
)  # fmt: skip
_HIDDEN = ("events", "children", "returned")
"""Columns of the panel whose values are missing or aggregated in months of suppressed cells."""
_WITHOUT_HIDDEN = Shared(
    rows=("outcome_panel",),
    columns={
        name: (f"outcome_panel.{name}", *(["released_outcomes"] if name in _HIDDEN else []))
        for name in _PANEL.columns
    },
)
_KIND = ("school_id", "pilot", "phase", "integration")
_ITEM = Shared(
    rows=("evidence.fieldwork_id", "evidence.finding", "fieldwork.fieldwork_id"),
    columns={
        "fieldwork_id": (), "finding": (), "pilot": ("evidence.pilot",),
        "school_phase": ("evidence.school_phase",), "direction": ("evidence.direction",),
        "method": ("fieldwork.method",), "participant_group": ("fieldwork.participant_group",),
        "study_phase": ("fieldwork.study_phase",),
    },
)  # fmt: skip

SHARED: Mapping[str, Shared] = {
    "outcome_panel": _PANEL,
    "protected_panel": _WITHOUT_HIDDEN,
    "disclosed_panel": _WITHOUT_HIDDEN,
    "school_kinds": Shared(
        rows=("schools.school_id", "deployments.school_id"),
        columns={
            "school_id": (), "pilot": ("schools.pilot",), "phase": ("schools.phase",),
            "integration": ("deployments.integration",),
        },
    ),
    "school_presence": Shared(
        rows=("school_kinds", "school_kinds.school_id", "deployments.school_id"),
        columns={
            **{name: (f"school_kinds.{name}",) for name in _KIND},
            "days_per_week": ("deployments.days_per_week",),
        },
    ),
    "placed_activity": Shared(
        rows=("school_kinds", "school_kinds.school_id", "activity_log.school_id"),
        columns={
            **{name: (f"activity_log.{name}",)
               for name in ("activity_id", "worker_id", "school_id", "activity_date",
                            "activity_type", "child_status", "hours")},
            **{name: (f"school_kinds.{name}",) for name in _KIND[1:]},
        },
    ),
    "evidence_items": _ITEM,
    "pathway_items": Shared(
        rows=(*_ITEM.rows, "evidence.pathway"), columns={**_ITEM.columns, "pathway": ()}
    ),
    "sessions_by_group": Shared(
        rows=("fieldwork.method", "fieldwork.participant_group", "fieldwork.pilot"),
        columns={"method": (), "participant_group": (), "pilot": (), "sessions": (),
                 "participants": ("fieldwork.participants",)},
    ),
    "pilot_delivery": Shared(
        rows=("social_workers.pilot", "schools.pilot", "school_presence.pilot"),
        columns={
            "pilot": (), "workers": (), "schools": ("school_presence",),
            "at_end": ("social_workers.ended",),
            "first_start": ("schools.start_date",), "last_start": ("schools.start_date",),
            "days_in_school": ("school_presence.days_per_week",),
            "months_with_work": ("school_presence", "placed_activity.school_id",
                                 "placed_activity.pilot", "placed_activity.activity_date"),
        },
    ),
    "integration_by_kind": Shared(
        rows=(),
        columns={
            "integration": (),
            **dict.fromkeys(("schools", "primary", "secondary", "special"),
                            ("school_presence.integration", "school_presence.phase")),
            "fsm_percent": ("school_presence.integration", "school_presence.school_id",
                            "schools.school_id", "schools.fsm_percent"),
            "days_per_week": ("school_presence.integration", "school_presence.school_id",
                              "school_presence.days_per_week", "schools.school_id"),
            "hours_a_month": ("school_presence.integration", "school_presence.phase",
                              "placed_activity.integration", "placed_activity.hours"),
        },
    ),
    "effort_by_phase": Shared(
        rows=(),
        columns={
            "phase": (),
            "schools": ("school_presence.phase", "school_presence.school_id", "schools.school_id"),
            "pupils": ("school_presence.phase", "school_presence.school_id", "schools.school_id",
                       "schools.pupils"),
            "days_per_week": ("school_presence.phase", "school_presence.school_id",
                              "school_presence.days_per_week", "schools.school_id"),
            **dict.fromkeys(("hours", "percent"),
                            ("placed_activity.phase", "placed_activity.hours")),
            "hours_per_100": ("placed_activity.phase", "placed_activity.hours",
                              "school_presence.phase", "school_presence.school_id",
                              "schools.school_id", "schools.pupils"),
        },
    ),
}  # fmt: skip

DAYS = "care_episodes"
"""The table from which only outcomes measured in days are made."""
BY_OUTCOME = frozenset(
    {
        "effect_estimates", "main_effects", "main_specifications", "outcome_panel",
        "primary_specifications", "protected_panel", "rates_before_after", "rates_term",
        "released_outcomes", "disclosed_panel", "withheld_ranges", "withheld_specifications",
    }
)  # fmt: skip
"""Frames whose rows on events do not depend on days in care, as the two are released apart."""
COUNTED = frozenset(
    {
        "baseline_balance", "curve_outlines", "event_study_estimates", "exaggeration_risk",
        "hidden_bias_bounds", "primary_effects", "reporting", "school_flow_counts",
        "specification_curves", "trend_detection", "units_of_assignment", "variation_outlines",
        "varied_effects",
    }
)  # fmt: skip
"""Nodes that use only the rows on events of such frames, most through the primary analyses.

So does an exhibit that is made for one outcome, as given by its parameter `outcome`.
"""

DECIDING = frozenset(
    {
        "care_episodes.child_id", "child_events.child_id", "released_outcomes", "released_sessions",
        "released_statuses", "withheld_specifications",
    }
)  # fmt: skip
"""Sources that decide which results exist and may be shown, but are in no value of them.

An exhibit that takes one of the nodes shows what was released, and depends on all of it. As for
the columns, the panel counts the children, which decides whether there is an estimate.
"""

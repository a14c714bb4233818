"""By which ways children's records reach exhibits, and what each way lets through.

Every way leads through one of the nodes named here. An exhibit that is reached by any other
is held: nobody has said why it is safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.disclosure import Status, held, released

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from analysis.dataflow.graph import Node

_TOGETHER = "Its counts were released together with all others of the same children."
_BESIDE = "Rates and shares are shown where the counts behind them are."
_MODELS = (
    "Each estimate rests on at least as many events and children as may be shown, and is the same "
    "wherever the events of hidden counts lie."
)
_COUNTS = "It counts results whose place is the same whatever a hidden count may be."
_SCHOOLS = "It describes schools and their months, not children."
_WORK = "It describes social workers' time, whatever the child."
_PIECES = "It counts what was said in fieldwork with everybody, or with families among others."

WAYS: dict[str, str] = {
    "released_outcomes": _TOGETHER,
    **dict.fromkeys(
        ("activity_by_status", "rates_before_after", "rates_term", "status_by_pilot"), _BESIDE
    ),
    **dict.fromkeys(
        (
            "balancing_effects",
            "change_judgements",
            "event_study_estimates",
            "monthly_specifications",
            "protected_panel",
            "school_flow_counts",
            "school_zeros",
            "told_panel",
            "unreturned_bounds",
            "withheld_specifications",
        ),
        _MODELS,
    ),
    **dict.fromkeys(("curve_outlines", "variation_outlines"), _COUNTS),
    **dict.fromkeys(
        (
            "compared_period",
            "panel_period",
            "reporting",
            "units_of_assignment",
        ),
        _SCHOOLS,
    ),
    **dict.fromkeys(
        (
            "activity_by_phase",
            "activity_by_type",
            "activity_period",
            "effort_by_phase",
            "entries_logged",
            "hours_logged",
            "integration_by_kind",
            "pilot_delivery",
        ),
        _WORK,
    ),
    **dict.fromkeys(
        (
            "evidence_by_finding",
            "evidence_by_group",
            "evidence_by_pathway",
            "evidence_by_phase",
            "evidence_by_source",
            "fieldwork_period",
            "fieldwork_phases",
            "fieldwork_table",
            "focus_groups",
            "interviews",
            "observations",
            "pathway_by_phase",
        ),
        _PIECES,
    ),
}
"""The nodes through which children's records pass, each with what it lets through."""


def status_by_way(name: str, nodes: Mapping[str, Node], children: Collection[str]) -> Status:
    """Return the disclosure status that follows from how an exhibit is computed.

    Parameters
    ----------
    name
        The exhibit.
    nodes
        Every node of the graph by name.
    children
        Datasets whose contract classes a column as about children.

    Examples
    --------
    >>> from analysis.dataflow.graph import Node
    >>> nodes = {"child_events": Node("child_events", None, ()),
    ...          "child_events_all": Node("child_events_all", None, ("child_events",))}
    >>> status_by_way("child_events_all", nodes, {"child_events"}).held
    True
    """
    seen: set[str] = set()
    passed: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if current in children:
            return held(
                f"It rests on {current} by a way for which nobody has said that it is safe."
            )
        if current in WAYS:
            passed.add(WAYS[current])
        else:
            waiting.extend(nodes[current].needs)
    return released(" ".join(sorted(passed))) if passed else released()

"""Derived columns, which rules need and no file contains: pure functions of typed columns.

A contract names one as `derived.<name>`. Each returns one value for every row of its
dataset, on the index of the first column it takes; missing where the rule does not apply.
"""

from __future__ import annotations

from analysis.contracts.derived.candidates import CANDIDATES
from analysis.contracts.derived.children import CARE_EPISODES, CHILD_EVENTS, CHILDREN
from analysis.contracts.derived.column import Derived
from analysis.contracts.derived.control_totals import CONTROL_TOTALS
from analysis.contracts.derived.fieldwork import EVIDENCE, FIELDWORK
from analysis.contracts.derived.practice import ACTIVITY_LOG, DEPLOYMENTS, SOCIAL_WORKERS
from analysis.contracts.derived.schools import SCHOOL_MONTHS, SCHOOLS
from analysis.contracts.derived.volume import OF_KIND

DERIVED: dict[tuple[str, str], Derived] = {
    (dataset, name): column
    for dataset, columns in {
        "schools": SCHOOLS,
        "school_months": SCHOOL_MONTHS,
        "children": CHILDREN,
        "child_events": CHILD_EVENTS,
        "care_episodes": CARE_EPISODES,
        "social_workers": SOCIAL_WORKERS,
        "deployments": DEPLOYMENTS,
        "activity_log": ACTIVITY_LOG,
        "fieldwork": FIELDWORK,
        "evidence": EVIDENCE,
        "candidate_schools": CANDIDATES,
        "control_totals": CONTROL_TOTALS,
    }.items()
    for name, column in columns.items()
}
"""Every derived column by dataset and name, besides those of one kind of event."""


def derived_column(dataset: str, name: str) -> Derived | None:
    """Return a derived column; None if there is none of that name.

    Some are made for any kind of event, whose type begins their name: `referral_tenfold`.
    """
    kind, _, of = name.rpartition("_")
    family = OF_KIND.get((dataset, of))
    return family(kind) if family and kind else DERIVED.get((dataset, name))


__all__ = ["DERIVED", "Derived", "derived_column"]

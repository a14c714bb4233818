"""Claims on practice and fieldwork, each with its rule."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Claim
from analysis.exhibits.parts.rows import judgement, row_of
from analysis.exhibits.parts.rules import Largest, Least, judge
from analysis.practice.activity import NOT_KNOWN, STATUTORY
from analysis.practice.presence import INTEGRATION
from analysis.study.settings import Pilot

# --- workers in schools ----------------------------------------------------------------------


def teams_as_published(pilot_delivery: pd.DataFrame, pilots: tuple[Pilot, ...]) -> Claim:
    """Claim that every pilot had the published numbers of workers and schools."""
    rows = {pilot.name: row_of(pilot_delivery, "pilot", pilot.name) for pilot in pilots}
    found = {
        f"{pilot.name} {what}": rows[pilot.name][what] / published
        for pilot in pilots
        for what, published in (("workers", pilot.workers), ("schools", pilot.schools))
    }
    return judge(
        "In these data each pilot has as many workers and schools as were published, and every "
        "school has a worker.",
        Least("workers and schools, as a share of those published,", 1),
        found,
        ("delivery_table",),
    )


def mostly_in_schools(pilot_delivery: pd.DataFrame) -> Claim:
    """Claim that workers spent more than half of their week in schools."""
    found = pilot_delivery.set_index("pilot")["days_in_school"]
    return judge(
        "In every pilot workers spent more of the week in schools than elsewhere.",
        Least("days a week in schools, per worker,", 2.75, " days"),
        _by_name(found),
        ("delivery_table",),
    )


def work_in_nearly_every_month(pilot_delivery: pd.DataFrame) -> Claim:
    """Claim that work was logged in nearly every month of nearly every school."""
    found = pilot_delivery.set_index("pilot")["months_with_work"]
    return judge(
        "In each pilot at least nine in ten school-months have logged work.",
        Least("school-months with work", 90, "%"),
        _by_name(found),
        ("delivery_table",),
    )


def every_kind_in_every_pilot(school_kinds: pd.DataFrame) -> Claim:
    """Claim that integration varied within each pilot."""
    counts = pd.crosstab(school_kinds["pilot"], school_kinds["integration"])
    table = counts.reindex(columns=list(INTEGRATION), fill_value=0)
    found = {
        f"{pilot} {kind}": float(n) for kind in INTEGRATION for pilot, n in table[kind].items()
    }
    return judge(
        "Every pilot has schools where the worker is embedded, partly embedded and visiting.",
        Least("schools of each kind in each pilot", 1),
        found,
        ("time_in_school",),
    )


def secondaries_more_embedded(integration_by_kind: pd.DataFrame) -> Claim:
    """Claim that a larger share of secondary than of primary schools had an embedded worker."""
    table = integration_by_kind.set_index("integration")[["primary", "secondary"]]
    found = 100 * table.T["embedded"] / table.sum()
    return judge(
        "A worker was embedded in a larger share of secondary than of primary schools.",
        Largest("share of schools where the worker is embedded", "secondary", "%"),
        _by_name(found),
        ("integration_table", "time_in_school"),
    )


def embedded_have_more_time(integration_by_kind: pd.DataFrame) -> Claim:
    """Claim that schools with an embedded worker had the most days a week."""
    found = integration_by_kind.set_index("integration")["days_per_week"]
    return judge(
        "Schools where the worker was embedded also had the most days a week, on average.",
        Largest("days a week per school", "embedded"),
        _by_name(found),
        ("integration_table",),
    )


# --- what they did ---------------------------------------------------------------------------


def every_type_in_every_pilot(activity_by_type: pd.DataFrame) -> Claim:
    """Claim that each pilot did work of every type."""
    found = activity_by_type.groupby("pilot")["percent"].min()
    return judge(
        "Each type of work was done in each pilot, and none was rare.",
        Least("smallest share of hours of any type", 2, "%"),
        _by_name(found),
        ("activity_types",),
    )


def mostly_statutory(activity_by_type: pd.DataFrame) -> Claim:
    """Claim that statutory work took most of the time in each pilot."""
    statutory = activity_by_type["activity_type"].isin(STATUTORY)
    found = activity_by_type.loc[statutory].groupby("pilot")["percent"].sum()
    return judge(
        "Statutory work, including that on child protection and child in need plans, took more "
        "than half of the hours in each pilot.",
        Least("share of hours that are statutory", 51, "%"),
        _by_name(found),
        ("activity_types",),
    )


def unknown_children_reached(status_by_pilot: pd.DataFrame) -> Claim:
    """Claim that part of the work was for children not known to social care."""
    chosen = status_by_pilot.loc[status_by_pilot["child_status"] == NOT_KNOWN]
    found = chosen.set_index("pilot")["percent"]
    return judge(
        "In each pilot some of the time went to children whom social care did not know.",
        Least("share of hours for children not known", 5, "%"),
        _by_name(found),
        ("activity_status",),
        absent=words.HIDDEN,
    )


def most_hours_in_secondaries(effort_by_phase: pd.DataFrame) -> Claim:
    """Claim that secondary schools took the most time."""
    found = effort_by_phase.set_index("phase")["percent"]
    return judge(
        "Secondary schools took the largest share of the workers' time.",
        Largest("share of hours", "secondary", "%"),
        _by_name(found),
        ("effort_table",),
    )


# --- fieldwork and coded evidence ------------------------------------------------------------


def each_finding_is_contradicted(evidence_by_finding: pd.DataFrame) -> Claim:
    """Claim that some coded evidence contradicts each finding, and is shown."""
    found = evidence_by_finding.set_index("finding")["contradicts"].rename("Key finding {}".format)
    return judge(
        "Each finding is contradicted by some items.",
        Least("items that contradict the finding", 1),
        _by_name(found),
        ("evidence_matrix",),
    )


def reception_mostly_good(evidence_by_group: pd.DataFrame) -> Claim:
    """Claim that in every group more evidence supports the fourth finding than contradicts it."""
    chosen = evidence_by_group.loc[evidence_by_group["finding"] == 4]
    table = chosen.set_index("participant_group")
    return judge(
        "In each group of people more items support this finding than contradict it.",
        Least("supporting items less contradicting ones, in each group,", 1),
        _by_name(table["supports"] - table["contradicts"]),
        ("reception",),
    )


def tensions_least_settled(evidence_by_finding: pd.DataFrame) -> Claim:
    """Claim that the fifth finding is the most disputed of the findings on practice."""
    on_practice = evidence_by_finding.loc[evidence_by_finding["finding"] <= 5]
    table = on_practice.set_index("finding").rename("Key finding {}".format)
    found = 100 * (table["items"] - table["supports"]) / table["items"]
    return judge(
        "Of the findings on practice, this one has the largest share of items that contradict it "
        "or point both ways.",
        Largest("share of items that do not plainly support the finding", "Key finding 5", "%"),
        _by_name(found),
        ("evidence_matrix", "tensions"),
    )


# --- pathways, and the later trial -----------------------------------------------------------


def parents_in_primaries(activity_by_phase: pd.DataFrame) -> Claim:
    """Claim that pathway B begins more often in primary schools."""
    return judge(
        "Work with parents took a larger share of the time in primary than in secondary schools.",
        Largest("share of hours that are work with parents", "primary", "%"),
        _work_by_phase(activity_by_phase, "work with parents"),
        ("pathways_by_phase",),
    )


def direct_work_in_secondaries(activity_by_phase: pd.DataFrame) -> Claim:
    """Claim that pathway C begins more often in secondary schools."""
    return judge(
        "Direct work with young people took a larger share in secondary than in primary schools.",
        Largest("share of hours that are direct work", "secondary", "%"),
        _work_by_phase(activity_by_phase, "direct work"),
        ("pathways_by_phase",),
    )


def pathway_b_told_in_primaries(pathway_by_phase: pd.DataFrame) -> Claim:
    """Claim that a larger share of evidence bears on pathway B in primary schools."""
    return judge(
        "A larger share of the coded evidence from primary schools than from secondary schools "
        "concerns this pathway.",
        Largest("share of coded items that relate to pathway B", "primary", "%"),
        _told_by_phase(pathway_by_phase, "B"),
        ("pathways_by_phase",),
    )


def pathway_c_told_in_secondaries(pathway_by_phase: pd.DataFrame) -> Claim:
    """Claim that a larger share of evidence bears on pathway C in secondary schools."""
    return judge(
        "A larger share of the coded evidence from secondary schools than from primary schools "
        "concerns this pathway.",
        Largest("share of coded items that relate to pathway C", "secondary", "%"),
        _told_by_phase(pathway_by_phase, "C"),
        ("pathways_by_phase",),
    )


def trial_rules_out_such_falls(change_judgements: pd.DataFrame, trial: dict[str, float]) -> Claim:
    """Claim that the estimates of two pilots lie outside the trial's interval."""
    found = {}
    for pilot in ("Lambeth", "Southampton"):
        ratio = judgement(change_judgements, "s47_enquiries", pilot).ratio
        found[pilot] = trial["ratio_low"] - ratio
    return judge(
        "Exploratory: the ratios estimated here for Lambeth and Southampton lie below the trial's "
        "confidence interval.",
        Least("lower limit of the trial's interval less the ratio estimated here", 0),
        found,
        ("trial_beside_pilots",),
    )


def _by_name(found: pd.Series) -> dict[str, float]:
    return {str(name): float(value) for name, value in found.items()}


def _work_by_phase(activity_by_phase: pd.DataFrame, kind: str) -> dict[str, float]:
    chosen = activity_by_phase.loc[
        (activity_by_phase["activity_type"] == kind)
        & activity_by_phase["phase"].isin(["primary", "secondary"])
    ]
    return _by_name(chosen.set_index("phase")["percent"])


def _told_by_phase(pathway_by_phase: pd.DataFrame, pathway: str) -> dict[str, float]:
    chosen = pathway_by_phase.loc[
        (pathway_by_phase["pathway"] == pathway)
        & pathway_by_phase["phase"].isin(["primary", "secondary"])
    ]
    return _by_name(chosen.set_index("phase")["percent"])

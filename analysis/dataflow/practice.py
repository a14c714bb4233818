"""Counts and shares from the records of practice and fieldwork."""

from __future__ import annotations

import pandas as pd
from hamilton.function_modifiers import tag

from analysis.dataflow.disclosure_paths import FIELDWORK, RATES_OF_COUNTS, WORK
from analysis.disclosure import DisclosureRules, ReleasedTables
from analysis.extract.extract import Origin
from analysis.practice.activity import hours_share, release_statuses, released_share
from analysis.practice.evidence import (
    FINDINGS,
    ITEM,
    ON_PATHWAY,
    PATHWAYS,
    POOLED,
    Agreement,
    agreement,
    direction_counts,
    items,
    pathway_share,
)
from analysis.practice.fieldwork import (
    ReleasedSessions,
    release_sessions,
    sessions,
    study_phases,
)
from analysis.practice.presence import (
    PHASES,
    delivery,
    effort,
    integration_profile,
    kinds,
    presence,
)
from analysis.study.settings import Pilot, Window


def activity_log(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the activity log, one row per activity of a social worker."""
    return accepted_tables["activity_log"]


def deployments(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the deployments, one row per social worker and school."""
    return accepted_tables["deployments"]


def social_workers(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the social workers, one row per worker."""
    return accepted_tables["social_workers"]


def fieldwork(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the fieldwork, one row per interview, focus group or observation."""
    return accepted_tables["fieldwork"]


def evidence(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the coded evidence, one row per code given to a piece of fieldwork."""
    return accepted_tables["evidence"]


# --- workers in schools, and their work ------------------------------------------------------


def school_kinds(deployments: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Return how closely a worker was integrated into each school."""
    return kinds(deployments, schools)


def school_presence(school_kinds: pd.DataFrame, deployments: pd.DataFrame) -> pd.DataFrame:
    """Return how closely a worker was integrated into each school, and how many days a week."""
    return presence(school_kinds, deployments)


def placed_activity(activity_log: pd.DataFrame, school_kinds: pd.DataFrame) -> pd.DataFrame:
    """Return the activity log with pilot, phase and integration of the school."""
    return activity_log.merge(school_kinds, on="school_id", validate="many_to_one")


def last_days(pilots: tuple[Pilot, ...], window: Window) -> pd.Series:
    """Return the last day that the extract covers, by pilot."""
    ends = {p.name: pd.Period(p.start, "M") + window.months_after - 1 for p in pilots}
    return pd.Series({name: month.end_time.normalize() for name, month in ends.items()})


@tag(disclosure=WORK)
def pilot_delivery(
    social_workers: pd.DataFrame,
    school_presence: pd.DataFrame,
    schools: pd.DataFrame,
    placed_activity: pd.DataFrame,
    last_days: pd.Series,
    window: Window,
) -> pd.DataFrame:
    """Return how each pilot was set up and sustained."""
    return delivery(
        social_workers, school_presence, schools, placed_activity, last_days, window.months_after
    )


@tag(disclosure=WORK)
def integration_by_kind(
    school_presence: pd.DataFrame,
    schools: pd.DataFrame,
    placed_activity: pd.DataFrame,
    window: Window,
) -> pd.DataFrame:
    """Return what embedded, mixed and visited schools were like."""
    return integration_profile(school_presence, schools, placed_activity, window.months_after)


@tag(disclosure=WORK)
def effort_by_phase(
    school_presence: pd.DataFrame, schools: pd.DataFrame, placed_activity: pd.DataFrame
) -> pd.DataFrame:
    """Return how workers' time was spread across phases of school."""
    return effort(school_presence, schools, placed_activity)


@tag(disclosure=WORK)
def activity_by_type(placed_activity: pd.DataFrame) -> pd.DataFrame:
    """Share each pilot's hours among types of activity."""
    return hours_share(placed_activity, "activity_type", "pilot")


@tag(disclosure=WORK)
def activity_by_phase(placed_activity: pd.DataFrame) -> pd.DataFrame:
    """Share the hours of each school phase among types of activity."""
    return hours_share(placed_activity, "activity_type", "phase")


def released_statuses(
    placed_activity: pd.DataFrame, disclosure_rules: DisclosureRules
) -> ReleasedTables:
    """Apply disclosure control to the counts of entries by child's status, all together."""
    return release_statuses(placed_activity, disclosure_rules)


@tag(disclosure=RATES_OF_COUNTS)
def activity_by_status(
    placed_activity: pd.DataFrame, released_statuses: ReleasedTables
) -> pd.DataFrame:
    """Share the hours of each school phase among children's statuses."""
    share = hours_share(placed_activity, "child_status", "phase")
    entries = released_statuses.tables["status_by_phase"]
    return released_share(share, entries, ["phase", "child_status"])


@tag(disclosure=RATES_OF_COUNTS)
def status_by_pilot(
    placed_activity: pd.DataFrame, released_statuses: ReleasedTables
) -> pd.DataFrame:
    """Share each pilot's hours among children's statuses."""
    share = hours_share(placed_activity, "child_status", "pilot")
    entries = released_statuses.tables["status_by_pilot"]
    return released_share(share, entries, ["pilot", "child_status"])


@tag(disclosure=WORK)
def activity_period(activity_log: pd.DataFrame, origin: Origin) -> str:
    """Say in words which months the activity log covers."""
    return origin.period(activity_log["activity_date"])


# --- fieldwork and coded evidence ------------------------------------------------------------


def sessions_by_group(fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Count fieldwork by method, group and pilot."""
    return sessions(fieldwork)


def released_sessions(
    sessions_by_group: pd.DataFrame, disclosure_rules: DisclosureRules
) -> ReleasedSessions:
    """Apply disclosure control to the counts of sessions and people, all together."""
    return release_sessions(sessions_by_group, disclosure_rules)


@tag(disclosure=FIELDWORK)
def fieldwork_phases(fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Return when each phase of the study took place."""
    return study_phases(fieldwork)


@tag(disclosure=FIELDWORK)
def fieldwork_period(fieldwork: pd.DataFrame, origin: Origin) -> str:
    """Say in words which months the fieldwork covers."""
    return origin.period(fieldwork["fieldwork_date"])


def evidence_items(evidence: pd.DataFrame, fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Return one row for what each piece of fieldwork says on each finding."""
    return items(evidence, fieldwork, ITEM)


def pathway_items(evidence: pd.DataFrame, fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Return one row for what each piece of fieldwork says on each pathway."""
    return items(evidence, fieldwork, ON_PATHWAY)


@tag(disclosure=FIELDWORK)
def evidence_by_finding(evidence_items: pd.DataFrame) -> pd.DataFrame:
    """Count items by finding and direction."""
    return direction_counts(evidence_items, ["finding"], FINDINGS)


@tag(disclosure=FIELDWORK)
def evidence_by_source(evidence_items: pd.DataFrame) -> pd.DataFrame:
    """Count items by finding, pilot, method and direction."""
    return direction_counts(evidence_items, ["finding", "pilot", "method"])


@tag(disclosure=FIELDWORK)
def evidence_by_group(evidence_items: pd.DataFrame) -> pd.DataFrame:
    """Count items by finding, group of participants and direction; families are pooled."""
    group = evidence_items["participant_group"].replace(POOLED)
    pooled = evidence_items.assign(participant_group=group)
    return direction_counts(pooled, ["finding", "participant_group"])


@tag(disclosure=FIELDWORK)
def evidence_by_pathway(pathway_items: pd.DataFrame) -> pd.DataFrame:
    """Count items by pathway and direction."""
    return direction_counts(pathway_items, ["pathway"], PATHWAYS)


@tag(disclosure=FIELDWORK)
def evidence_by_phase(evidence_items: pd.DataFrame) -> pd.DataFrame:
    """Count items by the phase of school that they concern, and by direction."""
    return direction_counts(evidence_items, ["school_phase"], PHASES)


@tag(disclosure=FIELDWORK)
def pathway_by_phase(pathway_items: pd.DataFrame, evidence_items: pd.DataFrame) -> pd.DataFrame:
    """Return the share of the evidence from each phase of school that bears on each pathway."""
    return pathway_share(pathway_items, evidence_items)


def coder_agreement(evidence: pd.DataFrame) -> Agreement:
    """Return how far coders agree on the direction of the items that both coded."""
    return agreement(evidence)


def coder_count(evidence: pd.DataFrame) -> int:
    """Count the people who coded the fieldwork."""
    return int(evidence["coder"].nunique())

"""From the records of practice and fieldwork to counts and shares."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from analysis.practice import evidence_counts, fieldwork_sessions, hours_share, integration


def activity_log(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row an activity of a social worker."""
    return accepted_tables["activity_log"]


def deployments(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row a social worker and school."""
    return accepted_tables["deployments"]


def fieldwork(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row an interview, focus group or observation."""
    return accepted_tables["fieldwork"]


def evidence(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row a coded item of qualitative evidence."""
    return accepted_tables["evidence"]


def published_findings(published_directory: Path) -> tuple[dict[str, str], ...]:
    """Return the directions that the published summary states, in our words."""
    with (published_directory / "findings.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def activity_by_type(activity_log: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Share each pilot's hours among types of activity."""
    placed = activity_log.merge(schools[["school_id", "pilot"]], on="school_id")
    return hours_share(placed, "activity_type", ["pilot"])


def activity_by_status(activity_log: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Share the hours of each school phase among children's statuses."""
    placed = activity_log.merge(schools[["school_id", "phase"]], on="school_id")
    return hours_share(placed, "child_status", ["phase"])


def integration_by_pilot(deployments: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Count schools by how far workers were part of them."""
    return integration(deployments, schools)


def sessions_by_group(fieldwork: pd.DataFrame) -> pd.DataFrame:
    """Count fieldwork by method, group and pilot."""
    return fieldwork_sessions(fieldwork)


def evidence_by_finding(evidence: pd.DataFrame) -> pd.DataFrame:
    """Count coded items by finding, pilot and direction."""
    return evidence_counts(evidence)

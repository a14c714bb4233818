"""The numbers in sentences about practice, fieldwork and coded evidence."""

from __future__ import annotations

from itertools import product
from math import isnan
from typing import Any

import pandas as pd
from hamilton.function_modifiers import parameterize, resolve, tag, value

from analysis.dataflow.disclosure_paths import FIELDWORK, WORK
from analysis.exhibits.families import CONFIG_AVAILABLE, by_pilot
from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Number
from analysis.exhibits.parts.rows import row_of
from analysis.exhibits.parts.workings.statistics import kappa_working
from analysis.exhibits.parts.workings.working import counted_of, mean, percentage
from analysis.practice.activity import OPEN_TO_ALL, STATUTORY
from analysis.practice.evidence import DIRECTIONS, Agreement
from analysis.practice.presence import INTEGRATION, PHASES

FINDINGS = (1, 2, 3, 4, 5)
"""Key findings on practice; the sixth is on outcomes."""
METHODS = {"interviews": "interview", "focus_groups": "focus group", "observations": "observation"}
KINDS_OF_WORK = {
    "advice": "advice to staff",
    "parents": "work with parents",
    "direct": "direct work",
}

BY_FINDING = {
    f"finding_{finding}_{direction}": {"finding": value(finding), "direction": value(direction)}
    for finding, direction in product(FINDINGS, DIRECTIONS)
}
BY_PATHWAY = {
    f"pathway_{pathway.lower()}_{direction}": {
        "pathway": value(pathway),
        "direction": value(direction),
    }
    for pathway, direction in product("ABC", DIRECTIONS)
}
BY_WORK_AND_PHASE = {
    f"share_{name}_{phase}": {"kind": value(kind), "phase": value(phase)}
    for (name, kind), phase in product(KINDS_OF_WORK.items(), PHASES[:2])
}


# --- workers in schools ----------------------------------------------------------------------


@resolve(
    when=CONFIG_AVAILABLE,
    decorate_with=lambda pilot_names: by_pilot(pilot_names, "days_in_school"),
)
def days_in_school(pilot_delivery: pd.DataFrame, pilot: str) -> Number:
    """State how many days a week a worker of one pilot spent in schools."""
    row = row_of(pilot_delivery, "pilot", pilot)
    days = float(row["days_in_school"])
    workers, printed = int(row["workers"]), words.rate(days)
    working = mean(
        "days a week in schools, all workers", days * workers, "workers", workers, printed
    )
    return Number(days, printed, "days a week per worker", n=workers, working=working)


@parameterize(**{f"schools_{kind}": {"kind": value(kind)} for kind in INTEGRATION})
def schools_of_kind(integration_by_kind: pd.DataFrame, kind: str) -> Number:
    """Count the schools where the worker is embedded, mixed or visiting."""
    table = integration_by_kind.set_index("integration")["schools"]
    count, total = int(table[kind]), int(table.sum())
    working = counted_of(f"schools of this kind ({kind})", count, "schools with a worker", total)
    return Number(count, words.count(count), "schools", total, working=working)


@parameterize(**{f"days_{kind}": {"kind": value(kind)} for kind in ("embedded", "visiting")})
def days_of_kind(integration_by_kind: pd.DataFrame, kind: str) -> Number:
    """State the mean days a week with a worker in embedded, mixed or visited schools."""
    row = row_of(integration_by_kind, "integration", kind)
    days = float(row["days_per_week"])
    if isnan(days):
        return Number(None, "[z]", "days a week per school", 0)
    schools, printed = int(row["schools"]), words.rate(days)
    working = mean(
        "days a week with a worker, all these schools", days * schools, "schools", schools, printed
    )
    return Number(days, printed, "days a week per school", schools, working=working)


# --- what they did ---------------------------------------------------------------------------


@tag(disclosure=WORK)
def hours_logged(placed_activity: pd.DataFrame) -> Number:
    """State the hours in the activity log."""
    hours = float(placed_activity["hours"].sum())
    return Number(hours, words.count(hours), "hours", len(placed_activity))


@tag(disclosure=WORK)
def entries_logged(placed_activity: pd.DataFrame) -> Number:
    """Count the entries of the activity log."""
    return Number(len(placed_activity), words.count(len(placed_activity)), "entries")


def share_statutory(activity_by_type: pd.DataFrame) -> Number:
    """State the share of all hours spent on statutory work."""
    return _share(activity_by_type, STATUTORY)


def share_open(activity_by_type: pd.DataFrame) -> Number:
    """State the share of all hours spent on work that needs no referral."""
    return _share(activity_by_type, OPEN_TO_ALL)


@parameterize(**BY_WORK_AND_PHASE)
def share_of_work(activity_by_phase: pd.DataFrame, kind: str, phase: str) -> Number:
    """State the share of the hours in primary or secondary schools spent on one type of work."""
    in_phase = activity_by_phase.loc[activity_by_phase["phase"] == phase]
    own = in_phase.loc[in_phase["activity_type"] == kind]
    percent = float(own["percent"].sum())
    printed = f"{percent:.0f}%"
    hours, total = float(own["hours"].sum()), float(in_phase["hours"].sum())
    working = percentage(
        f"hours of {kind}", hours, f"all hours logged in {phase} schools", total, printed
    )
    return Number(percent, printed, "per cent of hours", working=working)


@parameterize(**{f"share_hours_{phase}": {"phase": value(phase)} for phase in PHASES})
def share_of_phase(effort_by_phase: pd.DataFrame, phase: str) -> Number:
    """State the share of all hours spent in schools of one phase."""
    row = row_of(effort_by_phase, "phase", phase)
    percent = float(row["percent"])
    printed, total = f"{percent:.0f}%", float(effort_by_phase["hours"].sum())
    working = percentage(
        f"hours logged in {phase} schools", float(row["hours"]), "all hours logged", total, printed
    )
    return Number(percent, printed, "per cent of hours", int(row["schools"]), working=working)


# --- fieldwork and coded evidence ------------------------------------------------------------


@tag(disclosure=FIELDWORK)
@parameterize(**{name: {"method": value(method)} for name, method in METHODS.items()})
def sessions_of_method(sessions_by_group: pd.DataFrame, method: str) -> Number:
    """Count interviews, focus groups or observations."""
    chosen = sessions_by_group.loc[sessions_by_group["method"] == method, "sessions"]
    return Number(int(chosen.sum()), words.count(chosen.sum()), f"{method}s")


def items_all(evidence_by_finding: pd.DataFrame) -> Number:
    """Count all coded items."""
    total = int(evidence_by_finding["items"].sum())
    return Number(total, words.count(total), "coded items")


@parameterize(**BY_FINDING)
def items_on_finding(evidence_by_finding: pd.DataFrame, finding: int, direction: str) -> Number:
    """Count the items that support, qualify or contradict one key finding."""
    row = row_of(evidence_by_finding, "finding", finding)
    return _items(row, direction, f"items on key finding {finding}")


@parameterize(**BY_PATHWAY)
def items_on_pathway(evidence_by_pathway: pd.DataFrame, pathway: str, direction: str) -> Number:
    """Count the items that support, qualify or contradict one pathway."""
    row = row_of(evidence_by_pathway, "pathway", pathway)
    return _items(row, direction, f"items on pathway {pathway}")


def _items(row: dict[str, Any], direction: str, among: str) -> Number:
    count, items = int(row[direction]), int(row["items"])
    working = counted_of(f"items coded as “{direction}”", count, among, items)
    return Number(count, words.count(count), "coded items", items, working=working)


def coders(coder_count: int) -> Number:
    """Count the researchers who coded the fieldwork."""
    return Number(coder_count, words.spelled(coder_count), "coders")


def items_coded_twice(coder_agreement: Agreement) -> Number:
    """Count the items coded by both coders."""
    return Number(coder_agreement.items, words.count(coder_agreement.items), "coded items")


def coders_agree(coder_agreement: Agreement) -> Number:
    """State the share of items coded twice to which both coders gave the same direction."""
    percent = 100 * coder_agreement.agreed
    items, printed = coder_agreement.items, f"{percent:.0f}%"
    working = percentage(
        "items to which both gave the same direction",
        coder_agreement.agreed * items,
        "items that both coded",
        items,
        printed,
    )
    return Number(percent, printed, "per cent of items", items, working=working)


def coders_kappa(coder_agreement: Agreement) -> Number:
    """State Cohen's kappa of the two coders, with its interval."""
    found = coder_agreement
    printed = words.interval(found.kappa, found.kappa_low, found.kappa_high, words.ratio)
    ends = (found.kappa_low, found.kappa_high)
    working = kappa_working(found, printed)
    return Number(found.kappa, printed, "Cohen's kappa", found.items, ends, working=working)


# --- the later trial -------------------------------------------------------------------------


def _share(activity: pd.DataFrame, kinds: tuple[str, ...]) -> Number:
    hours = activity.groupby("activity_type")["hours"].sum()
    own, total = float(hours[hours.index.isin(kinds)].sum()), float(hours.sum())
    percent = 100 * own / total
    printed = f"{percent:.0f}%"
    working = percentage(f"hours of {words.listed(kinds)}", own, "all hours logged", total, printed)
    return Number(percent, printed, "per cent of hours", working=working)

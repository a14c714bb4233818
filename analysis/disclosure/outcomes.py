"""The report's counts of outcomes, released jointly.

The table before and after, the terms of every figure and the total of all events are sums over the
same children. Each is safe given the others only if suppression is joint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Aggregate
from analysis.disclosure.linked_tables import release_tables
from analysis.disclosure.many.blocks import MOST_JOINTLY, blocks_of, release_by_block
from analysis.disclosure.rules import DisclosureRules
from analysis.disclosure.status import Status, strictest
from analysis.extract.files.out_of_core import OutOfCoreEvents

if TYPE_CHECKING:
    from analysis.study.settings import Outcome

KEYS = ("outcome", "pilot", "school_id", "arm", "month", "term", "window")
"""Columns of the panel that each record carries: those by which tables may be classified."""

CLASSES = ("outcome", "pilot", "arm", "window")
"""Those with few values, which are kept as codes: there may be tens of millions of records."""

BLOCKS = ("outcome", "pilot", "arm")
"""Columns that classify every table except the total of all events."""

DAYS = (
    Aggregate(
        "before_after", ("outcome", "pilot", "arm", "window"), {"window": ("before", "after")}
    ),
    Aggregate("terms", ("outcome", "pilot", "arm", "term")),
    Aggregate("parts_of_terms", ("outcome", "pilot", "arm", "term", "window")),
)
"""The tables of outcomes measured in days, which are shown without totals.

A window may end within a term. The part that lies in both is shown in no table, but follows from
the window and its other terms: so it is protected in the same way as the cells of the tables.
"""

EVENTS = (*DAYS, Aggregate("all"))
"""The tables of counted events that the report shows, over all outcomes, and parts of terms."""


@dataclass(frozen=True)
class ReleasedOutcomes:
    """Every count of an outcome that the report may show.

    Attributes
    ----------
    tables
        Tables by name: `before_after`, `terms`, and `parts_of_terms`, which is never shown.
        Columns: their classifying columns, and `count`, an integer number of events or days, or
        `c` (object). `all`: one row, all events.
    statuses
        The disclosure status of each table.
    check
        The intruder's check; see `analysis.disclosure.linked_tables.ReleasedTables`.
    """

    tables: Mapping[str, pd.DataFrame]
    statuses: Mapping[str, Status]
    check: pd.DataFrame


def release_outcomes(
    outcome_panel: pd.DataFrame,
    child_events: pd.DataFrame,
    care_episodes: pd.DataFrame,
    outcomes: Sequence[Outcome],
    rules: DisclosureRules,
) -> ReleasedOutcomes:
    """Sum every outcome into the report's tables, and suppress unsafe cells.

    Parameters
    ----------
    outcome_panel
        One row per school, outcome and month; months without a return are in no table.
    child_events, care_episodes
        Typed tables of the extract, with the children behind each count.
    outcomes
        The outcomes that are counted, and how.
    rules
        The disclosure rules of the channel.
    """
    returned = outcome_panel.loc[outcome_panel["returned"], [*KEYS]]
    returned = returned.astype(dict.fromkeys(CLASSES, "category"))
    parts = []
    for measure, aggregates in (("events", EVENTS), ("days", DAYS)):
        chosen = [outcome for outcome in outcomes if outcome.measure == measure]
        records = outcome_records(returned, child_events, care_episodes, chosen)
        if len(records):
            records = records[[*CLASSES, "term", "child_id", "amount"]]
            release = (
                release_tables if blocks_of(records, BLOCKS) <= MOST_JOINTLY
                else partial(release_by_block, by=BLOCKS)
            )  # fmt: skip
            parts.append(
                release(records, aggregates, rules, count="amount", person="child_id",
                        is_sum=measure == "days")
            )  # fmt: skip
    names = [aggregate.name for aggregate in EVENTS]
    return ReleasedOutcomes(
        {
            n: pd.concat([p.tables[n] for p in parts if n in p.tables], ignore_index=True)
            for n in names
        },
        {n: strictest([p.statuses[n] for p in parts if n in p.statuses]) for n in names},
        pd.concat([part.check for part in parts], ignore_index=True),
    )


def outcome_records(
    returned: pd.DataFrame,
    child_events: pd.DataFrame,
    care_episodes: pd.DataFrame,
    outcomes: Sequence[Outcome],
) -> pd.DataFrame:
    """Return the children's records behind the counts of some outcomes.

    Parameters
    ----------
    returned
        School-months of the outcomes with a return, with `outcome`, `school_id` and
        `month`.
    child_events, care_episodes, outcomes
        As in `release_outcomes`.

    Returns
    -------
    DataFrame
        The columns of `returned`, `child_id` and `amount` (events or days): one row per child,
        month and outcome, and a row with zero and no child for every school-month.
    """
    parts = []
    for outcome in outcomes:
        panel = returned[returned["outcome"] == outcome.name]
        behind = (
            _days(care_episodes, panel["month"])
            if outcome.measure == "days"
            else _events(child_events, outcome.event_type)
        )
        parts.append(panel.assign(child_id="", amount=0))
        parts.append(panel.merge(behind, on=["school_id", "month"]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _events(child_events: pd.DataFrame, kind: str) -> pd.DataFrame:
    if isinstance(child_events, OutOfCoreEvents):
        return child_events.records(kind).assign(amount=1)[
            ["school_id", "month", "child_id", "amount"]
        ]
    chosen = child_events[child_events["event_type"] == kind]
    months = chosen["event_date"].dt.to_period("M")
    return chosen.assign(month=months, amount=1)[["school_id", "month", "child_id", "amount"]]


def _days(care_episodes: pd.DataFrame, months: pd.Series) -> pd.DataFrame:
    """Return each child's days in care by month, excluding the last day of an episode."""
    every = pd.period_range(months.min(), months.max(), freq="M")
    opens = every.start_time.to_numpy()
    closes = (every + 1).start_time.to_numpy()
    started = care_episodes["started"].to_numpy()[:, np.newaxis]
    ended = care_episodes["ended"].fillna(pd.Timestamp(closes[-1])).to_numpy()[:, np.newaxis]
    overlap = (np.minimum(ended, closes) - np.maximum(started, opens)) / np.timedelta64(1, "D")
    episode, month = np.nonzero(overlap > 0)
    return pd.DataFrame(
        {
            "school_id": care_episodes["school_id"].to_numpy()[episode],
            "month": every[month],
            "child_id": care_episodes["child_id"].to_numpy()[episode],
            "amount": overlap[episode, month].astype(int),
        }
    )

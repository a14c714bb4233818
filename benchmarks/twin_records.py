"""Change one record of a suppressed cell to make a twin extract; see `benchmarks.twins`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.disclosure.rules import CONFIDENTIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.twins import SmallExtract


class _Events:
    """Move an event of one suppressed cell to another."""

    def __init__(
        self, extract: SmallExtract, random: np.random.Generator, alike: list[str]
    ) -> None:
        self.random, self.alike = random, alike
        values = extract.values
        types = {each.name: each.event_type for each in values["outcomes"] if each.event_type}
        hidden = hidden_months(values["outcome_panel"], values["released_outcomes"].tables)
        hidden["event_type"] = hidden["outcome"].map(types)
        self.places = hidden.dropna(subset="event_type")

    def __call__(self, events: pd.DataFrame) -> pd.DataFrame | None:
        """Return the events with one moved; None if the one drawn cannot be moved."""
        keys = ["school_id", "event_type", "month"]
        months = events.assign(month=events["event_date"].dt.to_period("M"))
        within = months.reset_index().merge(self.places, on=keys)
        if within.empty:
            return None
        one = within.iloc[self.random.integers(len(within))]
        to = self.places.loc[self._reachable(one)]
        if to.empty:
            return None
        place = to.iloc[self.random.integers(len(to))]
        day = place["month"].start_time + pd.Timedelta(days=int(self.random.integers(28)))
        changed = events.copy()
        columns = ["school_id", "event_type", "event_date"]
        changed.loc[one["index"], columns] = [place["school_id"], place["event_type"], day]
        return changed

    def _reachable(self, one: pd.Series) -> pd.Series:
        """Return which cells an event can move to without changing a published count."""
        same = self.places[SAME] == one[SAME]
        alike = same[self.alike].all(axis=1) & ~same[["outcome", "school_id", "month"]].all(axis=1)
        within = same[["outcome", "school_id", "window"]].all(axis=1)
        return alike & (within | (self.places["unseen"] & one["unseen"]))


SAME = ["outcome", "school_id", "month", "window"]


def hidden_months(panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the school-months of suppressed cells, `unseen` if no other table shows their sum."""
    months = panel.loc[panel["returned"]].astype({"term": str, "window": str})
    for name, period in (("terms", "term"), ("before_after", "window")):
        cells = tables[name].astype({period: str})
        cells[name] = cells.pop("count") == CONFIDENTIAL
        months = months.merge(cells, on=["outcome", "pilot", "arm", period], how="left")
    # Months outside both windows are in no cell of that table, and therefore not shown by it.
    unseen = months["before_after"].astype("boolean").fillna(value=True).astype(bool)
    return months.assign(unseen=unseen).loc[months["terms"].astype(bool), [*SAME, "unseen"]]


class _Days:
    """Shift a spell in care, or one of its ends, by some days."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random

    def __call__(self, episodes: pd.DataFrame) -> pd.DataFrame | None:
        """Return the episodes with one changed."""
        one = episodes.index[self.random.integers(len(episodes))]
        days = pd.Timedelta(days=int(self.random.integers(1, 60)) * self.random.choice([-1, 1]))
        changed = episodes.copy()
        for end in (["started"], ["ended"], ["started", "ended"])[self.random.integers(3)]:
            changed.loc[one, end] += days
        return None if changed.loc[one, "started"] >= changed.loc[one, "ended"] else changed


class _Statuses:
    """Swap the child's status of two entries of one pilot, which leaves totals unchanged."""

    def __init__(self, extract: SmallExtract, random: np.random.Generator) -> None:
        self.random = random
        cells = extract.values["released_statuses"].tables["status_by_phase"]
        hidden = cells.loc[cells["count"] == CONFIDENTIAL, ["phase", "child_status"]]
        self.hidden = set(hidden.itertuples(index=False, name=None))
        place = extract.values["school_presence"].set_index("school_id")
        entries = extract.tables["activity_log"]
        self.phase, self.pilot = (entries["school_id"].map(place[c]) for c in ("phase", "pilot"))

    def __call__(self, entries: pd.DataFrame) -> pd.DataFrame | None:
        """Return the entries with two changed; None if those drawn cannot be swapped."""
        status, hours = entries["child_status"], entries["hours"]
        kinds = pd.Series(zip(self.phase, status, strict=True), entries.index)
        inside = entries.index[kinds.isin(list(self.hidden))]
        if len(inside) < 2:
            return None
        one, other = inside[self.random.choice(len(inside), 2, replace=False)]
        swapped = {(self.phase[one], status[other]), (self.phase[other], status[one])}
        # Hours by pilot and status are published together with the count of entries.
        alike = self.pilot[one] == self.pilot[other] and hours[one] == hours[other]
        unlike = self.phase[one] != self.phase[other] and status[one] != status[other]
        if not (alike and unlike and swapped <= self.hidden):
            return None
        changed = entries.copy()
        changed.loc[[one, other], "child_status"] = [status[other], status[one]]
        return changed


class _Sessions:
    """Swap the participants of two sessions of one method, which leaves totals unchanged."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random

    def __call__(self, fieldwork: pd.DataFrame) -> pd.DataFrame | None:
        """Return the fieldwork with two sessions changed; None if the two drawn do not qualify."""
        families = fieldwork.index[fieldwork["participant_group"].isin(["child", "parent"])]
        pair = fieldwork.loc[self.random.choice(families, 2, replace=False)]
        if pair["method"].nunique() > 1 or pair["participant_group"].nunique() < 2:
            return None
        people = ["participant_group", "participants"]
        changed = fieldwork.copy()
        changed.loc[pair.index, people] = pair[people].to_numpy()[::-1]
        return changed


CHANGES: dict[str, Callable[[SmallExtract, np.random.Generator], Any]] = {
    "month": lambda e, r: _Events(e, r, ["outcome", "school_id"]),
    "group": lambda e, r: _Events(e, r, ["outcome", "month"]),
    "outcome": lambda e, r: _Events(e, r, ["school_id", "month"]),
    "days": lambda _, r: _Days(r),
    "status": _Statuses,
    "session": lambda _, r: _Sessions(r),
}
"""Functions that change a record, by kind of twin."""

"""An extract to be corrupted: its tables as text, and the edits that corruptions share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

START = "2019-05-01"
PILOTS = ("Lambeth", "Southampton", "Stockport")
ARMS = ("intervention", "comparison")
KINDS = {
    "referral": "referrals",
    "s17_start": "Section 17 starts",
    "s47_enquiry": "Section 47 enquiries",
}
OUTCOME_FILES = ("school_months", "children", "child_events", "care_episodes")
PROGRAMME_FILES = ("schools", "deployments", "activity_log", "fieldwork")


@dataclass
class Sent:
    """The tables of an extract, to be edited.

    Attributes
    ----------
    tables
        Columns of text by dataset, indexed from 0.
    draw
        Random generator, with the same seed for every corruption.
    """

    tables: dict[str, pd.DataFrame]
    draw: np.random.Generator = field(default_factory=lambda: np.random.default_rng(2019))

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    @cached_property
    def schools(self) -> pd.DataFrame:
        """The undamaged list of schools, by identifier, with the number of events of each."""
        found = self.tables["schools"].set_index("school_id")
        events = self.tables["child_events"]["school_id"].value_counts()
        return found.assign(events=events.reindex(found.index).fillna(0))

    def of(self, name: str, column: str) -> pd.Series:
        """Return for each row of a dataset the value in `schools.csv` for its school."""
        return self.tables[name]["school_id"].map(self.schools[column])

    def rows(
        self, name: str, *, pilot: str = "", arm: str = "", after: bool | None = None, **equal: str
    ) -> pd.Series:
        """Return which rows match a pilot, an arm, a period and other values."""
        table = self.tables[name]
        chosen = pd.Series(True, table.index)
        if pilot:
            chosen &= self.of(name, "pilot") == pilot
        if arm:
            chosen &= self.of(name, "arm") == arm
        if after is not None:
            chosen &= (table[DAYS[name]].str[:7] >= START[:7]) == after
        for column, value in equal.items():
            chosen &= table[column] == value
        return chosen

    def drop(self, name: str, rows: pd.Series) -> None:
        """Remove rows."""
        self.tables[name] = self.tables[name][~rows].reset_index(drop=True)

    def keep_used_children(self) -> None:
        """Remove children without any record, as an export by event does."""
        used = {*self["child_events"]["child_id"], *self["care_episodes"]["child_id"]}
        self.drop("children", ~self["children"]["child_id"].isin(used))

    def put(self, name: str, rows: pd.Series, column: str, values: object) -> None:
        """Set a column in some rows to one value, or to one for each row."""
        table = self.tables[name].copy()
        table.loc[rows, column] = values
        self.tables[name] = table

    def replace(self, name: str, column: str, swap: Mapping[str, str], rows: pd.Series) -> None:
        """Replace values in some rows according to a mapping."""
        old = self[name].loc[rows, column]
        self.put(name, rows, column, old.map(lambda value: swap.get(value, value)))

    def exchange(self, pairs: Mapping[str, str], *names: str) -> None:
        """Swap identifiers of schools in whole files."""
        both = {**pairs, **{b: a for a, b in pairs.items()}}
        for name in names:
            self.replace(name, "school_id", both, pd.Series(True, self[name].index))

    def some(self, rows: pd.Series, share: float) -> pd.Series:
        """Return some of the rows, chosen at random."""
        return rows & (self.draw.random(len(rows)) < share)

    def shift(self, name: str, rows: pd.Series, column: str, days: int) -> None:
        """Shift dates by days, leaving blanks."""
        old = pd.to_datetime(self[name].loc[rows, column].replace("", None))
        moved = (old + pd.Timedelta(days=days)).dt.strftime("%Y-%m-%d")
        self.put(name, rows, column, moved.fillna(""))

    def again(self, name: str, rows: pd.Series, key: str, days: int, column: str) -> None:
        """Duplicate rows under new identifiers, dated some days later."""
        own = self[name]
        copies = own[rows].copy()
        letters = own[key].str.extract(r"^([A-Z]+)")[0].iloc[0]
        width = len(own[key].iloc[0]) - len(letters)
        first = own[key].str[len(letters) :].astype(int).max() + 1
        copies[key] = [f"{letters}{first + turn:0{width}d}" for turn in range(len(copies))]
        self.tables[name] = pd.concat([own, copies], ignore_index=True)
        if days:
            new = pd.Series(range(len(self[name])), self[name].index) >= len(own)
            self.shift(name, new, column, days)

    def pairs(self, pilot: str = "") -> dict[str, str]:
        """Return each intervention school with its comparison school."""
        chosen = self.schools[self.schools["pilot"] == pilot] if pilot else self.schools
        by_set = chosen.reset_index().pivot_table(
            "school_id", "matched_set", "arm", aggfunc="first"
        )
        return dict(zip(by_set["intervention"], by_set["comparison"], strict=True))

    def school(self, phase: str, arm: str = "intervention", pilot: str = "", place: int = 0) -> str:
        """Return a school of a phase and arm by rank: 0 has the most events, -1 the fewest."""
        found = self.schools[(self.schools["phase"] == phase) & (self.schools["arm"] == arm)]
        found = found[found["pilot"] == pilot] if pilot else found
        return str(found.sort_values("events", ascending=False).index[place])


DAYS = {
    "child_events": "event_date",
    "care_episodes": "started",
    "activity_log": "activity_date",
    "school_months": "month",
    "fieldwork": "fieldwork_date",
}

Edit = Callable[[Sent], None]


@dataclass(frozen=True)
class Corruption:
    """One corruption.

    Attributes
    ----------
    name
        Description of what was done.
    edit
        Function that does it.
    """

    name: str
    edit: Edit


class Devised:
    """Registry of the corruptions of some files."""

    def __init__(self) -> None:
        self.found: list[Corruption] = []

    def add(self, name: str, edit: Edit) -> None:
        """Add a corruption given as a function."""
        self.found.append(Corruption(name, edit))

    def __call__(self, name: str) -> Callable[[Edit], Edit]:
        """Return a decorator that adds a function."""

        def keep(edit: Edit) -> Edit:
            self.add(name, edit)
            return edit

        return keep

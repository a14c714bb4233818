"""Release of linked tables: cells are suppressed jointly, so that no table reveals another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Aggregate, CellSystem, cell_system
from analysis.disclosure.intruder import check_table
from analysis.disclosure.rules import CONFIDENTIAL, DisclosureRules
from analysis.disclosure.status import Status, held, released, suppressed
from analysis.disclosure.suppression import UnprotectableError, suppress


@dataclass(frozen=True)
class ReleasedTables:
    """Tables that may be published together.

    Attributes
    ----------
    tables
        Tables by name: their classifying columns, and `count`, an integer or `c` (object).
    statuses
        The disclosure status of each table.
    check
        The intruder's check, one row per table: `table`, `cells`, `hidden`, `narrowest_range` (the
        narrowest feasible range of any suppressed cell: its largest less its smallest possible
        value) and `safe`.
    """

    tables: Mapping[str, pd.DataFrame]
    statuses: Mapping[str, Status]
    check: pd.DataFrame


def release_tables(
    records: pd.DataFrame,
    aggregates: Sequence[Aggregate],
    rules: DisclosureRules,
    *,
    count: str,
    person: str = "",
    is_sum: bool = False,
) -> ReleasedTables:
    """Sum records into tables, and suppress unsafe cells over all tables jointly.

    Totals stay true: a table's totals are tables of their own, summed over all records,
    never over the cells that are shown.

    Parameters
    ----------
    records
        One row per event or group, shape (records, columns).
    aggregates
        Every table of this count that the report shows, including totals. A figure's data, a
        number in a sentence and a rate are such tables too.
    rules
        The disclosure rules of the channel.
    count, person, is_sum
        As in `analysis.disclosure.cells.cell_system`.

    Examples
    --------
    >>> from analysis.disclosure import PUBLIC
    >>> records = pd.DataFrame({"arm": list("aabb"), "half": list("xyxy"), "n": [2, 9, 8, 9]})
    >>> tables = [Aggregate("cells", ("arm", "half")), Aggregate("arms", ("arm",)),
    ...           Aggregate("halves", ("half",))]
    >>> out = release_tables(records, tables, PUBLIC, count="n")
    >>> out.tables["cells"]["count"].tolist(), out.tables["arms"]["count"].tolist()
    (['c', 'c', 'c', 'c'], [11, 17])
    """
    system = cell_system(records, aggregates, rules, count=count, person=person, is_sum=is_sum)
    try:
        choice = suppress(system)
    except UnprotectableError:
        return held_tables(system)
    tables = {
        name: with_counts(table, system.values, choice.hidden)
        for name, table in system.tables.items()
    }
    statuses = {name: status_of(table, rules) for name, table in tables.items()}
    return ReleasedTables(tables, statuses, check_table(system, choice.check))


def with_counts(table: pd.DataFrame, values: np.ndarray, hidden: np.ndarray) -> pd.DataFrame:
    """Return a table with its counts, or `c` where they are suppressed."""
    shown = [CONFIDENTIAL if hidden[cell] else round(values[cell]) for cell in table["cell"]]
    return table.drop(columns="cell").assign(count=pd.Series(shown, table.index, dtype=object))


def status_of(table: pd.DataFrame, rules: DisclosureRules) -> Status:
    """Return the disclosure status of a table with counts."""
    hidden = sum(isinstance(value, str) for value in table["count"])
    if not hidden:
        return released(f"No count that the {rules.channel} channel hides.")
    counts = "One count" if hidden == 1 else f"{hidden} counts"
    return suppressed(
        f"{counts} of {len(table)} hidden as [{CONFIDENTIAL}]: too few children, or needed "
        "to keep another such count from being worked out."
    )


def held_tables(system: CellSystem) -> ReleasedTables:
    """Hold back every table of a system that no choice of suppressed cells protects."""
    reason = "Its small counts could be worked out from its other counts, whatever is hidden."
    tables = {name: with_counts(table, system.values, np.ones(len(system.values), dtype=bool))
              for name, table in system.tables.items()}  # fmt: skip
    check = pd.DataFrame(
        {
            "table": list(tables),
            "cells": [len(table) for table in tables.values()],
            "hidden": [len(table) for table in tables.values()],
            "narrowest_range": np.nan,
            "safe": False,
        }
    )
    return ReleasedTables(tables, dict.fromkeys(tables, held(reason)), check)

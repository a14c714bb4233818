"""Release of linked tables block by block, where few sums link very many of them.

Tables that are classified by local authority link the cells of one authority alone. Suppression
is then chosen for each authority by itself, in time that grows with their number; a total over all
of them is shown only if it leaves every suppressed cell the range that it has without the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Aggregate, cell_system
from analysis.disclosure.intruder import TOLERANCE, check_table, intruder_check, total_range
from analysis.disclosure.linked_tables import ReleasedTables, held_tables, status_of, with_counts
from analysis.disclosure.rules import CONFIDENTIAL, DisclosureRules
from analysis.disclosure.status import Status, held, released
from analysis.disclosure.suppression import UnprotectableError, suppress

MOST_JOINTLY = 150
"""Blocks up to which suppression is chosen for all of them jointly."""
REACH = 3
"""Multiple of the threshold by which the sum of a block may move and its cells be safe: a cell must
reach the threshold, and what makes up for it elsewhere is rarely more."""
TOTAL_HELD = "Together with the cells that are shown, it would reveal one that is suppressed."


@dataclass(frozen=True)
class _Block:
    """What is released of one block.

    Attributes
    ----------
    tables, check
        As in `ReleasedTables`.
    total
        The sum of its counts.
    below, above
        How far below and above the total the sum may be for all that a reader knows.
    moves
        How far the sum has to be free to move, for suppressed cells to keep their ranges.
    """

    tables: dict[str, pd.DataFrame]
    check: pd.DataFrame
    total: float
    below: float = 0.0
    above: float = 0.0
    moves: float = 0.0


def blocks_of(records: pd.DataFrame, by: Sequence[str]) -> int:
    """Return the number of blocks."""
    return len(records[list(by)].drop_duplicates())


def release_by_block(
    records: pd.DataFrame,
    aggregates: Sequence[Aggregate],
    rules: DisclosureRules,
    *,
    by: Sequence[str],
    count: str,
    person: str = "",
    is_sum: bool = False,
) -> ReleasedTables:
    """Sum records into tables, and suppress unsafe cells block by block.

    Parameters
    ----------
    records, rules, count, person, is_sum
        As in `analysis.disclosure.linked_tables.release_tables`.
    aggregates
        Tables classified by the columns of the blocks, and totals over everything.
    by
        The columns whose combinations are the blocks.

    Notes
    -----
    A reader who is shown the total of all blocks learns of one block only what the others leave
    open: its sum is the total less theirs. If its cells keep their ranges while its sum moves no
    further than the others can make up for, the total reveals nothing.
    """
    own = [each for each in aggregates if set(by) <= set(each.by)]
    totals = [each for each in aggregates if each not in own]
    if any(each.by or each.where for each in totals):
        raise ValueError("a table is classified by all columns of the blocks, or is a total")
    release = partial(
        _released, aggregates=own, rules=rules, count=count, person=person, is_sum=is_sum
    )
    groups = records.groupby(list(by), observed=True, sort=True)
    found = [release(group) for _, group in groups]
    tables = {
        each.name: pd.concat([block.tables[each.name] for block in found], ignore_index=True)
        for each in own
    }
    statuses = {name: status_of(table, rules) for name, table in tables.items()}
    check = _together(found)
    for each in totals:
        few = (
            rules.is_unsafe(records.loc[records[count] > 0, person].nunique()) if person else False
        )
        whole = sum(block.total for block in found)
        shown = not (few or rules.is_unsafe(whole)) and not _revealed(found)
        value: object = round(whole) if shown else CONFIDENTIAL
        tables[each.name] = pd.DataFrame({"count": pd.Series([value], dtype=object)})
        statuses[each.name] = _status_of_total(rules, shown=shown)
        row = {"table": each.name, "cells": 1, "hidden": int(not shown), "safe": True}
        check = pd.concat([check, pd.DataFrame([row])], ignore_index=True)
    return ReleasedTables(tables, statuses, check)


def _released(
    records: pd.DataFrame,
    *,
    aggregates: Sequence[Aggregate],
    rules: DisclosureRules,
    count: str,
    person: str,
    is_sum: bool,
) -> _Block:
    system = cell_system(records, aggregates, rules, count=count, person=person, is_sum=is_sum)
    total = float(system.atoms.sum())
    try:
        choice = suppress(system)
    except UnprotectableError:
        # Nothing of the block is shown, not even that a count is zero.
        every = held_tables(system)
        check = every.check.assign(safe=True)
        return _Block(dict(every.tables), check, total, total, np.inf, total)
    tables = {
        name: with_counts(table, system.values, choice.hidden)
        for name, table in system.tables.items()
    }
    check = check_table(system, choice.check)
    if not choice.hidden.any():
        return _Block(tables, check, total)
    least, most = total_range(system, choice.hidden)
    moves = max(total - least, most - total)
    near = REACH * rules.threshold
    if near < moves and intruder_check(system, choice.hidden, within=near).safe.all():
        moves = near
    return _Block(tables, check, total, total - least, most - total, moves)


def _revealed(blocks: Sequence[_Block]) -> bool:
    """Whether the total of all blocks could narrow the range of a suppressed cell."""
    below, above, moves = (
        np.array([getattr(block, name) for block in blocks]) for name in ("below", "above", "moves")
    )
    for own in np.flatnonzero(moves > TOLERANCE):
        others = np.arange(len(blocks)) != own
        if min(below[others].sum(), above[others].sum()) < moves[own] - TOLERANCE:
            return True
    return False


def _together(blocks: Sequence[_Block]) -> pd.DataFrame:
    """Return the intruder's check of each table over all blocks."""
    every = pd.concat([block.check for block in blocks], ignore_index=True)
    by_table = every.groupby("table", sort=False)
    return by_table.agg(
        cells=("cells", "sum"), hidden=("hidden", "sum"),
        narrowest_range=("narrowest_range", "min"), safe=("safe", "all"),
    ).reset_index()  # fmt: skip


def _status_of_total(rules: DisclosureRules, *, shown: bool) -> Status:
    if shown:
        return released(f"No count that the {rules.channel} channel hides.")
    return held(TOTAL_HELD)

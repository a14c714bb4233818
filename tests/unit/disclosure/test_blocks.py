"""Suppression block by block is safe jointly, and a total is held that would undo it."""

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import PUBLIC
from analysis.disclosure.cells import Aggregate, cell_system
from analysis.disclosure.intruder import intruder_check
from analysis.disclosure.linked_tables import release_tables
from analysis.disclosure.many.blocks import release_by_block
from analysis.disclosure.rules import CONFIDENTIAL

TABLES = (
    Aggregate("windows", ("site", "window")),
    Aggregate("terms", ("site", "term")),
    Aggregate("parts", ("site", "term", "window")),
    Aggregate("all"),
)


def records(counts):
    """Return one record per event, each of a child of its own: {site: counts of four parts}."""
    rows = [
        (site, "before" if part < 2 else "after", part % 2, n)
        for site, parts in counts.items()
        for part, n in enumerate(parts)
    ]
    return pd.DataFrame(rows, columns=["site", "window", "term", "n"])


def released(counts):
    return release_by_block(records(counts), TABLES, PUBLIC, by=("site",), count="n")


@pytest.mark.parametrize("seed", range(8))
def test_what_is_shown_keeps_every_range_though_a_reader_sees_all_blocks(seed):
    random = np.random.default_rng(seed)
    counts = {f"S{n}": random.poisson(random.choice([3, 12, 40]), 4) for n in range(6)}
    given = released(counts)
    whole = cell_system(records(counts), TABLES, PUBLIC, count="n")
    hidden = np.zeros(len(whole.values), dtype=bool)
    for name, table in whole.tables.items():
        shown = given.tables[name]
        assert shown.drop(columns="count").equals(table.drop(columns="cell"))
        hidden[table["cell"].to_numpy()] |= (shown["count"] == CONFIDENTIAL).to_numpy()
        values = shown["count"].where(shown["count"] != CONFIDENTIAL)
        kept = values.notna().to_numpy()
        assert (values[kept] == whole.values[table["cell"].to_numpy()[kept]]).all()
    assert intruder_check(whole, hidden).safe.all()


def test_each_block_is_what_it_is_by_itself():
    counts = {"A": (2, 9, 8, 9), "B": (20, 30, 40, 50)}
    given = released(counts)
    for site, parts in counts.items():
        alone = release_tables(records({site: parts}), TABLES[:3], PUBLIC, count="n")
        for name, table in alone.tables.items():
            own = given.tables[name].loc[given.tables[name]["site"] == site]
            assert own.reset_index(drop=True).equals(table)


def test_a_total_is_held_that_reveals_the_only_block_with_something_to_hide():
    """Block A hides all; B hides nothing, so that the total less B's is A's."""
    given = released({"A": (1, 0, 2, 0), "B": (20, 30, 40, 50)})
    assert given.tables["all"]["count"].tolist() == [CONFIDENTIAL]
    assert given.statuses["all"].held


def test_a_total_is_shown_where_blocks_hide_one_another():
    given = released({f"S{n}": (1, 2, 2, 1) for n in range(30)})
    assert (given.tables["parts"]["count"] == CONFIDENTIAL).any()
    assert given.tables["all"]["count"].tolist() == [180]


def test_a_table_across_blocks_is_refused():
    tables = (Aggregate("windows", ("window",)),)
    with pytest.raises(ValueError, match="all columns of the blocks"):
        release_by_block(records({"A": (9, 9, 9, 9)}), tables, PUBLIC, by=("site",), count="n")

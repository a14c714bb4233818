"""Linked tables: what is hidden in one does not follow from the others."""

import itertools

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import EGRESS, PUBLIC, Aggregate, intruder, release_tables
from analysis.disclosure.cells import CellSystem, cell_system
from analysis.disclosure.intruder import intruder_check
from analysis.disclosure.suppression import suppress

TABLES = [
    Aggregate("cells", ("row", "column")),
    Aggregate("rows", ("row",)),
    Aggregate("columns", ("column",)),
    Aggregate("all"),
]


def records(counts: list[list[int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"row": f"r{r}", "column": f"c{c}", "n": value}
            for r, line in enumerate(counts)
            for c, value in enumerate(line)
        ]
    )


def random_counts(rows: int, columns: int, mean: float, seed: int) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    found: list[list[int]] = rng.poisson(mean * rng.gamma(1.0, size=(rows, columns))).tolist()
    return found


def test_one_small_cell_takes_three_others_along_and_no_total() -> None:
    # Hiding 2 alone, it is 11 - 9; a second cell in its row and its column, and the
    # fourth corner, leave the rectangle open.
    out = release_tables(records([[2, 9, 30], [8, 9, 40], [50, 60, 70]]), TABLES, PUBLIC, count="n")
    assert out.tables["cells"]["count"].tolist() == ["c", "c", 30, "c", "c", 40, 50, 60, 70]
    assert out.tables["rows"]["count"].tolist() == [41, 57, 180]
    assert out.tables["columns"]["count"].tolist() == [60, 78, 140]
    assert out.tables["all"]["count"].tolist() == [278]
    assert out.statuses["cells"].outcome == "released after suppression"
    assert out.statuses["rows"].outcome == "released"


@pytest.mark.parametrize(("small", "hidden"), [(0, 0), (1, 4), (5, 4), (6, 0), (7, 0)])
def test_the_threshold_decides_what_is_hidden(small: int, hidden: int) -> None:
    counts = [[small, 20, 30], [21, 22, 31], [32, 33, 34]]
    out = release_tables(records(counts), TABLES, PUBLIC, count="n")
    assert out.tables["cells"]["count"].map(lambda value: value == "c").sum() == hidden


def test_a_secure_environment_hides_zeros_too() -> None:
    out = release_tables(records([[0, 20, 30], [21, 22, 31]]), TABLES, EGRESS, count="n")
    assert out.tables["cells"]["count"].iloc[0] == "c"


def test_totals_are_those_of_all_records() -> None:
    counts = random_counts(9, 5, 12, seed=3)
    out = release_tables(records(counts), TABLES, PUBLIC, count="n")
    true = np.array(counts)
    shown = [value for value in out.tables["rows"]["count"] if value != "c"]
    assert shown
    for value, total in zip(out.tables["rows"]["count"], true.sum(axis=1), strict=True):
        assert value in ("c", total)
    assert out.tables["all"]["count"].tolist() == [true.sum()]


@pytest.mark.parametrize("seed", range(6))
def test_no_hidden_cell_is_pinned_closer_than_the_threshold(seed: int) -> None:
    out = release_tables(records(random_counts(9, 6, 15, seed)), TABLES, PUBLIC, count="n")
    check = out.check.set_index("table")
    assert check["safe"].all()
    assert check.loc["cells", "hidden"] > 0
    assert check["narrowest_range"].min() >= PUBLIC.highest_unsafe


def all_tables_that_agree(counts: list[list[int]], columns: int) -> np.ndarray:
    """Return every pair of hidden rows of whole numbers with the same totals, row by row.

    The first columns of the first two rows are hidden, so all but one of a row can be chosen.
    """
    block = np.array(counts)[:2, :columns]
    found = []
    for free in itertools.product(range(1, 25), repeat=columns - 1):
        first = np.array([*free, block[0].sum() - sum(free)])
        table = np.array([first, block.sum(axis=0) - first])
        if (table >= 1).all():  # none is zero: that would be shown
            found.append(table.ravel())
    return np.array(found)


def system_of(counts: list[list[int]]) -> CellSystem:
    return cell_system(records(counts), TABLES, PUBLIC, count="n")


@pytest.mark.parametrize("columns", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_the_intruders_range_is_that_found_by_trying_every_table(
    monkeypatch: pytest.MonkeyPatch, seed: int, columns: int
) -> None:
    # In so small a table joint solutions reach every end.
    monkeypatch.setattr(intruder, "_witness", lambda *_: None)
    rng = np.random.default_rng(seed)
    counts: list[list[int]] = rng.integers(1, 9, size=(3, 3)).tolist()
    hidden = [(row, column) for row in range(2) for column in range(columns)]
    system = system_of(counts)
    # Ask for more than can be, so that every end of every range is worked out.
    greedy = CellSystem(**{**vars(system), "low": system.low - 99, "high": system.high + 99})
    cells = system.tables["cells"]["cell"].to_numpy()
    mask = np.zeros(len(system.values), dtype=bool)
    mask[[cells[3 * r + c] for r, c in hidden]] = True
    check = intruder_check(greedy, mask)
    tried = all_tables_that_agree(counts, columns)
    order = {int(cells[3 * r + c]): place for place, (r, c) in enumerate(hidden)}
    for cell, low, high in zip(check.cells, check.low, check.high, strict=True):
        own = tried[:, order[int(cell)]]
        assert (low, high) == pytest.approx((own.min(), own.max()))


def test_two_hidden_cells_a_line_can_still_be_too_close() -> None:
    # Every line with a hidden cell has two; yet 3 + 1 = 4 leaves each but 1 to 3.
    counts = [[3, 1, 40], [1, 3, 40], [40, 40, 40]]
    system = system_of(counts)
    cells = system.tables["cells"]["cell"].to_numpy()
    mask = np.zeros(len(system.values), dtype=bool)
    mask[cells[[0, 1, 3, 4]]] = True
    assert not intruder_check(system, mask).safe.any()
    choice = suppress(system)
    assert choice.check.safe.all()
    assert choice.hidden.sum() > 4


def test_the_cheapest_choice_is_that_found_by_trying_every_one() -> None:
    counts = [[2, 9, 30], [8, 12, 40], [50, 60, 70]]
    system = system_of(counts)
    sizes = np.diff(system.members.indptr)
    cost = sizes * (1 + np.log1p(system.values))
    free = np.flatnonzero(~system.unsafe)
    best = np.inf
    for size in range(4):
        for extra in itertools.combinations(free, size):
            mask = system.unsafe.copy()
            mask[list(extra)] = True
            if cost[mask].sum() < best and intruder_check(system, mask).safe.all():
                best = cost[mask].sum()
    assert cost[suppress(system).hidden].sum() == pytest.approx(best)


def test_the_same_count_in_two_tables_is_hidden_in_both() -> None:
    frame = records([[3, 9, 30], [8, 9, 40], [50, 60, 70]])
    twice = [*TABLES, Aggregate("first row", ("column",), {"row": ["r0"]})]
    out = release_tables(frame, twice, PUBLIC, count="n")
    shown = out.tables["cells"].set_index(["row", "column"])["count"]
    assert out.tables["first row"]["count"].tolist() == shown.loc["r0"].tolist()


def test_few_children_hide_a_count_of_many_events() -> None:
    frame = pd.DataFrame({"arm": ["a"] * 9 + ["b"] * 9, "n": 1,
                          "child": ["x", "y", "z"] * 3 + list("abcdefghi")})  # fmt: skip
    out = release_tables(frame, [Aggregate("arms", ("arm",))], PUBLIC, count="n", person="child")
    assert out.tables["arms"]["count"].tolist() == ["c", 9]


def test_days_that_two_children_make_up_are_hidden() -> None:
    frame = pd.DataFrame({"arm": ["a"] * 8 + ["b"] * 8, "child": range(16),
                          "days": [300, 300, *[5] * 6, *[40] * 8]})  # fmt: skip
    arms = [Aggregate("arms", ("arm",))]
    out = release_tables(frame, arms, PUBLIC, count="days", person="child", is_sum=True)
    # Two of eight children make 600 of 630 days, more than nine tenths.
    assert out.tables["arms"]["count"].tolist() == ["c", 320]


def test_a_total_of_small_cells_alone_is_hidden_with_them() -> None:
    frame = pd.DataFrame({"row": ["a", "b"], "n": [1, 2]})
    tables = [Aggregate("rows", ("row",)), Aggregate("all")]
    out = release_tables(frame, tables, PUBLIC, count="n")
    assert out.tables["rows"]["count"].tolist() == ["c", "c"]
    assert out.tables["all"]["count"].tolist() == ["c"]


def test_nothing_is_hidden_without_a_small_count() -> None:
    out = release_tables(records([[10, 20], [30, 0]]), TABLES, PUBLIC, count="n")
    assert {status.outcome for status in out.statuses.values()} == {"released"}
    assert out.check["hidden"].sum() == 0


def test_three_hidden_cells_of_seven_are_not_safe_since_none_of_them_is_zero() -> None:
    """A zero would be shown, so that each of three that make 7 lies between 1 and 5."""
    counts = [[2, 3, 2, 40], [20, 20, 20, 40], [20, 20, 20, 40]]
    system = system_of(counts)
    cells = system.tables["cells"]["cell"].to_numpy()
    mask = np.zeros(len(system.values), dtype=bool)
    mask[cells[:3]] = True
    # Of the second row too, as else each follows from its column.
    mask[cells[4:7]] = True
    check = intruder_check(system, mask)
    first = np.isin(check.cells, cells[:3])
    assert check.low[first].tolist() == [1, 1, 1]
    assert not check.safe[first].any()
    choice = suppress(system)
    assert choice.check.safe.all()
    assert (choice.check.high[np.isin(choice.check.cells, cells[:3])] >= PUBLIC.threshold).all()


def test_a_cell_that_holds_two_others_that_are_not_zero_is_known_to_be_two_at_least() -> None:
    """That follows from what is shown, whatever is hidden, so that no smaller value is asked."""
    cases = pd.DataFrame(
        {"window": "before", "term": ["Summer", "Autumn", "Spring"], "n": [1, 3, 30]}
    )
    tables = [
        Aggregate("terms", ("term",)),
        Aggregate("half", ("window",), {"term": ["Summer", "Autumn"]}),
    ]
    system = cell_system(cases, tables, PUBLIC, count="n")
    (half,) = system.tables["half"]["cell"]
    assert (system.values[half], system.low[half]) == (4, 2)

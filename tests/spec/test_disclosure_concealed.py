"""Nothing is computed from where the events of hidden cells lie."""

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.concealed_months import (
    CELLS,
    concealed_months,
    disclosed_panel,
    protected_panel,
)
from analysis.disclosure.count_ranges import Counts, narrowing_results
from analysis.disclosure.model_sums import revealing_results
from analysis.disclosure.outcomes import DAYS, EVENTS
from analysis.disclosure.rules import PUBLIC

TERMS = {"Spring": (0, 1), "Summer": (2, 3), "Autumn": (4, 5), "Winter": (6, 7)}
WINDOW = ["before", "before", "before", "before", "after", "after", "after", "earlier"]


def panel(*events: int) -> pd.DataFrame:
    """Return eight months of two schools, one in each arm, of a pilot and another one."""
    rows = [
        {"outcome": "s47", "pilot": pilot, "arm": arm, "school_id": f"{pilot}{arm}",
         "month": month, "event_month": month, "window": WINDOW[month], "term": term,
         "events": float(events[month]), "children": float(events[month] > 0), "returned": True}
        for pilot in "XY" for arm in ("intervention", "comparison")
        for term, months in TERMS.items() for month in months
    ]  # fmt: skip
    return pd.DataFrame(rows)


def tables(
    terms: tuple[str, ...] = (),
    windows: tuple[str, ...] = (),
    parts: tuple[tuple[str, str], ...] = (),
) -> dict[str, pd.DataFrame]:
    """Return released counts: those of X's intervention schools that are named are hidden."""
    whole = panel(*[9] * 8)
    keys = ["outcome", "pilot", "arm"]
    found = {}
    hidden = {
        "terms": [(term,) for term in terms],
        "before_after": [(window,) for window in windows],
        "parts_of_terms": parts,
    }
    for name, period in CELLS.items():
        cells = whole.loc[whole["window"] != "earlier"] if name == "before_after" else whole
        cells = cells.groupby([*keys, *period])["events"].sum().rename("count").reset_index()
        named = cells[list(period)].apply(tuple, axis=1).isin(list(hidden[name]))
        own = (cells["pilot"] == "X") & (cells["arm"] == "intervention") & named
        found[name] = cells.assign(count=cells["count"].astype(object).mask(own, "c"))
    return found


def months(found: pd.Series, table: pd.DataFrame) -> list[int]:
    own = (table["pilot"] == "X") & (table["arm"] == "intervention")
    assert not found[~own].any()
    return table.loc[own & found, "month"].tolist()


@pytest.mark.parametrize(
    ("terms", "windows", "barred", "linked"),
    [
        ((), (), [], []),
        # Their sum over the window is shown, so that it holds wherever in these their events lie.
        (("Spring", "Summer"), (), [], [0, 1, 2, 3]),
        # Winter's last month is in no window: its events may lie with another pilot.
        (("Autumn", "Winter"), (), [7], [4, 5, 6]),
        # The window's count is hidden, and with it what shares a term with it.
        ((), ("after",), [4, 5, 6, 7], []),
    ],
)
def test_months_of_hidden_cells_are_barred_or_linked(
    terms: tuple[str, ...], windows: tuple[str, ...], barred: list[int], linked: list[int]
) -> None:
    whole = panel(*[9] * 8)
    found = concealed_months(whole, tables(terms, windows))
    assert months(found["barred"], whole) == barred
    assert months(found["linked"], whole) == linked


def test_models_are_kept_from_revealing_any_table_that_is_released():
    shown = {table.name for table in (*DAYS, *EVENTS) if table.by}
    assert shown == set(CELLS), "see CONTRIBUTING, Counts of children by something else"


def test_a_part_of_a_term_that_follows_from_no_table_is_concealed() -> None:
    """Winter is shown, and what of it lies in the window is not; nor is autumn, for its sake."""
    whole = panel(*[9] * 8)
    hidden = tables(("Autumn",), (), (("Winter", "after"), ("Winter", "earlier")))
    found = concealed_months(whole, hidden)
    assert months(found["linked"], whole) == [4, 5, 6]
    assert months(found["barred"], whole) == [7]


def test_the_panel_is_the_same_wherever_hidden_events_lie() -> None:
    released = tables(("Spring", "Summer", "Winter"))
    one, other = panel(3, 1, 9, 0, 9, 9, 9, 4), panel(0, 9, 0, 4, 9, 9, 9, 0)
    same, twin = (protected_panel(each, released) for each in (one, other))
    own = (same["pilot"] == "X") & (same["arm"] == "intervention")
    pd.testing.assert_frame_equal(same[own], twin[own])
    assert same.loc[own & (same["window"] == "before"), "events"].sum() == 13
    assert not same.loc[own & (same["month"] == 7), "returned"].any()


def test_months_that_are_told_lie_in_shown_cells_of_both_arms() -> None:
    found = disclosed_panel(panel(*[9] * 8), tables(("Spring", "Summer")))
    told = found.loc[found["returned"]]
    assert set(told.loc[told["pilot"] == "X", "month"]) == {4, 5, 6, 7}
    assert set(told.loc[told["pilot"] == "Y", "month"]) == set(range(8))


def test_a_range_of_a_few_values_is_too_narrow_though_nothing_follows() -> None:
    """With sums of 12, 8 and 7 the first month is 4 to 7: 12 less the second, and at most 7."""
    amounts = np.array([5.0, 7.0, 1.0, 2.0])

    def few(mask: np.ndarray) -> bool:
        return 0 < float(amounts[mask].sum()) < 6

    pairs = [np.array([[month in pair for month in range(4)]]) for pair in ((0, 1), (1, 2), (0, 3))]
    nothing = np.zeros((0, 4), dtype=bool)
    counts = Counts(amounts, np.zeros(4, dtype=int), few, np.zeros(4, dtype=bool))
    assert revealing_results(pairs, nothing, nothing, few) == [False, False, False]
    assert narrowing_results(pairs, nothing, nothing, counts, PUBLIC) == [False, False, True]

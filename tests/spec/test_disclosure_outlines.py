"""Counts over all specifications are honest, and the same whatever a hidden count is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import PUBLIC
from analysis.disclosure.withheld_ranges import withheld_ranges
from analysis.disclosure.withholding import withheld_specifications
from analysis.models.inputs.specification import EventMonths
from analysis.models.sensitivity.curve_summary import SIGNS, SUMS, outline, outlines
from analysis.models.sensitivity.specification_curve import every_estimate
from tests.unit.models.models_panel import random_panel, specification

TABLES = {
    "before_after": pd.DataFrame(columns=["outcome", "pilot", "arm", "window", "count"]),
    "terms": pd.DataFrame(columns=["outcome", "pilot", "arm", "term", "count"]),
    "parts_of_terms": pd.DataFrame(columns=["outcome", "pilot", "arm", "term", "window", "count"]),
}


def asked():
    """The main analysis, and one without the last month: the two leave that month's count."""
    main = specification()
    return [main, replace(main, name="shorter", after=EventMonths(0, 8))]


def panel_with(count):
    """Sixteen schools; in the last month, intervention schools have few events, each a child's.

    What one world has less in the last month it has more in the month before, so that the main
    analysis, which is shown, is the same in all.
    """
    panel = random_panel(2)
    panel = panel.assign(month=panel["event_month"], window="", term="")
    last = (panel["arm"] == "intervention") & (panel["event_month"] == 9)
    earlier = (panel["school_id"] == "Lam00i") & (panel["event_month"] == 8)
    panel.loc[last, "events"] = 0.0
    panel.loc[last & (panel["school_id"] == "Lam00i"), "events"] = float(count)
    panel.loc[earlier, "events"] = 20.0 - count
    return panel


def records_of(panel):
    """One row an event, each of a child of its own."""
    events = panel.loc[panel.index.repeat(panel["events"].astype(int)), ["school_id", "month"]]
    child = [str(number) for number in range(len(events))]
    return events.assign(child_id=child, amount=1.0)


def told(count, compared=None):
    """With `compared`, the last month of one comparison school has so many events, of 20 in two."""
    panel = panel_with(count)
    if compared is not None:
        for month, events in ((9, compared), (8, 20 - compared)):
            here = (panel["arm"] == "comparison") & (panel["event_month"] == month)
            panel.loc[here, "events"] = 0.0
            panel.loc[here & (panel["school_id"] == "Lam00c"), "events"] = float(events)
    records = {"s47": records_of(panel)}
    withheld = withheld_specifications(asked(), panel, TABLES, records, PUBLIC)
    ranges = withheld_ranges(asked(), withheld, panel, TABLES)
    by_key = {(each.name, each.pilot): ends for each, ends in ranges.items()}
    return panel, withheld, by_key


@pytest.mark.parametrize("count", range(1, 6))
def test_a_sum_is_known_as_far_as_shown_sums_bound_it(count):
    """At most the main analysis, of which it is a part; at least its parts that are shown."""
    panel, withheld, ranges = told(count)
    assert {each.name for each in withheld} == {"shorter"}
    after = (panel["arm"] == "intervention") & panel["event_month"].between(0, 9)
    total = panel.loc[after, "events"].sum()
    assert ranges["shorter", "Lambeth"][2].tolist() == [0, total]
    assert (np.ptp(ranges["shorter", "Lambeth"][:2], axis=1) == 0).all()


def test_a_range_is_the_same_whether_or_not_its_difference_is_small():
    """Another sum of the analysis leaves 3 or 12: which of them was withheld is not for readers."""
    few, many = (told(3, compared)[2]["shorter", "Lambeth"] for compared in (3, 12))
    assert few.tolist() == many.tolist()


def test_what_is_printed_is_the_same_whatever_the_hidden_count_is():
    found = []
    for count in range(1, 6):
        panel, _, ranges = told(count)
        found.append(outline(every_estimate(panel, asked()), ranges))
    assert all(each == found[0] for each in found)
    assert found[0]["specifications"] == 2
    assert found[0]["withheld"] == 1


def row(log_ratio, reach, name="a", sums=(30, 30, 30, 30)):
    ends = np.exp([log_ratio - reach, log_ratio + reach])
    return {"specification": name, "pilot": "X", "status": "estimated", "log_ratio": log_ratio,
            "ratio_low": ends[0], "ratio_high": ends[1],
            **dict(zip(SUMS, sums, strict=True))}  # fmt: skip


def test_all_are_counted_and_not_those_alone_that_may_be_shown():
    table = pd.DataFrame([row(-0.9, 0.5), row(-0.1, 0.5, "b"), row(0.2, 0.5, "c")])
    known = {("b", "X"): np.repeat([[30.0, 30.0]], 4, axis=0)}
    found = outline(table, known)
    assert (found["specifications"], found["withheld"]) == (3, 1)
    assert (found["below_1"], found["clear_below"], found["undecided"]) == (2, 1, 0)
    assert (found["lowest"], found["highest"]) == (0.4, 1.3)  # e^-.9 = .41, e^.2 = 1.22


@pytest.mark.parametrize("place", range(4))
def test_a_side_that_hangs_on_a_hidden_count_is_not_said(place):
    """Five events of thirty move the log ratio by up to .18: past 1, or past its interval's end."""
    ends = np.repeat([[30.0, 30.0]], 4, axis=0)
    ends[place] = [25.0, 30.0] if SIGNS[place] < 0 else [30.0, 35.0]  # either makes it larger
    near = outline(pd.DataFrame([row(-0.1, 0.05)]), {("a", "X"): ends})
    assert (near["below_1"], near["clear_below"], near["undecided"]) == (0, 0, 1)
    far = outline(pd.DataFrame([row(-0.6, 0.3)]), {("a", "X"): ends})
    assert (far["below_1"], far["clear_below"], far["undecided"]) == (1, 1, 0)


def test_a_sum_without_bounds_has_no_range_and_no_side():
    found = outline(pd.DataFrame([row(-0.6, 0.3)]), {("a", "X"): np.array([[0.0, np.inf]] * 4)})
    assert found["undecided"] == 1
    assert np.isnan([found["lowest"], found["highest"]]).all()


def test_groups_are_counted_apart():
    table = pd.DataFrame([row(-0.9, 0.5), row(0.2, 0.5, "b")])
    found = outlines(table, {}, [{"months": "all"}, {"months": "some"}]).set_index("taken")
    assert found.loc[["all", "some"], "specifications"].tolist() == [2, 1, 1]
    assert found["below_1"].tolist() == [1, 1, 0]

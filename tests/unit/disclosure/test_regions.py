"""Too many authorities to examine jointly are examined in regions, and nothing more is shown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import PUBLIC
from analysis.disclosure.many import regions
from analysis.disclosure.many.regions import regions_of, withheld_by_region
from analysis.disclosure.rules import CONFIDENTIAL
from analysis.disclosure.withheld_ranges import withheld_ranges
from analysis.disclosure.withholding import withheld_specifications
from analysis.models.inputs.specification import EventMonths, Specification

PERIODS = {"before_after": ["window"], "terms": ["term"], "parts_of_terms": ["term", "window"]}
SHORTER = {"before": EventMonths(-12, -4), "after": EventMonths(0, 8)}


def study(monthly, hidden=()):
    """Return a panel of one school in each arm of authorities, its tables, and its records."""
    rows = [
        (f"{pilot}-{arm[0]}", pilot, arm, month, count)
        for pilot, count in monthly.items()
        for arm in ("intervention", "comparison")
        for month in (*range(-12, -2), *range(10))
    ]
    panel = pd.DataFrame(rows, columns=["school_id", "pilot", "arm", "event_month", "events"])
    panel = panel.assign(
        outcome="y", month=pd.Period("2020-01", "M") + panel["event_month"], returned=True,
        pupils=100.0, children=panel["events"], stratum=panel["pilot"], area=panel["school_id"],
        phase="primary", window=np.where(panel["event_month"] < 0, "before", "after"),
        term=(panel["event_month"] // 4).astype(str), matched_set=panel["pilot"],
    )  # fmt: skip
    tables = {}
    for name, period in PERIODS.items():
        table = panel.groupby(["outcome", "pilot", "arm", *period])["events"].sum().reset_index()
        table = table.rename(columns={"events": "count"}).astype({"count": object})
        table.loc[table["pilot"].isin(list(hidden)), "count"] = CONFIDENTIAL
        tables[name] = table
    behind = panel.loc[panel.index.repeat(panel["events"])].reset_index(drop=True)
    behind = behind.assign(child_id=[f"C{n}" for n in range(len(behind))], amount=1)
    empty = panel.assign(child_id="", amount=0)
    columns = ["school_id", "month", "child_id", "amount"]
    return panel, tables, {"y": pd.concat([empty, behind])[columns]}


def asked(pilots):
    like = Specification("main", "y", exposure="pupils", strata=("pilot",),
                         assignment_unit="school_id")  # fmt: skip
    own = [replace(like, name=f"main {each}", pilot=each) for each in pilots]
    other = [replace(each, name=f"{each.name} shorter", **SHORTER) for each in own]
    pooled = [replace(like, name="pooled"), replace(like, name="pooled shorter", **SHORTER)]
    return [*own, *pooled, *other]


@pytest.mark.parametrize(("few", "hidden"), [("", ""), ("", "B"), ("B", "B"), ("BC", "BC")])
def test_regions_show_nothing_that_is_withheld_jointly(few, hidden, monkeypatch):
    monthly = {pilot: 1 if pilot in few else 20 for pilot in "ABCD"}
    panel, tables, records = study(monthly, hidden)
    own = asked(monthly)
    jointly = withheld_specifications(own, panel, tables, records, PUBLIC)
    monkeypatch.setattr(regions, "MOST_TOGETHER", 1)
    monkeypatch.setattr(regions, "LARGEST", 2)
    by_region = withheld_specifications(own, panel, tables, records, PUBLIC)
    assert jointly <= by_region
    assert bool(by_region) == bool(hidden)
    assert not by_region & {each for each in own if each.pilot == "D"}


def test_ranges_are_those_of_all_authorities_jointly(monkeypatch):
    panel, tables, _ = study({"A": 20, "B": 1, "C": 20, "D": 20}, "B")
    own = [each for each in asked("ABCD") if each.pilot]
    withheld = frozenset(each for each in own if each.pilot in ("A", "B"))
    jointly = withheld_ranges(own, withheld, panel, tables)
    monkeypatch.setattr(regions, "MOST_TOGETHER", 1)
    monkeypatch.setattr(regions, "LARGEST", 2)
    by_region = withheld_ranges(own, withheld, panel, tables)
    assert by_region.keys() == jointly.keys() == withheld
    assert all((by_region[each] == jointly[each]).all() for each in withheld)


def test_authorities_that_hide_the_same_cells_are_put_together():
    _, tables, _ = study(dict.fromkeys([f"P{n:02d}" for n in range(50)], 20),
                         [f"P{n:02d}" for n in range(0, 50, 2)])  # fmt: skip
    every = sorted(tables["terms"]["pilot"].unique())
    found = regions_of(every, tables, "y")
    assert sorted(name for each in found for name in each) == every
    assert max(map(len, found)) <= regions.LARGEST
    assert [{int(name[1:]) % 2 for name in each} for each in found] == [{0}, {0}, {1}, {1}]
    assert regions_of(every[:30], tables, "y") == [tuple(every[:30])]


def test_what_one_region_withholds_of_all_is_shown_in_none_and_frees_what_comes_after():
    like = Specification("pooled", "y")
    pooled, first, second = (
        like,
        replace(like, name="a", pilot="A"),
        replace(like, name="b", pilot="B"),
    )

    def judged(place, own):
        """The first withholds the pooled; the second what is asked after it."""
        if place == 0:
            return [each for each in own if each.pilot is None]
        return [second] if pooled in own else []

    found = withheld_by_region([pooled, first, second], [("A",), ("B",)], judged)
    assert found == [pooled]

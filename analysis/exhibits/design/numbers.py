"""Numbers in sentences on the limits of this design."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Number
from analysis.exhibits.parts.workings.statistics import simulated_ratio
from analysis.exhibits.parts.workings.working import Working, counted_of
from analysis.study.settings import Outcome
from analysis.study.terms import Terms

NOTHING = "none, since no {} would find any fall four times in five"
TOO_SMALL = f"{words.NOT_KNOWN}, since counts are too small"
SUPPOSED = 0.8


def smallest_detectable_fall(
    detectable_effects: pd.DataFrame, outcomes: tuple[Outcome, ...], terms: Terms
) -> Number:
    """State the smallest fall in the primary outcome that any pilot would detect."""
    rows = detectable_effects.loc[detectable_effects["outcome"] == outcomes[0].name]
    own = rows["fall_percent"]
    if own.notna().any():
        printed = f"{own.min():.0f}%"
        if (rows["status"] != "estimated").any():
            printed += " among those that may be shown"
        working = Working(
            f"for each {terms.site}, the smallest fall that would be found four times in five",
            f"events to be expected there without the {terms.site}",
            (f"The smallest of {own.notna().sum()} {terms.sites} is {printed}",),
        )
        shown = int(own.notna().sum())
        return Number(float(own.min()), printed, "per cent", shown, working=working)
    worked_out = (rows["status"] == "estimated").any()
    return Number(None, NOTHING.format(terms.site) if worked_out else TOO_SMALL, "per cent")


def trend_noticed_at_most(trend_detection: pd.DataFrame, terms: Terms) -> Number:
    """State the highest power to detect a trend that imitates a fall by a fifth."""
    fakes = trend_detection["faked_ratio"] == SUPPOSED
    chances = trend_detection.loc[fakes, ["power_joint", "power_slope"]].max(axis=1)
    if chances.empty:
        return Number(None, words.NOT_SHOWN, "chance of being noticed")
    best = float(chances.max())
    printed = f"at most {best:.0%}"
    working = Working(
        "simulated studies whose test before the start notices the trend",
        "all simulated studies with such a trend",
        (f"The best of two tests in {len(chances)} {terms.sites} notices {best:.0%}",),
    )
    return Number(best, printed, "chance of being noticed", len(chances), working=working)


def trend_faked_ratio() -> Number:
    """State the ratio that a trend imitates if it looks like a fall of a fifth."""
    working = Working("a supposition: the ratio that a trend alone would show")
    return Number(SUPPOSED, words.ratio(SUPPOSED), "ratio of rate ratios", working=working)


def selection_ratio(selection_effects: pd.DataFrame) -> Number:
    """State the ratio that choosing schools by their counts gives where there is no effect."""
    chosen = selection_effects["chosen"] == "highest counts"
    row = selection_effects.loc[chosen & (selection_effects["matched"] == "none")].iloc[0]
    return _selected(float(row["ratio"]), "schools chosen for their high counts")


def selection_ratio_matched(selection_effects: pd.DataFrame) -> Number:
    """State the ratio that matching on one year's count gives for schools chosen by need."""
    chosen = selection_effects["chosen"] == "greatest need"
    matched = selection_effects["matched"] == "count of one year"
    row = selection_effects.loc[chosen & matched].iloc[0]
    return _selected(
        float(row["ratio"]), "schools chosen for their need, matched on the count of one year"
    )


def _selected(ratio: float, how: str) -> Number:
    printed = words.ratio(ratio)
    working = simulated_ratio(printed, how)
    return Number(ratio, printed, "ratio of rate ratios", working=working)


def curve_doubles(curve_tests: pd.DataFrame) -> Number:
    """Count the specifications left out because they give the same numbers as another."""
    return _specifications(curve_tests, "duplicates", "none")


def curve_withheld(curve_tests: pd.DataFrame) -> Number:
    """Count the specifications withheld because of what they would reveal given the others."""
    return _specifications(curve_tests, "withheld", "all")


def curve_shown(curve_tests: pd.DataFrame) -> Number:
    """Count the specifications that are shown."""
    shown = curve_tests["specifications"] - curve_tests["withheld"]
    return _specifications(curve_tests.assign(shown=shown), "shown", "none")


def curve_size(curve_tests: pd.DataFrame) -> Number:
    """Count the distinct specifications of all curves, including those withheld."""
    return _specifications(curve_tests, "specifications", "no estimable")


def _specifications(curve_tests: pd.DataFrame, column: str, otherwise: str) -> Number:
    """Count specifications of one kind; in words where counts are too small for any curve."""
    total = int(curve_tests[column].fillna(0).sum())
    any_there = curve_tests["specifications"].fillna(0).sum() > 0
    return Number(total, words.count(total) if any_there else otherwise, "specifications")


def curves_clear(curve_outlines: pd.DataFrame, terms: Terms) -> Number:
    """State in how many specifications the interval is sure to exclude 1, by pilot."""
    rows = curve_outlines.loc[curve_outlines["choice"] == "all"].to_dict("records")
    text = words.listed(
        [
            f"{words.count(row['clear_below'] + row['clear_above'])} of "
            f"{words.count(row['specifications'])} in {row['pilot']}"
            for row in rows
            if row["specifications"]
        ]
    )
    text = text or "none (there is none to look at)"
    working = Working(
        "specifications whose whole interval lies on one side of 1",
        f"none, as nothing is divided; looked at were all specifications of the {terms.site}",
        (text,),
    )
    return Number(text, text, "specifications", working=working)


def curves_undecided(curve_outlines: pd.DataFrame) -> Number:
    """Count the specifications whose side of 1 depends on a suppressed count."""
    rows = curve_outlines.loc[curve_outlines["choice"] == "all"]
    total = int(rows["undecided"].sum())
    return Number(total, words.count(total), "specifications")


def effects_estimated(main_effects: pd.DataFrame) -> Number:
    """Count the main effects that could be estimated, of all that were asked for."""
    estimated = int((main_effects["status"] == "estimated").sum())
    asked = len(main_effects)
    text = f"{words.count(estimated)} of {words.count(asked)}"
    working = counted_of("effects with an estimate", estimated, "effects asked for", asked)
    return Number(text, text, "estimates", asked, working=working)

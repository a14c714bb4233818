"""Counts over all specifications, including those whose own results may not be shown."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from hamilton.function_modifiers import tag

from analysis.dataflow.disclosure_paths import COUNTS_OF_RESULTS
from analysis.disclosure import withholding
from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.disclosure.withheld_ranges import withheld_ranges as ranges_of
from analysis.models.inputs.school_counts import Floats
from analysis.models.inputs.specification import Specification
from analysis.models.inputs.variations import curve_choices
from analysis.models.primary.estimates import effect_estimates as estimate
from analysis.models.sensitivity.curve_summary import outlines
from analysis.models.sensitivity.specification_curve import every_estimate
from analysis.study.settings import Outcome, Pilot

ONE_CHANGED = "one choice changed at a time"


def withheld_ranges(
    protected_panel: pd.DataFrame,
    specifications: tuple[Specification, ...],
    withheld_specifications: frozenset[Specification],
    outcomes: tuple[Outcome, ...],
    pilots: tuple[Pilot, ...],
    released_outcomes: ReleasedOutcomes,
) -> dict[tuple[str, str], Floats]:
    """Return what a reader can know of the sums behind each withheld analysis."""
    asked = withholding.questions(specifications, _first(protected_panel), pilots, outcomes)
    found = ranges_of(asked, withheld_specifications, protected_panel, released_outcomes.tables)
    return {(each.name, each.pilot): ends for each, ends in found.items() if each.pilot}


@tag(disclosure=COUNTS_OF_RESULTS)
def curve_outlines(
    protected_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
    withheld_ranges: dict[tuple[str, str], Floats],
) -> pd.DataFrame:
    """Count the specifications of each curve on either side of 1, overall and by choice."""
    found, groups = [], []
    for base in primary_specifications:
        asked = {each.name: each for each in withholding.curve(base, _first(protected_panel))}
        curve = every_estimate(protected_panel, tuple(asked.values()))
        found.append(curve)
        groups += [curve_choices(base, asked[name]) for name in curve["specification"]]
    every = pd.concat(found, ignore_index=True)
    table = outlines(every, withheld_ranges, groups)
    several = table.groupby(["pilot", "choice"])["taken"].transform("size") > 1
    return table.loc[several | (table["choice"] == "all")].reset_index(drop=True)


@tag(disclosure=COUNTS_OF_RESULTS)
def variation_outlines(
    protected_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
    withheld_ranges: dict[tuple[str, str], Floats],
) -> pd.DataFrame:
    """Count the analyses with one choice changed that lie on either side of 1, by pilot."""
    first = _first(protected_panel)
    asked = [
        replace(other, withheld="")
        for each in primary_specifications
        for other in withholding.varied(each, first)
    ]
    every = estimate(protected_panel, asked)
    found = outlines(every, withheld_ranges, [{} for _ in asked])
    return found.assign(choice=ONE_CHANGED)


def _first(protected_panel: pd.DataFrame) -> int:
    return int(protected_panel["event_month"].min())

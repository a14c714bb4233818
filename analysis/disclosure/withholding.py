"""Which analyses are withheld, because their results would reveal a suppressed count.

The report analyses one question in many ways. Each sums different months or schools, and the
difference of two of them, or of one and a table, can be a sum that may not be known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.disclosure.concealed_months import CELLS, concealed_months, hidden_in
from analysis.disclosure.count_ranges import Counts, narrowing_results
from analysis.disclosure.many.regions import regions_of, withheld_by_region
from analysis.disclosure.model_sums import Masks, alike_schools, revealing_results
from analysis.disclosure.rules import CONFIDENTIAL, DisclosureRules
from analysis.models.inputs.estimability import WITHHELD
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_periods import compare
from analysis.models.inputs.specification import Exclusion, Specification
from analysis.models.inputs.variations import (
    curve_specifications,
    placebo_specifications,
    sensitivity_specifications,
)
from analysis.models.sensitivity.curve_counts import used_months
from analysis.study.balancing_outcomes import in_august

if TYPE_CHECKING:
    from analysis.study.balancing import BalancingOutcome
    from analysis.study.settings import Outcome, Pilot

SPECIAL = Exclusion("phase", ("special",))


def pooled(main: Iterable[Specification]) -> tuple[Specification, ...]:
    """Return the main analysis of each outcome for all pilots together."""
    return tuple({each.outcome: replace(each, pilot=None) for each in main}.values())


def varied(base: Specification, first_month: int) -> tuple[Specification, ...]:
    """Return a primary analysis with one choice changed at a time."""
    return sensitivity_specifications(base, first_month=first_month)


def placebos(main: Iterable[Specification], first_month: int) -> tuple[Specification, ...]:
    """Return analyses at placebo start dates: all for the primary outcome, one for the others."""
    return tuple(
        placebo
        for each in main
        for placebo in placebo_specifications(each, first_month=first_month)
        if each.role == "primary" or "a year earlier" in placebo.label
    )


def curve(base: Specification, first_month: int) -> tuple[Specification, ...]:
    """Return every combination of choices for a primary analysis."""
    return curve_specifications(base, first_month=first_month, left_out=[SPECIAL])


def questions(
    specifications: Sequence[Specification],
    first_month: int,
    pilots: tuple[Pilot, ...],
    outcomes: Sequence[Outcome],
) -> tuple[Specification, ...]:
    """Return every analysis of the report that sums months, the more important ones first."""
    main = [each for each in specifications if each.role != "sensitivity"]
    primary = [each for each in main if each.role == "primary"]
    by_name = {outcome.name: outcome for outcome in outcomes}
    return (
        *main,
        *pooled(main),
        *(each for each in specifications if each.role == "sensitivity"),
        *(other for each in primary for other in varied(each, first_month)),
        *(in_august(each, pilots, by_name[each.outcome]) for each in primary),
        *placebos(main, first_month),
        *(other for each in primary for other in curve(each, first_month)),
    )


def marked(
    asked: Iterable[Specification], withheld: frozenset[Specification]
) -> tuple[Specification, ...]:
    """Return the analyses, with those marked as withheld whose results may not be shown."""
    return tuple(replace(each, withheld=WITHHELD) if each in withheld else each for each in asked)


def marked_made(
    other: BalancingOutcome,
    like: Specification,
    main: Sequence[Specification],
    tables: Mapping[str, pd.DataFrame],
) -> Specification:
    """Return the analysis of a derived outcome, marked where it would reveal a suppressed count.

    Parameters
    ----------
    other
        The outcome.
    like
        The primary analysis of one pilot.
    main
        The main analyses of all outcomes, marked.
    tables
        Released counts. A sum of outcomes is withheld if the counts of a part are not shown, or
        the part is withheld; a part of an outcome, selected by days, is withheld if that outcome
        has any suppressed cell.
    """
    asked = replace(other.asked_like(like), withheld="")
    made_of = {*other.sum_of, other.part_of}
    hidden = hidden_in(tables, *(CELLS if other.part_of else ("before_after",)))
    beside = any(
        each.withheld or (each.outcome, each.pilot) in hidden
        for each in main
        if each.outcome in made_of and each.pilot == asked.pilot
    )
    return replace(asked, withheld=WITHHELD) if beside else asked


def marked_by_month(
    asked: Iterable[Specification], panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> tuple[Specification, ...]:
    """Return main analyses, marked where models of single months would use concealed months."""
    compared = panel.loc[panel["window"].isin(["before", "after"])]
    concealed = compared.loc[concealed_months(compared, tables).any(axis=1), ["outcome", "pilot"]]
    found = set(concealed.itertuples(index=False, name=None))
    return tuple(
        replace(each, withheld=WITHHELD) if (each.outcome, each.pilot) in found else each
        for each in asked
    )


def marked_part(
    asked: Specification, whole: str, panel: pd.DataFrame, rules: DisclosureRules
) -> Specification:
    """Return an analysis of part of an outcome, marked if its complement is too small.

    Parameters
    ----------
    asked
        The analysis of an outcome whose events are part of another's.
    whole
        The other outcome, which is shown as well; empty where there is none.
    panel
        One row per school, outcome and month, of both outcomes.
    """
    if not whole:
        return asked
    one, other = (
        compare(panel, replace(asked, outcome=name)).schools for name in (asked.outcome, whole)
    )
    by_arm = [
        table.groupby("treated")[["events_before", "events_after"]].sum() for table in (one, other)
    ]
    left = (by_arm[1] - by_arm[0]).to_numpy().ravel()
    revealing = any(rules.is_unsafe(count) for count in left)
    return replace(asked, withheld=WITHHELD) if revealing else asked


def withheld_specifications(
    asked: Sequence[Specification],
    outcome_panel: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    records: Mapping[str, pd.DataFrame],
    rules: DisclosureRules,
) -> frozenset[Specification]:
    """Return the analyses whose results would reveal a suppressed count.

    Parameters
    ----------
    asked
        Every analysis whose results are shown, the more important ones first.
    outcome_panel
        One row per school, outcome and month.
    tables
        The released tables of `CELLS`, with `count`; see `ReleasedOutcomes`.
    records
        By outcome, the records behind its counts; see
        `analysis.disclosure.outcomes.outcome_records`.
    rules
        The disclosure rules of the channel.
    """
    found: list[Specification] = []
    for outcome in dict.fromkeys(each.outcome for each in asked):
        own = [each for each in asked if each.outcome == outcome]
        panel = outcome_panel.loc[outcome_panel["outcome"] == outcome]
        panel = panel.loc[panel["returned"]].reset_index(drop=True)
        regions = regions_of(sorted(panel["pilot"].astype(str).unique()), tables, outcome)
        if len(regions) == 1:
            found += _withheld(own, panel, tables, records[outcome], rules)
            continue
        judged = partial(_withheld_in, regions, panel, tables, records[outcome], rules)
        found += withheld_by_region(own, regions, judged)
    return frozenset(found)


def _withheld_in(
    regions: Sequence[Sequence[str]],
    panel: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    records: pd.DataFrame,
    rules: DisclosureRules,
    place: int,
    own: Sequence[Specification],
) -> list[Specification]:
    """Return the analyses that would reveal a suppressed count of one of several regions."""
    there = panel.loc[panel["pilot"].isin(regions[place])].reset_index(drop=True)
    behind = records.loc[records["school_id"].isin(there["school_id"].unique())]
    cells = {name: tables[name].loc[tables[name]["pilot"].isin(regions[place])] for name in CELLS}
    return _withheld(own, there, cells, behind, rules, by=("arm",))


def _withheld(
    own: Sequence[Specification],
    panel: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    records: pd.DataFrame,
    rules: DisclosureRules,
    *,
    by: Sequence[str] = ("pilot", "arm"),
) -> list[Specification]:
    """Return the analyses of one outcome whose results would reveal a suppressed count.

    What sums leave open is examined separately for each group of schools that `by` distinguishes.
    """
    panel, stands_for = with_alike_joined(own, panel)
    records = records.assign(school_id=records["school_id"].map(stands_for))
    shown, hidden = _of_tables(panel, tables, own[0].outcome)
    concealed = concealed_months(panel, tables)
    group = panel.groupby(list(by)).ngroup().to_numpy()
    counts = _counts(panel, records, concealed, rules, group, days=own[0].measure == "days")
    tests: tuple[Callable[[Sequence[Masks]], Sequence[bool]], ...] = (
        lambda asked: _parted(asked, concealed, panel),
        lambda asked: revealing_results(asked, shown, hidden, counts.is_unsafe),
        lambda asked: narrowing_results(asked, shown, hidden, counts, rules),
    )
    sums, left = _sums(panel, own), list(range(len(own)))
    for test in tests:
        withheld = test([sums[place] for place in left])
        left = [place for place, each in zip(left, withheld, strict=True) if not each]
    return [each for place, each in enumerate(own) if place not in left]


def with_alike_joined(
    own: Sequence[Specification], panel: pd.DataFrame
) -> tuple[pd.DataFrame, pd.Series]:
    """Merge schools that no analysis and no table distinguishes; return which stands for each."""
    chosen_by = {exclusion.column for each in own for exclusion in each.exclusions}
    stands_for = alike_schools(panel, sorted({"pilot", "arm", *chosen_by}))
    joined = panel.assign(school_id=panel["school_id"].map(stands_for))
    events = joined.groupby(["school_id", "event_month"])["events"].sum()
    first = panel.loc[panel["school_id"].isin(stands_for.unique())].reset_index(drop=True)
    places = pd.MultiIndex.from_frame(first[["school_id", "event_month"]])
    return first.assign(events=events.reindex(places).to_numpy()), stands_for


def _parted(sums: Sequence[Masks], concealed: pd.DataFrame, panel: pd.DataFrame) -> list[bool]:
    """Return which analyses use barred months, or only some of a set of linked months."""
    barred, linked = (concealed[name].to_numpy() for name in ("barred", "linked"))
    own = panel.loc[linked, ["school_id", "window"]].astype(str)
    group = own.groupby(["school_id", "window"]).ngroup().to_numpy()
    sizes = np.bincount(group)
    found = []
    for masks in sums:
        inside = [np.bincount(group, mask[linked], len(sizes)) for mask in masks]
        found.append(
            bool((masks & barred).any() or any(((n > 0) & (n < sizes)).any() for n in inside))
        )
    return found


def _of_tables(
    panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame], outcome: str
) -> tuple[Masks, Masks]:
    """Return the school-months that each cell sums, for cells shown and cells suppressed."""
    shown: list[Masks] = []
    hidden: list[Masks] = []
    for name, period in CELLS.items():
        keys = ["pilot", "arm", *period]
        cells = tables[name].loc[tables[name]["outcome"] == outcome]
        of_cell = pd.MultiIndex.from_frame(cells[keys].astype(str))
        cell_of = of_cell.get_indexer(pd.MultiIndex.from_frame(panel[keys].astype(str)))
        for place, count in enumerate(cells["count"]):
            (hidden if count == CONFIDENTIAL else shown).append(cell_of == place)
    empty = np.zeros((0, len(panel)), dtype=bool)
    return np.vstack([empty, *shown]), np.vstack([empty, *hidden])


def _sums(panel: pd.DataFrame, asked: Sequence[Specification]) -> list[Masks]:
    """Return the school-months of each arm before and after that each analysis sums."""
    first = int(panel["event_month"].min())
    place = pd.Series(panel.index, [panel["school_id"], panel["event_month"]])
    laid_out: dict[object, tuple[MonthCounts, np.ndarray]] = {}
    found = []
    for each in asked:
        key = each.pilot, each.exclusions
        if key not in laid_out:
            whole = replace(each.over_all_months(first), exposure=None)
            comparison = compare(panel, whole)
            months = MonthCounts.of(comparison)
            grid = pd.MultiIndex.from_product([comparison.schools["school_id"], months.months])
            atoms = place.reindex(grid, fill_value=-1).to_numpy()
            laid_out[key] = months, atoms.reshape(months.events.shape)
        months, atoms = laid_out[key]
        masks = []
        for used in used_months(months, each):
            for treated in (True, False):
                mask = np.zeros(len(panel), dtype=bool)
                mask[atoms[used & (months.treated == treated)[:, np.newaxis]]] = True
                masks.append(mask)
        found.append(np.array(masks))
    return found


def _counts(
    panel: pd.DataFrame,
    records: pd.DataFrame,
    concealed: pd.DataFrame,
    rules: DisclosureRules,
    group: np.ndarray,
    *,
    days: bool,
) -> Counts:
    """Return the counts of school-months, with the test of whether a sum is too small."""
    unsafe = _unsafe(panel, records, rules, days=days)
    amounts = panel["events"].fillna(0).to_numpy(float)
    return Counts(amounts, group, unsafe, concealed.any(axis=1).to_numpy(), days)


def _unsafe(
    panel: pd.DataFrame, records: pd.DataFrame, rules: DisclosureRules, *, days: bool
) -> Callable[[Masks], bool]:
    """Return a function that tests whether a sum of school-months is too small to be known."""
    of_children = records.loc[records["child_id"] != ""]
    place = pd.Series(panel.index, [panel["school_id"], panel["month"]])
    at = place[pd.MultiIndex.from_frame(of_children[["school_id", "month"]])].to_numpy()
    child = pd.factorize(of_children["child_id"])[0]
    amount = of_children["amount"].to_numpy(float)
    pairs = np.unique(np.column_stack([at, child]), axis=0)
    children = np.bincount(pairs[:, 0], minlength=len(panel))
    amounts = np.bincount(at, amount, len(panel))
    most = np.bincount(child, amount).max(initial=0.0)

    def is_plainly_safe(mask: Masks) -> bool:
        """Whether one school-month alone has enough children, and no two can dominate the sum."""
        if children[mask].max(initial=0) <= rules.highest_unsafe:
            return False
        return not days or bool(2 * most < rules.dominance * amounts[mask].sum())

    def is_unsafe(mask: Masks) -> bool:
        if is_plainly_safe(mask):
            return False
        inside = mask[at]
        by_child = np.bincount(child[inside], amount[inside])
        contributions = by_child[by_child > 0]
        if days:
            return rules.is_unsafe_sum(contributions.tolist())
        return rules.is_unsafe(contributions.sum()) or rules.is_unsafe(len(contributions))

    return is_unsafe

"""Tables of the assumptions behind the estimates, and of what effects would be worth."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Number, Table
from analysis.exhibits.parts.rows import ends, reasons
from analysis.exhibits.parts.workings.working import Working, counted_of
from analysis.models.checks.missing_returns import COLUMNS as MISSING
from analysis.models.checks.missing_returns import FACTOR
from analysis.models.design.break_even import COLUMNS as BREAK_EVEN
from analysis.models.primary.estimates import COLUMNS as ESTIMATES
from analysis.study.decisions import Costs
from analysis.study.settings import Outcome, Pilot
from analysis.study.terms import Terms

NOT_ASSESSED = "not assessed"
CELLS = ("missing_intervention_before", "missing_intervention_after", "missing_comparison_before",
         "missing_comparison_after")  # fmt: skip


def missing_returns_table(
    unreturned_bounds: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show how far months without a return could move each main effect, at best and at worst."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    return table(
        unreturned_bounds,
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=6),
            Words("pilot", terms.heading, width=5),
            Column(CELLS, "Not returned", cell=lambda *shares: f"{max(shares):.1%}", width=4),
            Column("ratio", "Ratio", cell=words.ratio, width=3),
            Column("ratio_best", "Best case", cell=words.ratio, width=3),
            Column("ratio_worst", "Worst case", cell=words.ratio, width=3),
            Column(("low_best", "high_worst"), "Interval at its widest", cell=ends, width=6),
            Column("tipping_factor", "Rate needed", cell=_tips, width=4),
        ),
        meanings=MISSING,
        released=[name for name in unreturned_bounds if name != "specification"],
        period=compared_period,
        note=(
            "Not returned: largest share of pupil-months in any group and period. Unreturned "
            "months "
            f"are assumed to have from none to {FACTOR:g} times the events of returned months "
            "of their group and period, in the pattern that lowers the ratio most (best case) "
            "and that "
            "raises it most (worst case). Rate needed: how many times the usual rate takes the "
            "interval to 1 in the unfavourable pattern; [z] where it contains 1 already, 'never' "
            "where a hundred times is not enough."
        ),
    )  # fmt: skip


def exact_table(
    exact_effects: pd.DataFrame,
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show each main effect next to the exact estimate, which treats schools as alike."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    labels = {outcome.name: outcome.label for outcome in outcomes}
    keys = ["outcome", "pilot"]
    reported = ["ratio", "ratio_low", "ratio_high", "p_value"]
    both = exact_effects.merge(
        main_effects[[*keys, *reported]], on=keys, suffixes=("", "_main"), validate="one_to_one"
    )
    named = exact_effects.assign(outcome=exact_effects["outcome"].map(labels))
    return table(
        both,
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=6),
            Words("pilot", terms.heading, width=5),
            Column(("ratio_main", "ratio_low_main", "ratio_high_main"), "As reported",
                   cell=words.ratio_interval, width=6),
            Column("p_value_main", "p", cell=words.p_value, width=3),
            Column(("ratio", "ratio_low", "ratio_high"), "Exact, schools alike",
                   cell=words.ratio_interval, width=6),
            Column("p_value", "p", cell=words.p_value, width=3),
        ),
        data=exact_effects,
        meanings=ESTIMATES,
        released=[*keys, *reported, "status", "reason"],
        where=lambda row: bool(row["status"] == "estimated"),
        period=compared_period,
        note=(
            "Ratios with 95% intervals. The exact ratio is of the totals of all schools together; "
            "the one reported gives each school a rate of its own, so the two differ a little. "
            "The exact method takes four totals of events to be Poisson "
            "and all schools of a group to change alike; otherwise its interval is too narrow. It "
            "is a description of small counts, and no test that the report relies on."
            + reasons(named, "outcome")
        ),
    )  # fmt: skip


def break_even_table(
    worker_break_even: pd.DataFrame,
    primary_effects: pd.DataFrame,
    costs: Costs,
    pilots: tuple[Pilot, ...],
    compared_period: str,
    terms: Terms,
) -> Table:
    """Show how much averting an enquiry must be worth for a social worker to pay for itself."""
    of_pilots = pd.DataFrame(
        [(pilot.name, pilot.workers) for pilot in pilots if pilot.workers],
        columns=["pilot", "in_team"],
    )
    reasons = primary_effects.set_index("pilot")["reason"]
    value, averted = (
        [f"{name}{end}" for end in ("", "_low", "_high")] for name in ("break_even", "averted")
    )
    return table(
        of_pilots.merge(worker_break_even, on="pilot", how="left", validate="one_to_one"),
        (
            Words("pilot", terms.heading, width=4),
            Column("in_team", "Workers", cell=words.count, width=3),
            Column((), "Cost of a worker", cell=lambda: _pounds(costs.worker), width=4),
            Column(tuple(averted), "Averted per worker", width=5,
                   cell=partial(words.interval, printed=words.rate)),
            Column(tuple(value), "Break-even, share of a worker's cost", cell=_shares, width=6),
            Column(tuple(value), "Break-even, pounds", width=5,
                   cell=partial(_in_pounds, cost=costs.worker)),
        ),
        data=worker_break_even,
        meanings=BREAK_EVEN,
        released=list(worker_break_even),
        instead=lambda row: words.without_estimate(reasons[row["pilot"]], 2)
        if pd.isna(row["averted"])
        else (),
        period=compared_period,
        note=(
            f"{terms.primary} averted over the months evaluated, with 95% intervals; negative "
            f"is added. Break-even: what one {terms.event} averted must be worth, so that a "
            "worker's cost over those months is met; 'never' where none was averted. "
            "Cost of a worker: "
            + (f"{costs.source}." if costs.worker else "not assessed, since no public source "
               "states it.")
            + " It is taken for granted here that the difference was caused by the workers."
        ),
    )  # fmt: skip


def cost_of_a_worker(costs: Costs) -> Number:
    """State what a social worker costs, or that it is not assessed."""
    return Number(costs.worker or None, _pounds(costs.worker), "pounds")


def most_not_returned(unreturned_bounds: pd.DataFrame, terms: Terms) -> Number:
    """State the largest share of pupil-months without a return in any arm, period and pilot."""
    if unreturned_bounds.empty:
        return Number(None, words.NOT_SHOWN, "share of pupil-months")
    most = float(unreturned_bounds[list(CELLS)].to_numpy(float).max(initial=0.0))
    printed = f"at most {most:.1%}"
    working = Working(
        "pupils on roll in months without a return, added up",
        "pupils on roll in all months compared, added up",
        (f"Worked out for each group, period and {terms.site}; the largest is {most:.1%}",),
    )
    return Number(most, printed, "share of pupil-months", working=working)


def tipped_by_missing(unreturned_bounds: pd.DataFrame) -> Number:
    """Count the effects whose interval could include 1 if months without a return were known."""
    clear = unreturned_bounds.loc[unreturned_bounds["tipping_factor"].notna()]
    tipped = int((clear["tipping_factor"] <= FACTOR).sum())
    printed = f"{words.spelled(tipped)} of {words.count(len(clear))}"
    if clear.empty:
        printed = "none (there is none to look at)"
    working = counted_of("effects whose interval could reach 1", tipped, "effects", len(clear))
    return Number(tipped, printed, "effects", len(clear), working=working)


def _tips(factor: float) -> str:
    if math.isnan(factor):
        return "[z]"
    return "never" if math.isinf(factor) else f"{factor:.1f} times"


def _shares(*values: float) -> str:
    return _ends(["never" if math.isinf(value) else f"{value:.0%}" for value in values])


def _in_pounds(*values: float, cost: float) -> str:
    return _ends([_pounds(value * cost) for value in values]) if cost else NOT_ASSESSED


def _ends(printed: list[str]) -> str:
    """Return a value with its bounds, or one word where there is no value."""
    return printed[0] if len(set(printed)) == 1 else f"{printed[0]} ({printed[1]} to {printed[2]})"


def _pounds(value: float) -> str:
    if not value:
        return NOT_ASSESSED
    return "never" if math.isinf(value) else f"£{words.count(value)}"

"""What the design checks say against the results: a table, numbers and claims."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import pandas as pd
from hamilton.function_modifiers import parameterize, value

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Claim, Number, Table
from analysis.exhibits.parts.rows import row_of
from analysis.exhibits.parts.rules import More, judge
from analysis.exhibits.parts.workings.working import counted_of
from analysis.models.checks.findings import COLUMNS
from analysis.models.inputs.estimability import ESTIMATED
from analysis.study.settings import Outcome
from analysis.study.terms import Terms

CHECKS = ("breakdown", "left_out", "models", "choices", "curve", "slope", "joint", "permuted",
          "placebo_starts", "placebo_outcomes", "leverage", "balance", "balance_sets", "returns",
          "rolls", "zeros")  # fmt: skip


def checks_table(check_findings: pd.DataFrame) -> Table:
    """Show how many results each check looks at, how many it counts against, and the worst."""
    return table(
        check_findings,
        (
            Words("label", "Check", width=6),
            Words("against_if", "Counts against a result if", width=6),
            Column("looked_at", "Results", cell=words.count, width=2),
            Column("against", "Against", cell=words.count, width=2),
            Words("worst", "Worst of them", cell=lambda worst: worst or "none looked at", width=7),
        ),
        meanings=COLUMNS,
        released=list(check_findings),
        note=(
            "In the order, fixed beforehand, of how much a check takes away. Of many p-values "
            "about one in twenty is at most 0.05 by chance. A result that is withheld is not "
            "looked at."
        ),
    )


@parameterize(**{f"{check}_against": {"check": value(check)} for check in CHECKS})
def speaks_against(check_findings: pd.DataFrame, check: str) -> Number:
    """Count the results that one check counts against, with the worst of them."""
    row = check_row(check_findings, check)
    text = f"{words.spelled(row['against'])} of {words.count(row['looked_at'])}"
    if not row["looked_at"]:
        text = "none (there is none to look at)"
    if row["against"]:
        text += f" ({'worst: ' if row['against'] > 1 else ''}{row['worst']})"
    against, looked_at = int(row["against"]), int(row["looked_at"])
    working = counted_of("results that it counts against", against, "results", looked_at)
    working = replace(working, sums=(*working.sums, f"Printed, with the worst of them: {text}"))
    return Number(text, text, "results", looked_at, working=working)


def checks_made(check_findings: pd.DataFrame) -> Number:
    """Count the checks that had something to look at."""
    made = int((check_findings["looked_at"] > 0).sum())
    return Number(made, words.count(made), "checks")


def checks_against(check_findings: pd.DataFrame) -> Number:
    """Count the checks that speak against at least one result."""
    against = int((check_findings["against"] > 0).sum())
    checks = len(check_findings)
    working = counted_of("checks that speak against a result", against, "checks", checks)
    return Number(against, words.count(against), "checks", checks, working=working)


NO_CANDIDATES = (
    "Comparison schools were matched before the extract was made, and the schools that might have "
    "been chosen instead are not in it, so they cannot be reweighted, and what matching changed "
    "cannot be shown."
)


def candidates_outcome(
    candidate_effects: pd.DataFrame, outcomes: tuple[Outcome, ...], terms: Terms
) -> Number:
    """State what candidate comparison schools show, or that none were supplied."""
    if candidate_effects.empty:
        return Number(NO_CANDIDATES, NO_CANDIDATES, "sentence")
    said = [
        f"in {row['pilot']} {_reweighted(row, terms)}"
        for row in candidate_effects.to_dict("records")
    ]
    text = (
        "Exploratory: against all schools that might have been chosen, weighted so that on average "
        f"they have the phase, size, need and earlier rate of {outcomes[0].unit} of the "
        f"{words.inside(terms.treated)}, the ratio for {words.inside(terms.primary)} is "
        f"{words.listed(said)} (95% "
        "confidence intervals by school, p two-sided and not adjusted; weights are taken as given)."
    )
    return Number(text, text, "sentence", int(candidate_effects["candidates"].sum()))


def _reweighted(row: dict[Hashable, Any], terms: Terms) -> str:
    if row["status"] != ESTIMATED:
        return f"{words.no_estimate(row['reason'])} ({terms.said(row['reason'])})"
    ratio = words.interval(row["ratio"], row["ratio_low"], row["ratio_high"], words.ratio)
    many, alike = (words.count(row[name]) for name in ("candidates", "effective"))
    return (
        f"{ratio}, p {words.p_value(row['p_value'])}, from {many} schools as informative as "
        f"{alike} with equal weights"
    )


def breakdown_unseen(change_judgements: pd.DataFrame, pre_trends: pd.DataFrame) -> Number:
    """Say for which claimed changes the first check may not be shown."""
    keys = ["outcome", "pilot"]
    claimed = change_judgements["verdict"].isin(["lower", "higher"])
    found = change_judgements.loc[claimed, keys].merge(pre_trends, on=keys, how="left")
    unseen = found.loc[found["breakdown_change"].isna(), "pilot"].drop_duplicates().to_list()
    text = "The same check can be shown for every claimed change."
    if found.empty:
        text = "No change is claimed that the other checks could question."
    if unseen:
        text = f"The same check for {words.listed(unseen)} is not shown (small counts)."
    return Number(text, text, "sentence", len(found))


def mostly_out_of_balance(check_findings: pd.DataFrame) -> Claim:
    """Claim that most standardised differences between the groups are more than slight."""
    rows = {name: check_row(check_findings, name) for name in ("balance", "balance_sets")}
    return judge(
        "More than half of the differences between the groups, and within matched sets, lie "
        "outside the band: the schools were not alike.",
        More("differences outside the band", 50, "%"),
        {row["label"]: 100 * row["against"] / max(row["looked_at"], 1) for row in rows.values()},
        ("checks_table", "balance_plot"),
    )


def check_row(check_findings: pd.DataFrame, check: str) -> dict[str, Any]:
    """Return the row of one check, by column name."""
    return row_of(check_findings, "check", check)

"""Claims on what the design checks found in these pilots."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.design_checks.findings import check_row
from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Claim, Number
from analysis.exhibits.parts.rows import row_of
from analysis.exhibits.parts.rules import NOTHING, Most, judge
from analysis.models.checks.leverage import CASE_STUDY
from analysis.models.inputs.estimability import ESTIMATED


def worst_check(check_findings: pd.DataFrame, primary_effects: pd.DataFrame) -> Claim:
    """Claim which is the most serious check that counts against a result."""
    against = check_findings.loc[check_findings["against"] > 0]
    first = (
        against.iloc[0].to_dict()
        if len(against)
        else {"check": "", "label": "", "pilot": "", "worst": ""}
    )
    return Claim(
        "The most serious concerns Southampton: if trends diverged as much as before the start, "
        "they would explain its whole fall.",
        "first check, in the order of the table, that counts against a result: the breakdown "
        "value, for Southampton",
        (first["check"], first["pilot"]) == ("breakdown", "Southampton"),
        f"{words.inside(str(first['label']))}: {first['worst']}"
        if len(against)
        else "no check against any result",
        ("checks_table", "trends_table"),
        unknown=row_of(primary_effects, "pilot", "Southampton")["status"] != ESTIMATED,
    )


def slope_rejects_once(check_findings: pd.DataFrame) -> Claim:
    """Claim that the test of a steady trend counts against exactly one result, which it names."""
    row = check_row(check_findings, "slope")
    return Claim(
        "Exploratory: for section 17 starts in Lambeth the test of a steady trend before the start "
        "rejects parallel paths, by school and not adjusted for the number of tests; that may be "
        "chance, or a reason to doubt the estimate.",
        "the slope test rejects for one result, in Lambeth",
        (row["against"], row["pilot"]) == (1, "Lambeth"),
        f"{row['against']} of {row['looked_at']} against; worst {row['worst']}"
        if row["looked_at"]
        else NOTHING,
        ("checks_table", "trends_table"),
        unknown=not row["looked_at"],
    )


def one_school_weighs_much(leverages: pd.DataFrame) -> Claim:
    """Claim that an estimate of the primary outcome is close to a case study of one school."""
    own = leverages.loc[(leverages["outcome"] == "s47_enquiries")
                        & (leverages["pilot"] == "Lambeth")]  # fmt: skip
    (row,) = own.to_dict("records")
    heavy = row["leverage"] >= CASE_STUDY
    # The share is not stated: times its arm's events, it gives the count of one school.
    side = "at least" if heavy else "under"
    seen = f"{row['pilot']}, a {row['arm']} school {side} {CASE_STUDY:.0%}"
    return Claim(
        "In Lambeth one comparison school carries so much of its group's information that the "
        "estimate for enquiries is close to a case study of that school.",
        f"largest share of one school in its group's information at least {CASE_STUDY:.0%}, in a "
        "comparison school",
        heavy and row["arm"] == "comparison",
        seen if row["status"] == "estimated" else NOTHING,
        ("checks_table",),
        unknown=row["status"] != "estimated",
    )


def hidden_bias_explains(hidden_bias_bounds: pd.DataFrame) -> Claim:
    """Claim that an unrecorded difference between schools could explain either fall."""
    own = hidden_bias_bounds.loc[hidden_bias_bounds["pilot"].isin(["Lambeth", "Southampton"])]
    found = own.groupby("pilot")["gamma_explains"].first()
    return judge(
        "If, for reasons that nobody recorded, one school of a pair was three times as likely to "
        "be chosen as the other, that could explain the fall in Lambeth and in Southampton.",
        Most("odds of being chosen that explain the result", 3),
        {str(pilot): float(gamma) for pilot, gamma in found.items()},
        ("hidden_bias_table",),
    )


def breakdown_of_interval(pre_trends: pd.DataFrame) -> Number:
    """State from what divergence on the interval of the worst check's result would include 1."""
    own = pre_trends.loc[
        (pre_trends["outcome"] == "s47_enquiries") & (pre_trends["pilot"] == "Southampton")
    ]
    (found,) = own["breakdown_change_interval"]
    unit = "times the largest change between terms before the start"
    if pd.isna(found):
        return Number(None, words.NOT_KNOWN, unit)
    return Number(float(found), words.limit(found, words.ratio), unit)

"""What every design check says against the results, in one table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.models.checks.findings import LEVEL, SLIGHT, Check, check_table
from analysis.models.checks.leverage import CASE_STUDY, largest_leverages
from analysis.models.inputs.school_counts import Floats
from analysis.models.inputs.school_periods import ARMS
from analysis.models.inputs.specification import Specification
from analysis.study.settings import Outcome

KEYS = ["pilot", "outcome"]
APART = 5.0
"""Percentage points, or per cent, by which the change in returns or rolls may differ."""
UNIT_LEFT_OUT = {"assignment unit": "area"}
"""The unit that `left_out` takes as assigned."""


def leverages(
    protected_panel: pd.DataFrame, main_specifications: tuple[Specification, ...]
) -> pd.DataFrame:
    """Return how much of each main effect rests on a single unit of assignment."""
    return largest_leverages(protected_panel, main_specifications)


def check_findings(
    change_judgements: pd.DataFrame,
    pre_trends: pd.DataFrame,
    trend_slopes: pd.DataFrame,
    left_out_ranges: pd.DataFrame,
    model_alternatives: pd.DataFrame,
    varied_effects: pd.DataFrame,
    placebo_starts: pd.DataFrame,
    balancing_effects: pd.DataFrame,
    leverages: pd.DataFrame,
    baseline_balance: pd.DataFrame,
    floor_checks: pd.DataFrame,
    curve_tests: pd.DataFrame,
    reporting: pd.DataFrame,
    candidate_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
) -> pd.DataFrame:
    """Return how many results each check looks at and speaks against, the most serious kind first.

    Checks on a claimed change (its trend, schools and choices) look at claimed changes only, since
    a ratio near 1 has nothing to lose. Candidate schools are a check where there are any.
    """
    labels = {outcome.name: outcome.label for outcome in outcomes}
    claimed = change_judgements.loc[change_judgements["verdict"] != "not clear", KEYS]
    trends = pre_trends.loc[pre_trends["status"] == "estimated"]
    slopes = trend_slopes.loc[trend_slopes["status"] == "estimated"]
    candidates = _of(candidate_effects.assign(label="candidates weighted"), claimed)
    return check_table([
        *[_crossing("candidates", "Candidates weighted", candidates, "label", labels)
          for _ in range(min(1, len(candidate_effects)))],
        _breakdown(_of(trends, claimed), labels),
        _left_out(left_out_ranges, claimed, labels, outcomes),
        _crossing("models", "Other models", _of(model_alternatives, claimed), "method", labels),
        _crossing("choices", "One choice changed", _of(varied_effects, claimed), "label", labels),
        _curve(_of(curve_tests, claimed), labels),
        _p_value("slope", "A steady trend before the start", slopes, "p_value", labels),
        _p_value("joint", "All terms before the start", trends, "p_wald", labels),
        _p_value("permuted", "The same, permuted", trends, "p_randomisation", labels),
        _placebo("placebo_starts", "Placebo start dates", placebo_starts, labels),
        _placebo("placebo_outcomes", "Placebo outcomes",
                 balancing_effects.loc[balancing_effects["label"].str.contains("placebo")], labels),
        _leverage(leverages, labels),
        _balance("balance", "Likeness of the groups", baseline_balance, "after_matching"),
        _balance("balance_sets", "Likeness within matched sets", baseline_balance, "within_sets"),
        *_of_reporting(reporting),
        _zeros(floor_checks, labels),
    ])  # fmt: skip


def _of(table: pd.DataFrame, claimed: pd.DataFrame) -> pd.DataFrame:
    return table.merge(claimed, on=KEYS)


def _named(table: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    said = table["outcome"].map(labels)
    return [f"{label[:1].lower()}{label[1:]} in {pilot}"
            for label, pilot in zip(said, table["pilot"], strict=True)]  # fmt: skip


def _breakdown(trends: pd.DataFrame, labels: dict[str, str]) -> Check:
    return Check(
        "breakdown", "What trends would explain a claimed change",
        "no more than the largest change seen before the start", list(trends["breakdown_change"]),
        1.0, _named(trends, labels), list(trends["pilot"]), "at {:.2f} times that",
    )  # fmt: skip


def _left_out(
    ranges: pd.DataFrame, claimed: pd.DataFrame, labels: dict[str, str],
    outcomes: tuple[Outcome, ...],
) -> Check:  # fmt: skip
    primary = next(outcome.name for outcome in outcomes if outcome.role == "primary")
    own = _of(ranges.assign(outcome=primary), claimed)
    named = [f"{name} without one {UNIT_LEFT_OUT.get(by, by)}"
             for name, by in zip(_named(own, labels), own["left_out_by"], strict=True)]  # fmt: skip
    return Check(
        "left_out", "A claimed change without one school, set or area",
        f"p above {LEVEL}, unadjusted", list(-own["highest_p"]), -LEVEL, named,
        list(own["pilot"]), "p {:.3f}", -1.0,
    )  # fmt: skip


def _crossing(
    name: str, label: str, table: pd.DataFrame, said: str, labels: dict[str, str]
) -> Check:
    found = table.loc[table["p_value"].notna()]
    named = [f"{each}, {str(how)[:1].lower()}{str(how)[1:]}"
             for each, how in zip(_named(found, labels), found[said], strict=True)]  # fmt: skip
    return Check(
        name, f"{label}, for a claimed change", f"p above {LEVEL}, unadjusted",
        list(-found["p_value"]), -LEVEL, named, list(found["pilot"]), "p {:.3f}", -1.0,
    )  # fmt: skip


def _curve(tests: pd.DataFrame, labels: dict[str, str]) -> Check:
    return Check(
        "curve", "All specifications tested together, for a claimed change", f"p above {LEVEL}",
        list(-tests["p_median"]), -LEVEL, _named(tests, labels), list(tests["pilot"]), "p {:.3f}",
        -1.0,
    )  # fmt: skip


def _of_reporting(reporting: pd.DataFrame) -> tuple[Check, Check]:
    """Check whether returns, or rolls, changed differently in one group than in the other."""
    seen = reporting.set_index(["pilot", "arm", "period"])
    pilots = list(dict.fromkeys(map(str, reporting["pilot"])))

    def of(column: str, arm: str, period: str) -> pd.Series:
        # A period that no school of a pilot has is missing, and is no error.
        return seen[column].astype(float).reindex([(pilot, arm, period) for pilot in pilots])

    one, other = (
        100 * (of("share_returned", arm, "after").to_numpy()
               - of("share_returned", arm, "before").to_numpy())
        for arm in ARMS
    )  # fmt: skip
    rolls = [of("change_in_exposure", arm, "after").to_numpy() for arm in ARMS]
    grown = 100 * (rolls[0] / rolls[1] - 1)
    return (
        _apart("returns", "Returns, before and after", one - other, pilots, "points"),
        _apart("rolls", "Pupils on roll, after against before", grown, pilots, "per cent"),
    )


def _apart(name: str, label: str, gaps: Floats, pilots: list[str], unit: str) -> Check:
    return Check(
        name, label, f"the groups changed by {APART:g} {unit} more or less than each other",
        list(-np.abs(gaps)), -APART, [f"in {pilot}" for pilot in pilots], pilots,
        f"{{:.1f}} {unit} apart", -1.0,
    )  # fmt: skip


def _p_value(
    name: str, label: str, table: pd.DataFrame, column: str, labels: dict[str, str]
) -> Check:
    return Check(
        name, label, f"p at most {LEVEL}", list(table[column]), LEVEL, _named(table, labels),
        list(table["pilot"]), "p {:.3f}",
    )  # fmt: skip


def _placebo(name: str, label: str, table: pd.DataFrame, labels: dict[str, str]) -> Check:
    found = table.loc[table["status"] == "estimated"]
    named = [
        f"{labels.get(row['outcome'], row['label']).removesuffix(' (placebo)')} in {row['pilot']}"
        for row in found.to_dict("records")
    ]
    return Check(
        name, label, "its interval leaves out 1, the truth", list(found["p_value"]), LEVEL,
        [f"{each[:1].lower()}{each[1:]}" for each in named], list(found["pilot"]), "p {:.3f}",
    )  # fmt: skip


def _leverage(leverages: pd.DataFrame, labels: dict[str, str]) -> Check:
    found = leverages.loc[leverages["status"] == "estimated"]
    # The weight is not stated: times its arm's events, it gives the count of one school.
    named = [f"one {arm} school, {name}"
             for arm, name in zip(found["arm"], _named(found, labels), strict=True)]  # fmt: skip
    return Check(
        "leverage", "Weight of one school in its arm", f"at least {CASE_STUDY:.0%}",
        list(-found["leverage"]), -CASE_STUDY, named, list(found["pilot"]), "the heaviest",
    )  # fmt: skip


def _balance(name: str, label: str, table: pd.DataFrame, column: str) -> Check:
    found = table.loc[table[column].notna()]
    named = [f"{covariate[:1].lower()}{covariate[1:]}, in {pilot}"
             for covariate, pilot
             in zip(found["covariate"], found["pilot"], strict=True)]  # fmt: skip
    return Check(
        name, label, f"{SLIGHT} standard deviations apart or more",
        list(-found[column].abs().to_numpy(float)), -SLIGHT, named, list(found["pilot"]),
        "{:.2f} standard deviations", -1.0,
    )  # fmt: skip


def _zeros(floor_checks: pd.DataFrame, labels: dict[str, str]) -> Check:
    apart = (floor_checks["share_zero"] - floor_checks["share_zero_negative_binomial"]).abs()
    found = floor_checks.loc[apart.notna()]
    return Check(
        "zeros", "Months without an event, compared with those that a count model expects",
        "5 points apart or more", list(-100 * apart.dropna().to_numpy(float)), -5.0,
        _named(found, labels), list(found["pilot"]), "{:.1f} points", -1.0,
    )  # fmt: skip

"""Sensitivity analyses: other models, other choices, schools left out, and all pilots pooled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from hamilton.function_modifiers import config, tag

from analysis.dataflow.disclosure_paths import MODELS
from analysis.disclosure import WITHHELD, withholding
from analysis.disclosure.estimates import few_to_compare
from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.models.alternatives.estimates import alternative_estimates
from analysis.models.inputs.specification import Specification
from analysis.models.pooling.estimates import pooled_estimates
from analysis.models.primary.estimates import effect_estimates as estimate
from analysis.models.sensitivity.hidden_bias import hidden_bias
from analysis.models.sensitivity.leave_out import By, leave_one_out
from analysis.models.sensitivity.specification_curve import specification_curves as draw_curves

LEFT_OUT: tuple[By, ...] = ("school", "matched set", "assignment unit")


def varied_effects(
    protected_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
    withheld_specifications: frozenset[Specification],
    primary_effects: pd.DataFrame,
) -> pd.DataFrame:
    """Estimate the primary effects with one choice changed at a time.

    Returns
    -------
    DataFrame
        As for `effect_estimates`, with a column `same_as`: the label of the first choice, or
        'reported', that gives the very same numbers.
    """
    first = int(protected_panel["event_month"].min())
    asked = [
        varied for each in primary_specifications for varied in withholding.varied(each, first)
    ]
    found = estimate(protected_panel, withholding.marked(asked, withheld_specifications))
    every = pd.concat([primary_effects.assign(label="reported"), found], ignore_index=True)
    rounded = every[["log_ratio", "standard_error", "df"]].round(9)
    keys = [every["pilot"], *(rounded[column] for column in rounded)]
    original = every.groupby(keys)["label"].transform("first")
    doubled = every["log_ratio"].notna() & (original != every["label"])
    same_as = original.str[0].str.lower() + original.str[1:]
    return found.assign(same_as=same_as.where(doubled, "").iloc[len(primary_effects) :].to_numpy())


@tag(disclosure=MODELS)
def monthly_specifications(
    outcome_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    released_outcomes: ReleasedOutcomes,
) -> tuple[Specification, ...]:
    """Return the main analyses, withheld where a model of single months may not be shown."""
    tables = released_outcomes.tables
    return withholding.marked_by_month(main_specifications, outcome_panel, tables)


def model_alternatives(
    protected_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    monthly_specifications: tuple[Specification, ...],
    released_outcomes: ReleasedOutcomes,
) -> pd.DataFrame:
    """Estimate the primary effects, and those on days in care, with every other model."""
    few = few_to_compare(released_outcomes.tables["before_after"])
    asked, by_month = (
        [
            replace(each, withheld=WITHHELD) if (each.outcome, each.pilot) in few else each
            for each in given
            if each.role == "primary" or each.measure == "days"
        ]
        for given in (main_specifications, monthly_specifications)
    )
    return alternative_estimates(protected_panel, asked, by_month)


def left_out(
    protected_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
    pooled_specifications: tuple[Specification, ...],
) -> pd.DataFrame:
    """Estimate the primary effects without each school, set, area and pilot in turn."""
    by_area = [replace(each, assignment_unit="area") for each in primary_specifications]
    primary = {each.outcome for each in primary_specifications}
    together = [each for each in pooled_specifications if each.outcome in primary]
    parts = [
        leave_one_out(protected_panel, by_area if by == "assignment unit" else asked, by)
        for by, asked in [*((by, primary_specifications) for by in LEFT_OUT), ("pilot", together)]
    ]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def left_out_ranges(left_out: pd.DataFrame) -> pd.DataFrame:
    """Return the range of the primary effects as each school, set, area or pilot is left out.

    Returns
    -------
    DataFrame
        One row per pilot and what is left out: how many `groups`, `not_estimable` among
        them, the `lowest` and `highest` ratio, and the highest p-value; missing where the
        analysis is withheld. Ratios are rounded outwards to a tenth.

    Notes
    -----
    Given the ratio of all schools and their counts, the ratio without one school leaves few pairs
    of whole numbers for that school's counts before and after: with totals of 24 and 17, only one.
    """
    groups = left_out.groupby(["pilot", "left_out_by"], sort=False)
    found = groups.agg(
        groups=("left_out", "size"),
        estimated=("ratio", "count"),
        lowest=("ratio", "min"),
        highest=("ratio", "max"),
        highest_p=("p_value", "max"),
    ).reset_index()
    found["not_estimable"] = found["groups"] - found["estimated"]
    for end, outwards in (("lowest", np.floor), ("highest", np.ceil)):
        # To nine digits first, so that a ratio of exactly 0.3 stays 0.3.
        found[end] = outwards((found[end] * 10).round(9)) / 10
    withheld = (groups["left_out"].max() == "").to_numpy()
    if withheld.any():
        found.loc[withheld, ["groups", "not_estimable"]] = np.nan
    return found.drop(columns="estimated")


def hidden_bias_bounds(
    protected_panel: pd.DataFrame, primary_specifications: tuple[Specification, ...]
) -> pd.DataFrame:
    """Return how unlike matched schools would have to be to explain away the primary effects."""
    return hidden_bias(protected_panel, primary_specifications)


@config.when(together=False)
def specification_curves(
    protected_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
    withheld_specifications: frozenset[Specification],
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every defensible estimate of the primary effects, and a joint test per pilot."""
    first = int(protected_panel["event_month"].min())
    questions = [
        withholding.marked(withholding.curve(each, first), withheld_specifications)
        for each in primary_specifications
    ]
    return draw_curves(protected_panel, questions, seed=seed)


def curve_estimates(specification_curves: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    """Return the estimates of the specification curves, without duplicates."""
    return specification_curves[0]


def curve_tests(specification_curves: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    """Return the joint test of each pilot's specification curve."""
    return specification_curves[1]


def pooled_specifications(
    main_specifications: tuple[Specification, ...],
    withheld_specifications: frozenset[Specification],
) -> tuple[Specification, ...]:
    """Return the main analysis of each outcome for all pilots together."""
    return withholding.marked(withholding.pooled(main_specifications), withheld_specifications)


@config.when(together=False)
def across_pilots(
    protected_panel: pd.DataFrame,
    main_effects: pd.DataFrame,
    pooled_specifications: tuple[Specification, ...],
) -> pd.DataFrame:
    """Pool the pilots, in one stage and in two; the trial is never included."""
    together = estimate(protected_panel, pooled_specifications)
    return pooled_estimates(pd.concat([main_effects, together], ignore_index=True))

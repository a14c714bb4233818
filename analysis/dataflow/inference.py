"""Power of the design, and estimates by other methods of inference."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from hamilton.function_modifiers import config, tag

from analysis.dataflow.disclosure_paths import MODELS, SCHOOLS
from analysis.dataflow.effects import ASSIGNMENT_COLUMNS
from analysis.disclosure.estimates import withhold_methods
from analysis.disclosure.outcomes import ReleasedOutcomes
from analysis.disclosure.withholding import marked
from analysis.models.checks.regression_to_the_mean import Selection, regression_to_the_mean
from analysis.models.design.detectable import minimum_detectable_effects
from analysis.models.inference.judgement import KEYS, judgements, unit_evidence
from analysis.models.inference.methods import inference_estimates
from analysis.models.inference.multiplicity import multiplicity
from analysis.models.inference.units import assignment_units
from analysis.models.inputs.specification import Specification
from analysis.models.primary.estimates import PRIMARY

REPORTED = (PRIMARY.name, "randomisation", "randomisation, coefficient")
"""The methods on which the report rests."""


def main_specifications(
    specifications: tuple[Specification, ...], withheld_specifications: frozenset[Specification]
) -> tuple[Specification, ...]:
    """Return the main analysis of each outcome and pilot."""
    return tuple(
        each for each in marked(specifications, withheld_specifications)
        if each.role != "sensitivity"
    )  # fmt: skip


def primary_specifications(
    main_specifications: tuple[Specification, ...],
) -> tuple[Specification, ...]:
    """Return the main analysis of the primary outcome in each pilot."""
    return tuple(each for each in main_specifications if each.role == "primary")


def primary_effects(main_effects: pd.DataFrame) -> pd.DataFrame:
    """Return the main estimates of the primary outcome."""
    return main_effects.loc[main_effects["role"] == "primary"]


@tag(disclosure=SCHOOLS)
def units_of_assignment(
    outcome_panel: pd.DataFrame, primary_specifications: tuple[Specification, ...]
) -> pd.DataFrame:
    """Count the units of assignment if schools were assigned, and if areas were."""
    chosen = [
        replace(each, assignment_unit=unit)
        for unit in ASSIGNMENT_COLUMNS.values()
        for each in primary_specifications
    ]
    return assignment_units(outcome_panel, chosen)


def detectable_effects(
    protected_panel: pd.DataFrame,
    disclosed_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    seed: int,
) -> pd.DataFrame:
    """Return the minimum detectable falls at 80% power."""
    return minimum_detectable_effects(
        protected_panel, main_specifications, seed=seed, years=disclosed_panel
    )


def selection_effects(seed: int) -> pd.DataFrame:
    """Return the ratios that selecting and matching schools give where nothing has an effect."""
    ways = [
        Selection("highest counts", "none"),
        Selection("highest counts", "count of one year"),
        Selection("highest counts", "count of two years"),
        Selection("greatest need", "none"),
        Selection("greatest need", "count of one year"),
    ]
    return regression_to_the_mean(ways, seed=seed)


def inference_methods(
    protected_panel: pd.DataFrame, main_specifications: tuple[Specification, ...], seed: int
) -> pd.DataFrame:
    """Estimate the main effects by every method of inference."""
    return inference_estimates(protected_panel, main_specifications, seed=seed)


def compared_methods(
    inference_methods: pd.DataFrame, released_outcomes: ReleasedOutcomes
) -> pd.DataFrame:
    """Return the estimates by every method, where together they reveal no school's counts."""
    tables = released_outcomes.tables
    return withhold_methods(inference_methods, tables["before_after"], REPORTED)


def inference_by_area(
    protected_panel: pd.DataFrame, main_specifications: tuple[Specification, ...], seed: int
) -> pd.DataFrame:
    """Estimate the main effects by every method of inference, as if areas were assigned."""
    return inference_estimates(protected_panel, _assigned("area", main_specifications), seed=seed)


@tag(disclosure=MODELS)
def change_judgements(
    inference_methods: pd.DataFrame,
    inference_by_area: pd.DataFrame,
    outcome_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
) -> pd.DataFrame:
    """Judge whether each main effect supports a claim of change, by school and by area."""
    by_unit = []
    for unit, methods in (("school", inference_methods), ("area", inference_by_area)):
        units = assignment_units(outcome_panel, _assigned(unit, main_specifications))
        smallest = units[[*KEYS, "smallest_p"]]
        by_unit.append(unit_evidence(methods).merge(smallest, on=KEYS, validate="one_to_one"))
    return judgements(*by_unit)


def _assigned(unit: str, specifications: tuple[Specification, ...]) -> list[Specification]:
    return [replace(each, assignment_unit=ASSIGNMENT_COLUMNS[unit]) for each in specifications]


@config.when(together=False)
def adjusted_for_many(
    protected_panel: pd.DataFrame,
    main_specifications: tuple[Specification, ...],
    main_effects: pd.DataFrame,
    seed: int,
) -> pd.DataFrame:
    """Adjust p-values for the number of outcomes and pilots."""
    return multiplicity(protected_panel, main_specifications, main_effects, seed=seed)

"""Test whether estimates recover the effects built into the stand-in, over many draws.

Each scenario of `study.toml` is drawn repeatedly with other seeds: schools, returns, children,
events and spells in care. Each draw is counted into a panel and analysed with the report's own
specifications. The effects that the generator puts in are known, so the coverage of intervals
can be measured. `models_sentences` measures how often a sentence would be printed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.contracts.reading import read_contracts
from analysis.dataflow.effects import main_effects, specifications
from analysis.dataflow.settings import disclosure_rules
from analysis.extract.panel import outcome_panel
from analysis.models.inference.randomisation import named_seed, randomisation_test
from analysis.models.inputs.estimability import ESTIMATED
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.estimates import effect_estimates
from analysis.study.settings import read_study
from analysis.synthetic.extract import outcome_tables
from analysis.synthetic.recipe import Recipe
from analysis.synthetic.schools import School, draw_schools

if TYPE_CHECKING:
    from analysis.models.inputs.specification import Specification
    from analysis.study.scenario import Scenario
    from analysis.study.settings import Study

ROOT = Path(__file__).parents[1]
FIRST_SEED = 10_000
"""Far from the committed extract's seed, so that no draw is the one in the report."""
EFFECT_COLUMNS = {
    "scenario": "What the stand-in was built to show",
    "outcome": "Name of the outcome",
    "pilot": "Local authority",
    "draws": "Extracts drawn",
    "estimated": "Share of them with an estimate",
    "true_ratio": "Geometric mean of the ratios put in",
    "mean_ratio": "Geometric mean of the ratios estimated",
    "coverage": "Share of 95% intervals that contain the ratio put in; missing where a school was "
    "made noisy",
    "share_below_1": "Share of estimates below 1: what a rule on the sign alone would call a fall",
    "share_clear_fall": "Share of intervals wholly below 1: what this report calls a fall",
    "share_clear_rise": "Share of intervals wholly above 1",
    "share_randomisation": "Share of randomisation tests with p at most .05",
}


@cache
def settings() -> Study:
    """Return the study's settings, read once in each process."""
    return read_study(ROOT / "study.toml")


@cache
def recipe() -> Recipe:
    """Return what the data contracts say about every column, read once in each process."""
    return Recipe(read_contracts(ROOT / "data_contracts"))


def draw_panel(study: Study, scenario: Scenario, seed: int, schools: list[School]) -> pd.DataFrame:
    """Draw one extract of these schools and count it into a panel as the report does."""
    rows = outcome_tables(study, scenario, recipe(), schools, seed)
    tables = {name: pd.DataFrame(each) for name, each in rows.items()}
    months = tables["school_months"].assign(
        pupils=lambda table: table["pupils"].astype("int64"),
        returned=lambda table: table["returned"] == "yes",
    )
    events, episodes = tables["child_events"], tables["care_episodes"]
    events["event_date"] = pd.to_datetime(events["event_date"])
    for end in ("started", "ended"):
        episodes[end] = pd.to_datetime(episodes[end].mask(episodes[end] == ""))
    return outcome_panel(
        tables["schools"], months, events, episodes, study.pilots, study.outcomes, study.window
    )


def true_ratio(schools: list[School], scenario: Scenario, pilot: str, outcome: str) -> float:
    """Return the ratio of expected events after the start, with the effect over without it.

    Only intervention schools count, and a school made noisy is not an effect of the intervention.
    """
    with_effect = without = 0.0
    for school in schools:
        candidate = school.candidate
        if candidate.pilot.name != pilot or not school.treated:
            continue
        for month, mean in candidate.means[outcome].items():
            if month < candidate.pilot.start:
                continue
            changed = mean * scenario.effect(outcome, pilot)
            if outcome == "s47_enquiries":
                changed *= 1 - scenario.diverted
            elif outcome == "s17_starts":
                changed += scenario.diverted * candidate.means["s47_enquiries"][month]
            with_effect, without = with_effect + changed, without + mean
    return with_effect / without


def analysed(name: str, seed: int) -> pd.DataFrame:
    """Analyse one draw of a scenario as the report does."""
    study = settings()
    scenario = study.synthetic.scenario(name)
    schools = draw_schools(study, scenario, recipe(), seed)
    panel = draw_panel(study, scenario, seed, schools)
    rules = disclosure_rules(study.disclosure)
    asked = [
        each
        for each in specifications(
            study.specifications, study.outcomes, study.window, rules, study.words
        )
        if each.role != "sensitivity"
    ]
    table = main_effects(effect_estimates(panel, asked), study.specifications)
    return table.assign(
        true_ratio=[true_ratio(schools, scenario, str(s.pilot), s.outcome) for s in asked],
        randomisation=[
            _randomisation_p(panel, each, study.seed) if status == ESTIMATED else np.nan
            for each, status in zip(asked, table["status"], strict=True)
        ],
    )


def _randomisation_p(panel: pd.DataFrame, specification: Specification, seed: int) -> float:
    """Return the p-value of the randomisation test, with fewer draws than in the report."""
    schools = school_periods(panel, specification)
    name = f"{specification.name} {specification.pilot}"
    test = randomisation_test(schools, seed=named_seed(seed, name), draws=999, exact_up_to=2_048)
    return test.p_value


def scenario_rates(draws: int, first_seed: int = FIRST_SEED) -> pd.DataFrame:
    """Analyse many draws of every scenario on all cores, printing progress.

    Returns
    -------
    DataFrame
        With the columns of `EFFECT_COLUMNS`.
    """
    from joblib import Parallel, delayed

    effects = []
    for scenario in settings().synthetic.scenarios:
        seeds = range(first_seed, first_seed + draws)
        work = Parallel(n_jobs=-1, return_as="generator")(
            delayed(analysed)(scenario.name, seed) for seed in seeds
        )
        tables = []
        for done, table in enumerate(work, start=1):
            tables.append(table)
            if done % 25 == 0 or done == draws:
                print(f"{scenario.name}: {done} of {draws} draws", flush=True)
        effects.append(effect_rates(pd.concat(tables), scenario.name, draws))
    return pd.concat(effects, ignore_index=True)


def effect_rates(tables: pd.DataFrame, scenario: str, draws: int) -> pd.DataFrame:
    """Return one row per outcome and pilot; see `EFFECT_COLUMNS`."""
    rows = []
    # If one school's cases were multiplied, the ratio put in is not the effect on its arm.
    has_noise = settings().synthetic.scenario(scenario).noisy_school != 1
    for (outcome, pilot), group in tables.groupby(["outcome", "pilot"], sort=False):
        found = group.loc[group["status"] == ESTIMATED]
        held = found["true_ratio"].between(found["ratio_low"], found["ratio_high"])
        rows.append({
            "scenario": scenario, "outcome": outcome, "pilot": pilot, "draws": draws,
            "estimated": len(found) / len(group),
            "true_ratio": np.exp(np.log(group["true_ratio"]).mean()),
            "mean_ratio": np.exp(found["log_ratio"].mean()),
            "coverage": np.nan if has_noise else held.mean(),
            "share_below_1": (found["ratio"] < 1).mean(),
            "share_clear_fall": (found["ratio_high"] < 1).mean(),
            "share_clear_rise": (found["ratio_low"] > 1).mean(),
            "share_randomisation": (found["randomisation"] <= 0.05).mean(),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))

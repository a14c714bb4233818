"""Whether the stand-in tells the truth about itself: claims and intervals over many draws.

Each scenario of `study.toml` is drawn anew with other seeds, counted into a panel, and
analysed as the report analyses it. What the generator put in is known, so that it can be
said how often intervals hold it, and how often a finding of no substance would be made.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.models.estimates import effect_estimates
from analysis.models.randomisation import randomisation_test
from analysis.models.school_periods import school_periods
from analysis.models.specification import Specification
from analysis.scenario import Scenario
from analysis.study import Study, read_study
from analysis.synthetic.counts import school_counts
from analysis.synthetic.schools import School, draw_schools

ROOT = Path(__file__).parents[1]
OUTCOMES = ("s47_enquiries", "s17_starts")
FIRST_SEED = 10_000
"""Far from the committed extract's, so that no draw is the one that is shown."""
COLUMNS = {
    "scenario": "What the stand-in was built to show",
    "outcome": "Name of the outcome",
    "pilot": "Local authority",
    "draws": "Extracts drawn",
    "estimated": "Share of them with an estimate",
    "true_ratio": "Geometric mean of the ratios put in",
    "mean_ratio": "Geometric mean of the ratios estimated",
    "coverage": "Share of 95% intervals that hold the ratio put in",
    "share_below_1": "Share of estimates below 1: what a rule on the sign alone would call a fall",
    "share_clear_fall": "Share of intervals wholly below 1: what this report calls a fall",
    "share_clear_rise": "Share of intervals wholly above 1",
    "share_randomisation": "Share of randomisation tests with p at most .05",
}


def draw_panel(study: Study, scenario: Scenario, seed: int) -> tuple[pd.DataFrame, dict]:
    """Draw one extract's counts as a panel, and the ratios that were put in."""
    schools = draw_schools(study, scenario, seed)
    rows, put_in = [], {}
    for school in schools:
        pilot = school.candidate.pilot
        months = study.window.months(pilot.start)
        noisy = school.treated and school.matched_set.endswith("-01")
        counts = school_counts(school.candidate, scenario, treated=school.treated, noisy=noisy)
        for outcome, (place, month) in product(OUTCOMES, enumerate(months)):
            rows.append({
                "pilot": pilot.name, "school_id": school.school_id, "arm": school.arm,
                "matched_set": school.matched_set, "area": school.area, "outcome": outcome,
                "event_month": place - study.window.months_before,
                "events": counts[outcome][month], "pupils": school.candidate.pupils[month],
            })  # fmt: skip
    for pilot, outcome in product(study.pilots, OUTCOMES):
        put_in[pilot.name, outcome] = true_ratio(schools, scenario, pilot.name, outcome)
    return pd.DataFrame(rows), put_in


def true_ratio(schools: list[School], scenario: Scenario, pilot: str, outcome: str) -> float:
    """Return expected events of intervention schools after, with the effect and without.

    A school made noisy is no effect of the intervention and is not counted as one.
    """
    with_effect = without = 0.0
    for school in schools:
        candidate = school.candidate
        if candidate.pilot.name == pilot and school.treated:
            for month, mean in candidate.means[outcome].items():
                if month >= candidate.pilot.start:
                    changed = mean * scenario.effect(outcome, pilot)
                    if outcome == "s47_enquiries":
                        changed *= 1 - scenario.diverted
                    else:
                        changed += scenario.diverted * candidate.means["s47_enquiries"][month]
                    with_effect, without = with_effect + changed, without + mean
    return with_effect / without


def analysed(study: Study, scenario: Scenario, seed: int) -> pd.DataFrame:
    """Analyse one draw as the report does."""
    panel, put_in = draw_panel(study, scenario, seed)
    specifications = [
        Specification(outcome, outcome, pilot=pilot.name)
        for outcome in OUTCOMES
        for pilot in study.pilots
    ]
    table = effect_estimates(panel, specifications)
    table["true_ratio"] = [put_in[row.pilot, row.outcome] for row in table.itertuples()]
    p_values = []
    for each, status in zip(specifications, table["status"], strict=True):
        schools = school_periods(panel, each)
        test = (
            randomisation_test(schools, seed=seed, draws=999, exact_up_to=2048)
            if status == "estimated"
            else None
        )
        p_values.append(test.p_value if test else np.nan)
    table["randomisation"] = p_values
    return table


def scenario_rates(draws: int = 200) -> pd.DataFrame:
    """Analyse many draws of every scenario, on all cores."""
    study = read_study(ROOT / "study.toml")
    parts = []
    with ProcessPoolExecutor() as pool:
        for scenario in study.synthetic.scenarios:
            one = partial(analysed, study, scenario)
            seeds = range(FIRST_SEED, FIRST_SEED + draws)
            tables = pd.concat(list(pool.map(one, seeds, chunksize=5)))
            parts.append(_rates(tables).assign(scenario=scenario.name, draws=draws))
            print(f"{scenario.name}: {draws} draws", flush=True)
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _rates(tables: pd.DataFrame) -> pd.DataFrame:
    """Return one row per outcome and pilot."""
    rows = []
    for (outcome, pilot), group in tables.groupby(["outcome", "pilot"], sort=False):
        found = group.loc[group["status"] == "estimated"]
        held = found["true_ratio"].between(found["ratio_low"], found["ratio_high"])
        rows.append({
            "outcome": outcome, "pilot": pilot, "estimated": len(found) / len(group),
            "true_ratio": np.exp(np.log(group["true_ratio"]).mean()),
            "mean_ratio": np.exp(found["log_ratio"].mean()),
            "coverage": held.mean(),
            "share_below_1": (found["ratio"] < 1).mean(),
            "share_clear_fall": (found["ratio_high"] < 1).mean(),
            "share_clear_rise": (found["ratio_low"] > 1).mean(),
            "share_randomisation": (found["randomisation"] <= 0.05).mean(),
        })  # fmt: skip
    return pd.DataFrame(rows)

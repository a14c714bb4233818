"""A cost is printed where somebody states it, and nowhere else."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.disclosure import WITHHELD
from analysis.exhibits.appendix.appraisal_tables import (
    break_even_table,
    cost_of_a_worker,
    missing_returns_table,
    tipped_by_missing,
)
from analysis.models.checks.missing_returns import COLUMNS
from analysis.models.design.break_even import break_even
from analysis.study.decisions import Costs
from analysis.study.settings import read_study
from tests.architecture import ROOT

STUDY = read_study(ROOT / "study.toml")


def shown(costs, reason="no events"):
    rows = pd.DataFrame(
        {"pilot": ["Lambeth", "Stockport"], "outcome": "s47_enquiries", "status": "estimated",
         "difference": [-50.0, 20.0], "difference_low": [-100.0, -40.0],
         "difference_high": [-25.0, 30.0]}
    )  # fmt: skip
    table = break_even(rows, {pilot.name: pilot.workers for pilot in STUDY.pilots})
    names = [pilot.name for pilot in STUDY.pilots]
    effects = pd.DataFrame({"pilot": names, "reason": ["", reason, ""]})
    found = break_even_table(table, effects, costs, STUDY.pilots, "", STUDY.words)
    return {row[0]: row[1:] for row in found.rows}


def test_without_a_source_no_pounds_are_printed():
    assert STUDY.costs == Costs(0.0, "")
    assert cost_of_a_worker(STUDY.costs).text == "not assessed"
    rows = shown(STUDY.costs)
    assert rows["Lambeth"][-2:] == ("10% (5% to 20%)", "not assessed")
    assert rows["Stockport"][-2:] == ("never (25% to never)", "not assessed")
    assert rows["Southampton"][-3:] == ("not estimable", "[z]", "[z]")
    assert shown(STUDY.costs, WITHHELD)["Southampton"][-3:] == ("[c]", "[c]", "[c]")


def test_with_a_source_break_even_is_in_pounds_too():
    rows = shown(replace(STUDY.costs, worker=40_000.0, source="A funder's accounts"))
    assert rows["Lambeth"][-1] == "£4,000 (£2,000 to £8,000)"
    assert rows["Stockport"][-1] == "never (£10,000 to never)"


def test_effects_that_missing_months_could_undo_are_counted():
    rows = pd.DataFrame(
        [
            {name: 0.02 if name.startswith("missing") else 0.5 for name in COLUMNS}
            | {"pilot": "Lambeth", "outcome": "s47_enquiries", "tipping_factor": factor}
            for factor in (2.7, 15.0, np.nan, np.inf)
        ]
    )
    assert tipped_by_missing(rows).text == "one of 3"
    printed = [row[-1] for row in missing_returns_table(rows, STUDY.outcomes, "", STUDY.words).rows]
    assert printed == ["2.7 times", "15.0 times", "[z]", "never"]


def test_rounding_carries_no_limit_of_a_bound_onto_no_effect():
    row = {name: 0.02 if name.startswith("missing") else 0.5 for name in COLUMNS}
    row |= {"pilot": "Lambeth", "outcome": "s47_enquiries", "high_worst": 0.9982}
    table = missing_returns_table(pd.DataFrame([row]), STUDY.outcomes, "", STUDY.words)
    assert table.rows[0][-2].replace("\u00a0", " ") == "0.50 to 0.998"

"""What is said of schools that might have been chosen: none sent, some sent, a count hidden."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.dataflow.appraisal import candidate_balance, candidate_effects, weighted_candidates
from analysis.dataflow.checks import baseline_balance
from analysis.dataflow.data import candidate_schools
from analysis.exhibits.design_checks.figures import balance_plot
from analysis.exhibits.design_checks.findings import NO_CANDIDATES, candidates_outcome
from analysis.extract.extract import Origin
from analysis.study.settings import read_study
from tests.architecture import ROOT
from tests.unit.models.models_panel import random_panel, specification

STUDY = read_study(ROOT / "study.toml")
CONTRACTS = read_contracts(ROOT / "data_contracts")
PANEL = random_panel(5, pairs=10, rate=4, ratio=0.5, pilot="Southampton").assign(
    outcome="s47_enquiries",
    window=lambda t: np.select([t["event_month"] >= 0, t["event_month"].between(-12, -3)],
                               ["after", "before"], "earlier"),
)  # fmt: skip
MAIN = (specification(outcome="s47_enquiries", pilot="Southampton", fewest_events=6),)


def schools() -> pd.DataFrame:
    table = PANEL.drop_duplicates("school_id")[["school_id", "pilot", "arm", "matched_set"]]
    size = np.random.default_rng(2).integers(80, 130, len(table))
    return table.assign(pupils=size, fsm_percent=size / 5, phase="primary").reset_index(drop=True)


def sent() -> pd.DataFrame:
    random = np.random.default_rng(7)
    size = random.integers(70, 140, 60)
    return pd.DataFrame({
        "school_id": [f"S{900 + n}" for n in range(60)], "pilot": "Southampton",
        "phase": "primary", "pupils": size, "fsm_percent": random.permutation(size) / 5,
        "enquiries_other_months": random.poisson(56, 60),
        "enquiries_like_months": random.poisson(40, 60),
        "enquiries_pilot_months": random.poisson(40, 60),
    })  # fmt: skip


def found(
    candidates: pd.DataFrame, hidden: tuple[str, ...] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return balance and effects against candidates, with terms of some pilots hidden."""
    none = pd.DataFrame({"outcome": "s47_enquiries", "pilot": ["Southampton"], "count": 40})
    terms = none.assign(count=["c"] if hidden else [40])
    released = SimpleNamespace(tables={"before_after": none, "terms": terms})
    weighted = weighted_candidates(
        candidates, schools(), PANEL, STUDY.outcomes, STUDY.window, released
    )
    return (
        candidate_balance(weighted, schools(), PANEL, STUDY.outcomes),
        candidate_effects(weighted, candidates, PANEL, MAIN),
    )


def test_without_them_the_report_says_what_cannot_be_shown():
    none = candidate_schools({}, CONTRACTS)
    balance, effects = found(none)
    assert balance.empty
    assert candidates_outcome(effects, STUDY.outcomes, STUDY.words).text == NO_CANDIDATES


def test_with_them_the_weighted_schools_resemble_the_pilots_and_the_ratio_is_given():
    balance, effects = found(sent())
    by_name = balance.set_index("covariate")
    assert by_name["all_candidates"].abs().max() > 0.1
    balanced = by_name.drop("Section 47 enquiries, year before")["weighted"]
    assert balanced.to_numpy(float) == pytest.approx(0, abs=1e-5)
    (row,) = effects.to_dict("records")
    assert row["status"] == "estimated"
    assert 0.4 < row["ratio"] < 0.6  # half the events in the pilot's schools, as drawn
    said = candidates_outcome(effects, STUDY.outcomes, STUDY.words).text
    assert said.startswith("Exploratory: ")
    assert f"in Southampton {row['ratio']:.2f} (" in said
    assert "by school, p two-sided and not adjusted" in said


def test_the_figure_shows_them_where_there_are_any():
    drawn = baseline_balance(schools(), PANEL, STUDY.outcomes)
    origin = Origin("supplied", "", "")
    balance, _ = found(sent())
    shown = balance_plot(drawn, balance, "period", origin, STUDY.words)
    assert {"all_candidates", "weighted"} <= set(shown.data)
    assert "might have been chosen" in shown.alt
    without = balance_plot(
        drawn, found(candidate_schools({}, CONTRACTS))[0], "period", origin, STUDY.words
    )
    assert "weighted" not in without.data
    assert "might have been chosen" not in without.alt


def test_where_a_count_of_the_pilot_is_hidden_nothing_is_given():
    balance, effects = found(sent(), hidden=("Southampton",))
    assert balance.empty
    assert effects["status"].tolist() == ["not estimable"]
    assert (
        "[c] (withheld to protect small counts"
        in candidates_outcome(effects, STUDY.outcomes, STUDY.words).text
    )

"""The committed stand-in points where the published summary points: built so, evidence of nothing.

The estimates are those that the report prints; the directions are those of
`data/published/findings.csv`. Data and models are never tuned until a claim holds; what is
held here is that the stand-in is what `study.toml` says it is.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.dataflow.effects import effect_estimates, main_effects, specifications
from analysis.dataflow.settings import disclosure_rules
from analysis.extract.extract import typed
from analysis.extract.panel import outcome_panel
from analysis.study.settings import read_study
from analysis.synthetic import Recipe, generate

ROOT = Path(__file__).parents[3]
STUDY = read_study(ROOT / "study.toml")
RECIPE = Recipe(read_contracts(ROOT / "data_contracts"))
TYPES: dict[str, Mapping[str, str]] = {
    "schools": {"pupils": "integer", "fsm_percent": "number", "start_date": "date"},
    "school_months": {"pupils": "integer", "returned": "boolean"},
    "child_events": {"event_date": "date"},
    "care_episodes": {"started": "date", "ended": "date"},
}


def estimates(scenario: str) -> pd.DataFrame:
    drawn = generate(STUDY, STUDY.synthetic.scenario(scenario), RECIPE)
    tables = {
        name: typed(pd.DataFrame(drawn[name], dtype="str"), types) for name, types in TYPES.items()
    }
    panel = outcome_panel(
        *(tables[name] for name in TYPES), STUDY.pilots, STUDY.outcomes, STUDY.window
    )
    ways = specifications(
        STUDY.specifications, STUDY.outcomes, STUDY.window, disclosure_rules(STUDY.disclosure),
        STUDY.words,
    )  # fmt: skip
    return main_effects(effect_estimates(panel, ways, frozenset()), STUDY.specifications)


def directions(found: pd.DataFrame) -> dict[tuple[str, str], str]:
    def word(row: "pd.Series[float]") -> str:
        if row["ratio_high"] < 1:
            return "fell"
        return "rose" if row["ratio_low"] > 1 else "no evidence"

    # A few children make all the days in care; too few, and there is no estimate to show.
    missing = found.loc[found["status"] != "estimated", "outcome"]
    assert set(missing) <= {"days_in_care"}
    return {(row["pilot"], row["outcome"]): word(row) for _, row in found.iterrows()}


@pytest.fixture(scope="module")
def published() -> dict[tuple[str, str], str]:
    with (ROOT / "data" / "published" / "findings.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["finding"] == "6"]
    return {(row["pilot"], row["outcome"]): row["direction"] for row in rows}


def test_the_stand_in_shows_the_published_directions(
    published: dict[tuple[str, str], str],
) -> None:
    found = directions(estimates(STUDY.synthetic.committed))
    named = {key: said for key, said in published.items() if key in found}
    assert len(named) == 6, "three pilots, two outcomes"
    # Where the summary names no result, the stand-in shows none.
    none = {key: "no evidence" for key, said in named.items() if said == "not named"}
    assert {key: found[key] for key in named} == named | none
    # Days in care and referrals: the summary names no pilot, and the stand-in shows nothing.
    assert {found[key] for key in found.keys() - named.keys()} == {"no evidence"}


def test_without_effects_the_same_draw_shows_nothing() -> None:
    assert set(directions(estimates("no-effect")).values()) == {"no evidence"}


def test_a_fall_that_was_not_published_is_not_shown_as_one(
    published: dict[tuple[str, str], str],
) -> None:
    fell = {key for key, said in published.items() if said == "fell"}
    set_to_fall = {
        (pilot, outcome)
        for outcome, by_pilot in STUDY.synthetic.scenario("published-directions").effects.items()
        for pilot, ratio in by_pilot.items()
        if ratio < 1
    }
    assert set_to_fall == fell

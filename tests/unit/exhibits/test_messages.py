"""Generated lines over figures say which p-values are small and how sure that is; no claims."""

import pandas as pd
import pytest

from analysis.exhibits.appendix.sensitivity_figures import _message
from analysis.exhibits.outcomes.in_words import SURE
from analysis.exhibits.parts.messages import change_message, effects_message
from analysis.models.inference.judgement import COLUMNS
from analysis.study.settings import read_study
from tests.architecture import ROOT

OUTCOMES = read_study(ROOT / "study.toml").outcomes[:2]


def judged(*verdicts):
    """Return judgements of two outcomes in two pilots."""
    rows = [
        dict.fromkeys(COLUMNS, 0.5)
        | {"outcome": outcome.name, "pilot": pilot, "status": "estimated", "reason": "",
           "family": "primary", "adjustment": "Holm"}
        for outcome in OUTCOMES for pilot in ("Lambeth", "Stockport")
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(verdict=verdicts)


@pytest.mark.parametrize(
    "said",
    [
        change_message(judged("lower", "not clear", "not clear", "not clear"), OUTCOMES[0]),
        effects_message(judged("lower", "not clear", "not clear", "higher"), OUTCOMES),
    ],
)
def test_what_is_found_carries_certainty_units_and_family(said):
    assert said.startswith("Exploratory: p-values are small for fewer section 47 enquiries in Lam")
    assert "by school and by area" in said
    assert "the other comparisons of its family" in said
    assert "claim" not in said


def test_where_no_p_value_is_small_nothing_is_found():
    none = judged(*["not clear"] * 4)
    assert effects_message(none, OUTCOMES) == "No clear change in any outcome in any pilot"
    assert "No clear change in section 17" in change_message(none, OUTCOMES[1])


def test_no_generated_label_claims_a_change():
    """Looking through all pilots finds a small p-value more often than a sentence may be wrong."""
    assert not [label for label in SURE.values() if "claim" in label]


@pytest.mark.parametrize(
    ("clear", "said"),
    [((3, 4), "some do not exclude no effect in A"), ((4, 4), "in every pilot")],
)
def test_the_line_over_the_curve_counts_those_withheld(clear, said):
    """All drawn lie below 1, since those near the main analysis are kept; not all exist there."""
    drawn = pd.DataFrame({"pilot": ["A"], "ratio": [0.4], "status": "estimated"})
    every = pd.DataFrame({
        "pilot": ["A", "B", "B"], "choice": ["all", "all", "Counts or rates"],
        "specifications": 4, "clear_below": [*clear, 0], "clear_above": 0,
    })  # fmt: skip
    message = _message(drawn, every)
    assert said in message
    assert "withheld ones too" in message
    assert _message(drawn.head(0), every) == "No specification may be shown"

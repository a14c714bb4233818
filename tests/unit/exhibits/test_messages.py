"""Generated lines over figures say which p-values are small and how sure that is; no claims."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.appendix.sensitivity_figures import _message
from analysis.exhibits.outcomes.unit_tables import (
    all_at_once,
    by_unit_table,
    certainty,
    compared_at_once,
    many_outcomes,
)
from analysis.exhibits.parts.effect_rows import effect_row
from analysis.exhibits.parts.messages import change_message, effects_message
from analysis.exhibits.parts.rows import Effect
from analysis.models.inference.judgement import COLUMNS
from analysis.study.settings import read_study
from exhibits.outcomes.plain_language import SURE
from tests.architecture import ROOT

STUDY = read_study(ROOT / "study.toml")
OUTCOMES, WORDS = STUDY.outcomes[:2], STUDY.words


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
        change_message(
            judged("lower", "not clear", "not clear", "not clear"), OUTCOMES[0], "pilot"
        ),
        effects_message(judged("lower", "not clear", "not clear", "higher"), OUTCOMES),
    ],
)
def test_what_is_found_carries_certainty_units_and_family(said):
    assert said.startswith("Exploratory: only a fall in ")
    assert "in Lambeth" in said
    assert re.search(r"pass(es)? both adjusted tests; a third, permuting areas, ", said)
    assert said.endswith("cannot support it")
    assert "claim" not in said
    assert "p-value" not in said, "figures show intervals"


def test_where_no_p_value_is_small_nothing_is_found():
    none = judged(*["not clear"] * 4)
    rule = "Exploratory: allowing for the other comparisons of the family, no change in"
    assert effects_message(none, OUTCOMES) == f"{rule} any outcome is claimed in any pilot"
    assert change_message(none, OUTCOMES[1], "pilot") == (
        f"{rule} section 17 starts is claimed in any pilot"
    )


@pytest.mark.parametrize(
    ("permuted", "smallest", "said"),
    [
        ((0.0625, 0.25), (0.0625, 0.25), "a third, permuting areas, cannot support it"),
        ((0.0625, 0.25), (0.0625, 0.02), "a third, permuting areas, does not support it"),
        ((0.02, 0.25), (0.02, 0.25), "a third, permuting areas, cannot support it in Stockport"),
        ((0.02, 0.02), (0.02, 0.02), "a third, permuting areas, supports it"),
    ],
)
def test_a_message_says_whether_areas_permuted_bear_it_out(permuted, smallest, said):
    table = judged("lower", "lower", "not clear", "not clear").assign(
        p_permuted_area=[*permuted, 0.5, 0.5], smallest_p_area=[*smallest, 0.01, 0.01]
    )
    for message in (change_message(table, OUTCOMES[0], "pilot"), effects_message(table, OUTCOMES)):
        assert message.endswith(f"; {said}")
        assert "in Lambeth and Stockport passes both adjusted tests" in message


def test_no_generated_label_claims_a_change():
    """Looking through all pilots finds a small p-value more often than a sentence may be wrong."""
    assert not [label for label in SURE.values() if "claim" in label]


@pytest.mark.parametrize(
    ("ratios", "said"),
    [
        (((0.4, 0.5), (0.9, 1.1)), "below no change in A and on both sides of no change in B"),
        (((0.4, 0.5), (0.6, 0.6)), "below no change in A and B"),
        (((1.2, 1.4), ()), "above no change in A"),
    ],
)
def test_the_line_over_the_curve_says_what_is_drawn_and_that_it_is_no_sample(ratios, said):
    rows = [(pilot, ratio) for pilot, each in zip("AB", ratios, strict=True) for ratio in each]
    drawn = pd.DataFrame(rows, columns=["pilot", "ratio"])
    every = pd.DataFrame({
        "pilot": ["A", "B", "B"], "choice": ["all", "all", "Counts or rates"], "specifications": 4,
    })  # fmt: skip
    message = _message(drawn, every)
    assert "may be shown, those nearest the main analysis, " in message
    assert message.endswith(f" lie {said}")
    assert not any(sign.isdigit() for sign in message), "a message has no number"
    assert _message(drawn.head(0), every) == "No specification may be shown"


def test_what_areas_show_stands_next_to_what_schools_show():
    """In Lambeth areas permuted give p .0625 at least, and an interval without ends."""
    table = judged("lower", "not clear", "not clear", "not clear").assign(
        permuted_low_area=0.0, permuted_high_area=np.inf, p_permuted_area=0.0625,
        smallest_p_area=0.0625, in_family=3.0,
    )  # fmt: skip
    each = Effect(
        outcome=OUTCOMES[0].name, pilot="Lambeth", status="estimated", reason="", ratio=0.5,
        ratio_low=0.3, ratio_high=0.9, difference=-9, difference_low=-20, difference_high=-1,
        per_1000=-1, per_1000_low=-2, per_1000_high=-0.1, schools=16,
    )  # fmt: skip
    assert effect_row(each, table).thin == (0.0, np.inf)
    said = certainty(table, WORDS, OUTCOMES[0].name, "Lambeth").text
    assert "0.500 by school and 0.500 by area (t-test), adjusted for 3 comparisons" in said
    assert "0.062 with areas permuted (unadjusted; cannot be less than 0.062)" in said
    row = by_unit_table(table, OUTCOMES, "", WORDS).rows[0]
    assert row[6].replace("\u00a0", " ") == "0.00 to ∞"
    assert row[7:] == ("0.062 (0.062)", "lower")


def test_the_summary_names_units_family_certainty_and_the_worst_check():
    text = (ROOT / "chapters" / "executive-summary.qmd").read_text(encoding="utf-8")
    wanted = ("All results are exploratory", "claims.s47_lower_in_lambeth_and_southampton",
              "claims.areas_permuted_show_nothing", "numbers.s47_all_at_once_lambeth",
              "numbers.s47_all_at_once_southampton", "claims.lambeth_exceeds_all_at_once",
              "claims.worst_check",
              "numbers.checks_against", "tables.results_in_words")  # fmt: skip
    assert not [each for each in wanted if each not in text]
    chapter = (ROOT / "chapters" / "key-finding-6.qmd").read_text(encoding="utf-8")
    assert "claims.lambeth_exceeds_all_at_once" in chapter


def test_what_allows_for_all_at_once_is_the_smallest_p_value_and_not_the_largest_statistic():
    """With pilots of unequal size max-T holds the larger to the tails of the smaller."""
    table = judged(*["lower"] * 4)
    every = table[["pilot", "outcome"]].assign(min_p=0.131, max_t=0.087)
    assert [row[-1] for row in many_outcomes(table, every, OUTCOMES, "", WORDS).rows] == [
        "0.131"
    ] * 4
    number = all_at_once(every, OUTCOMES[0].name, "Lambeth")
    assert (number.value, number.text) == (0.131, "0.131")
    assert compared_at_once(every).value == 4


def test_only_what_has_an_estimate_is_counted_among_the_comparisons():
    """An outcome that could not be estimated in a pilot is not compared, and has no p-value."""
    table = judged(*["lower"] * 4).assign(in_family=3.0)
    every = table[["pilot", "outcome"]].assign(min_p=[0.131, 0.5, 0.9, np.nan], max_t=0.087)
    number = all_at_once(every, OUTCOMES[0].name, "Lambeth")
    assert (compared_at_once(every).text, number.n) == ("3", 3)
    assert "counted over 3 comparisons at once" in number.working.sums[0]
    assert "the smallest of all 3 p-values" in many_outcomes(table, every, OUTCOMES, "", WORDS).note


def test_a_table_of_p_values_says_of_how_many_comparisons_they_are():
    table = judged(*["lower"] * 4).assign(in_family=3.0)
    assert (
        "section 47 enquiries (3 comparisons) by Holm"
        in by_unit_table(table, OUTCOMES, "", WORDS).note
    )
    said = "0.500 by school and 0.500 by area (t-test), adjusted for 3 comparisons, and "
    assert certainty(table, WORDS, OUTCOMES[0].name, "Lambeth").text.startswith(said)

"""Where the later trial stands next to the pilots, months and precision are each study's own."""

import pytest

from analysis.exhibits.parts.design import COLOURS
from analysis.exhibits.parts.effect_rows import trial_row
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import INTERVENTION
from analysis.exhibits.parts.workings.statistics import measure
from exhibits.appendix.pooling_exhibits import SHAPES
from exhibits.outcomes.plain_language import in_a_hundred, results_in_words
from exhibits.recommendations.later_trial import trial_beside_pilots
from tests.spec.test_disclosure_drawings import (
    DRAWN,
    EFFECTS,
    JUDGED,
    ORIGIN,
    OUTCOMES,
    TRIAL,
    WORDS,
)

MONTHS = "May 2018 against May 2019"


def test_the_months_are_said_to_be_those_of_the_pilots():
    words = results_in_words(
        JUDGED.assign(family=["primary"] * 3 + ["secondary"] * (len(JUDGED) - 3)),
        JUDGED[["outcome", "pilot"]].assign(breakdown_change=2.0), OUTCOMES, TRIAL,
        dict.fromkeys(TRIAL, "sswr2025"),
        MONTHS, ORIGIN,
    )  # fmt: skip
    figures = [
        in_a_hundred(EFFECTS, TRIAL, (), MONTHS, ORIGIN),
        trial_beside_pilots(EFFECTS, OUTCOMES, TRIAL, MONTHS, ORIGIN),
    ]
    assert {each.period for each in (words, *figures)} == {f"Pilots: {MONTHS}"}
    for name in ("main_result", "falls"):
        assert DRAWN[name](lambda table: table).period == "Pilots: 2019"
    assert DRAWN["effect_forest"](lambda table: table).period == "2019", "no trial is in it"
    # The trial to the decimal that was published, in figure and table alike; pilots to the whole.
    assert "published: 105.5 (90.0 to 120.0)" in figures[0].alt
    trial = words.rows[-1]
    assert trial[3].replace("\u00a0", " ") == "105.5 (90.0 to 120.0)"


@pytest.mark.parametrize("figure", ["main_result", "trial"])
def test_pilots_are_ratios_of_rate_ratios_where_the_trial_is_a_ratio_of_rates(figure):
    drawn: Figure = DRAWN[figure](lambda table: table)
    found = measure(drawn.columns["ratio"], WORDS)
    assert found.numerator == (
        "pilots: in schools with a social worker, the rate after, divided by the rate before; "
        "trial: the rate in schools with a social worker"
    )
    assert "pilots: in comparison schools, the rate after" in found.denominator
    assert "trial: the rate in schools without one" in found.denominator


def test_the_trial_is_drawn_in_the_colour_of_what_is_published():
    """Plum marks invented data, in panels and in the mark of every picture."""
    row = trial_row(TRIAL, "Trial")
    assert row.colour == COLOURS["published-colour"]
    assert COLOURS["invented-colour"] not in (row.colour, INTERVENTION, SHAPES["trial"][1])
    drawn = in_a_hundred(EFFECTS, TRIAL, (), MONTHS, ORIGIN).svg
    assert drawn.lower().count(COLOURS["published-colour"].lower()) >= 2

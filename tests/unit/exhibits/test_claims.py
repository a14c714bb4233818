"""A claim holds exactly where its rule does."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.disclosure import WITHHELD
from analysis.exhibits.parts.rows import Judgement
from analysis.exhibits.parts.rules import Largest, Least, Most, judge
from exhibits.outcomes.claims import EffectRule, _seen, many_months_empty

NAN = float("nan")


def judgement(low, ratio, high, adjusted=(0.5, 0.5), verdict="not clear", by_area=None):
    """Return a result of one pilot; the interval by area is that by school if none is given."""
    area = by_area or (low, high)
    return Judgement(
        "Lambeth", "s47_enquiries", 3, "Holm", "estimated", "", ratio, low, high, adjusted[0],
        *area, 0.0625, 0.0, float("inf"), 0.0625, adjusted[1], verdict,
    )  # fmt: skip


LOWER = judgement(0.4, 0.6, 0.8, (0.01, 0.02), "lower")
HIGHER = judgement(1.2, 1.6, 1.9, (0.01, 0.02), "higher")
ONE_OF_MANY = judgement(0.26, 0.5, 0.96, (0.28, 0.27))
CLEAR_BY_SCHOOL_ALONE = judgement(0.4, 0.6, 0.8, (0.01, 0.3), by_area=(0.2, 1.6))
JUST_BELOW_1 = judgement(0.4, 0.6, 0.998, (0.28, 0.27))
EITHER_SIDE = judgement(0.8, 1.1, 1.5)
NOTHING = replace(judgement(NAN, NAN, NAN, (NAN, NAN)), status="not estimable")
EVERY = [LOWER, HIGHER, ONE_OF_MANY, CLEAR_BY_SCHOOL_ALONE, JUST_BELOW_1, EITHER_SIDE, NOTHING]


@pytest.mark.parametrize(
    ("verdict", "holding"),
    [
        ("lower", [LOWER]),
        ("higher", [HIGHER]),
        ("lower by itself", [ONE_OF_MANY, CLEAR_BY_SCHOOL_ALONE, JUST_BELOW_1]),
        ("not clear", [EITHER_SIDE]),
    ],
)
def test_a_rule_holds_for_the_results_it_describes(verdict, holding):
    rule = EffectRule("s47_enquiries", ("Lambeth",), verdict)
    assert [each for each in EVERY if rule.holds(each)] == holding


def test_where_nothing_could_be_estimated_no_sentence_says_that_nothing_is_clear():
    every = EffectRule("days_in_care", ("Southampton", "Stockport"), "not clear")
    where_estimated = replace(every, where_estimated=True)
    for found, held in (
        ([EITHER_SIDE, EITHER_SIDE], (True, True)),
        ([EITHER_SIDE, NOTHING], (False, True)),
        ([NOTHING, NOTHING], (False, False)),
        ([NOTHING, LOWER], (False, False)),
    ):
        assert (every.hold(found), where_estimated.hold(found)) == held


def test_what_finds_no_value_says_so_in_words():
    claim = judge("A sentence.", Least("share", 1), {}, ("shares",))
    assert not claim.holds
    assert claim.seen == "nothing that could be estimated, or may be shown"


@pytest.mark.parametrize("rule", [Least("share", 1), Most("share", 1), Largest("share", "Lambeth")])
@pytest.mark.parametrize(
    "found", [{"Lambeth": NAN, "Stockport": 1.0},
              {"Lambeth": 2.0, "Southampton": 1.0, "Stockport": NAN},
              {"Lambeth": 2.0, "Southampton": NAN, "Stockport": 1.0}],
)  # fmt: skip
def test_a_value_that_is_not_known_shows_nothing_and_is_told_in_words(rule, found):
    claim = judge("A sentence.", rule, found, ("shares",))
    assert not claim.holds
    assert "nan" not in claim.seen
    assert "not known" in claim.seen


@pytest.mark.parametrize("rule", [Least("share", 10), Most("share", 10)])
@pytest.mark.parametrize("value", [100 * (1.1 - 1), 100 * abs(1 - 0.9)])
def test_a_value_on_the_threshold_holds_whatever_its_last_bits(rule, value):
    assert value != 10
    assert rule.holds({"Lambeth": value})


def test_a_claim_on_what_is_withheld_says_so():
    assert _seen(replace(NOTHING, reason="no events")) == "Lambeth not estimable: no events"
    assert _seen(replace(NOTHING, reason=WITHHELD)) == f"Lambeth [c]: {WITHHELD}"
    zeros = pd.DataFrame({"outcome": ["s47_enquiries"], "pilot": ["Lambeth"],
                          "zero_months_percent": [NAN]})  # fmt: skip
    assert many_months_empty(zeros).seen == "Lambeth [c]"

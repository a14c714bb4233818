"""A claim holds exactly where its rule does."""

import pytest

from analysis.exhibits.outcomes.claims import EffectRule
from analysis.exhibits.parts.rows import Effect
from analysis.exhibits.parts.rules import Largest, Least, Most, judge


def effect(low, ratio, high, status="estimated"):
    return Effect("Lambeth", "s47_enquiries", status, "", ratio, low, high, 0, 0, 0, 0, 0, 0, 16)


LOWER = effect(0.4, 0.6, 0.99)
LOWER_UNCLEAR = effect(0.4, 0.8, 1.2)
HIGHER_UNCLEAR = effect(0.8, 1.2, 1.5)
HIGHER = effect(1.01, 1.2, 1.5)
NOTHING = effect(float("nan"), float("nan"), float("nan"), "not estimable")


@pytest.mark.parametrize(
    ("verdict", "holding"),
    [
        ("clearly lower", [LOWER]),
        ("lower but not clear", [LOWER_UNCLEAR]),
        ("clearly higher", [HIGHER]),
        ("not clear", [LOWER_UNCLEAR, HIGHER_UNCLEAR, NOTHING]),
    ],
)
def test_a_rule_holds_for_the_estimates_it_describes(verdict, holding):
    rule = EffectRule("s47_enquiries", ("Lambeth",), verdict)
    every = [LOWER, LOWER_UNCLEAR, HIGHER_UNCLEAR, HIGHER, NOTHING]
    assert [each for each in every if rule.holds(each)] == holding


NAN = float("nan")


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
    assert "not estimable" in claim.seen

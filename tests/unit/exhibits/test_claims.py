"""A claim holds exactly where its rule does."""

import pytest

from analysis.exhibits.outcomes.claims import EffectRule
from analysis.exhibits.parts.rows import Effect


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

"""Each method agrees with another implementation to the tolerance its case states."""

import pytest

from tests.validation import (  # noqa: F401  # enter their cases
    cases_alternatives,
    cases_conditional,
    cases_exact,
    cases_inference,
    cases_months,
    cases_pooling,
)
from tests.validation.cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_method_agrees_with_its_reference(case):
    disagreements = case.disagreements()
    assert disagreements
    for what, disagreement in disagreements:
        assert disagreement <= case.tolerance, f"{what} is off by {disagreement:.2e}"

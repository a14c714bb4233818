"""Each method agrees with another implementation to the tolerance its case states."""

import pandas as pd
import pytest

from tests.validation import (  # noqa: F401  # enter their cases
    cases_alternatives,
    cases_conditional,
    cases_exact,
    cases_inference,
    cases_months,
    cases_pooling,
    cases_regression,
)
from tests.validation.cases import (
    AGREEMENT,
    CASES,
    LOOKED_UP,
    NOT_COMPARED,
    agreement,
    reference_values,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_method_agrees_with_its_reference(case):
    disagreements = case.disagreements()
    assert disagreements
    for what, disagreement in disagreements:
        assert disagreement <= case.tolerance, f"{what} is off by {disagreement:.2e}"


def test_the_printed_table_is_of_these_cases():
    """Last digits differ from machine to machine; what was compared, and how much, may not."""
    printed = pd.read_csv(AGREEMENT, dtype=str)
    current = pd.DataFrame(agreement()).astype(str)
    fixed = [column for column in current if column != "largest_disagreement"]
    remedy = "run: python -m benchmarks.models_proofs agreement"
    pd.testing.assert_frame_equal(printed[fixed], current[fixed], obj=remedy)
    assert (
        printed["largest_disagreement"].astype(float) <= printed["tolerance"].astype(float)
    ).all()


def test_each_reference_value_is_compared_or_has_a_reason():
    agreement()
    idle = {" ".join(value).strip() for value in set(reference_values()) - LOOKED_UP}
    unexplained = {name for name in idle if not name.startswith(tuple(NOT_COMPARED))}
    assert not unexplained
    assert not [each for each in NOT_COMPARED if not any(n.startswith(each) for n in idle)]

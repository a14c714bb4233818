"""A change is claimed by p-values that allow for the family, at both units."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.inference.judgement import COLUMNS, EVIDENCE, judgements

ROLES = ["primary", "primary", "primary", "secondary", "secondary"]


def evidence(p_values, permuted=None, ratio=0.5):
    """Return five results: three of the primary outcome and two others."""
    table = pd.DataFrame({
        "pilot": ["A", "B", "C", "A", "B"], "outcome": ["y"] * 3 + ["z"] * 2, "role": ROLES,
        "status": "estimated", "reason": "", "ratio": ratio,
        **dict.fromkeys(EVIDENCE, 0.5), "p_value": p_values,
    })  # fmt: skip
    table["p_permuted"] = p_values if permuted is None else permuted
    table.loc[table["p_value"].isna(), ["status", "ratio"]] = ["not estimable", np.nan]
    return table


SMALL, LARGE = [0.001, 0.02, 0.9, 0.02, 0.9], [0.9] * 5


def verdicts(by_school, by_area):
    return judgements(by_school, by_area)["verdict"].tolist()


def test_both_units_have_to_agree():
    """Holm on .001, .02, .9: .003, .04, .9. Benjamini and Hochberg on .02, .9: .04, .9."""
    lower = ["lower", "lower", "not clear", "lower", "not clear"]
    assert verdicts(evidence(SMALL), evidence(SMALL)) == lower
    assert verdicts(evidence(SMALL), evidence(LARGE)) == ["not clear"] * 5
    assert verdicts(evidence(LARGE), evidence(SMALL)) == ["not clear"] * 5
    assert verdicts(evidence(SMALL, ratio=1.8), evidence(SMALL))[0] == "higher"


def test_a_p_value_that_is_small_by_itself_is_not_enough():
    """.039 among seven, as section 17 starts in Stockport: seven times that is .273."""
    one_of_seven = pd.DataFrame({
        "pilot": list("ABCDEFG"), "outcome": "z", "role": "secondary", "status": "estimated",
        "reason": "", "ratio": 0.5, **dict.fromkeys(EVIDENCE, 0.5),
        "p_value": [0.039, 0.6, 0.6, 0.7, 0.8, 0.9, 0.9],
    })  # fmt: skip
    one_of_seven["p_permuted"] = one_of_seven["p_value"]
    found = judgements(one_of_seven, one_of_seven)
    assert found["adjusted_school"].iloc[0] == pytest.approx(0.273)
    assert set(found["verdict"]) == {"not clear"}


def test_by_school_the_larger_of_both_p_values_is_judged():
    found = judgements(evidence(SMALL, permuted=[0.03, 0.001, 0.9, 0.9, 0.9]), evidence(SMALL))
    assert found["judged_school"].tolist() == [0.03, 0.02, 0.9, 0.9, 0.9]
    assert found["verdict"].tolist()[:2] == ["not clear"] * 2  # Holm: .06, .06


def test_areas_permuted_are_shown_and_not_judged():
    found = judgements(evidence(SMALL), evidence(SMALL, permuted=[0.25] * 5))
    assert found["p_permuted_area"].tolist() == [0.25] * 5
    assert found["verdict"].iloc[0] == "lower"


def test_what_has_no_estimate_counts_in_no_family():
    found = judgements(evidence([0.01, np.nan, 0.9, 0.02, 0.9]), evidence(SMALL))
    assert list(found.columns) == list(COLUMNS)
    assert found["in_family"].tolist() == [2, 2, 2, 2, 2]
    assert np.isnan(found["adjusted_school"].iloc[1])
    assert found["verdict"].iloc[1] == "not clear"


def test_an_estimate_without_a_p_value_at_one_unit_is_never_claimed():
    by_area = evidence(SMALL)
    by_area.loc[0, "p_value"] = np.nan
    found = judgements(evidence(SMALL), by_area)
    assert np.isnan(found["adjusted_area"].iloc[0])
    # It was looked at: .02 of three is .06 among areas, not .04 of two.
    assert found["verdict"].tolist()[:2] == ["not clear", "not clear"]

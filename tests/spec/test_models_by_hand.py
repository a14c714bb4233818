"""The formulas that the technical appendix prints come to what the code computes."""

import pandas as pd
import pytest

from tests.architecture import ROOT
from tests.spec.models_by_hand import EXAMPLES, evaluate, printed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_code_gives_what_the_arithmetic_comes_to(example):
    assert example.computed() == pytest.approx(example.by_hand(), rel=1e-8)


def test_the_printed_table_is_these_examples():
    written = pd.read_csv(ROOT / "data" / "proofs" / "by_hand.csv", dtype=str)
    remedy = "run: python -m benchmarks.models_proofs by_hand"
    pd.testing.assert_frame_equal(written, printed(), obj=remedy)


def test_only_plain_arithmetic_is_evaluated():
    assert evaluate("1 + 2 * 3 ** 2 - -4 / 2") == 21
    with pytest.raises((ValueError, KeyError)):
        evaluate("__import__('os')")

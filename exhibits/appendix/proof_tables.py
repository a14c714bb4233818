"""Tables of how the methods were tested: other implementations, and arithmetic by hand."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import PARAGRAPH, Table


def agreement_table(agreement: pd.DataFrame) -> Table:
    """Show each method, what it was compared with, and its largest disagreement."""
    return table(
        agreement,
        (
            Words("method", "Method", "What was computed", width=7),
            Words("reference", "Reference", "By what else", width=6),
            Words("data", "Data", "On which public data", width=7),
            Column("values_compared", "Values", "Values compared", "number", width=3),
            Column("largest_disagreement", "Largest difference",
                   "Largest difference, as a share of the value where that is above 1", width=5),
            Column("tolerance", "Fails above", "Difference at which the test fails", width=3),
        ),
        note=(
            "Computed by the tests that compare each method with its reference. Differences below "
            "a billionth are rounding errors. Reference values with which nothing is "
            "compared, since their method is not used here, are listed with the tests "
            "(tests/validation/cases.py)."
        ),
    )  # fmt: skip


def by_hand_table(by_hand: pd.DataFrame) -> Table:
    """Show formulas, the arithmetic that a reader can repeat, and its result."""
    return table(
        by_hand,
        (
            Words("quantity", meaning="What is computed"),
            Words("says", meaning="What it means"),
            Words(("quantity", "says"), "Quantity", width=5,
                  cell=lambda quantity, says: f"**{quantity}**{PARAGRAPH}{says}"),
            Words("formula", meaning="Formula, in TeX"),
            Words("arithmetic", meaning="The formula with the numbers of four schools in it"),
            Words("value", meaning="What the arithmetic comes to"),
            Words(("formula", "arithmetic", "value"), "Formula, and the same on four schools",
                  cell=_worked, width=9),
        ),
        note=(
            "Schools A and B have a social worker, C and D have none; A is matched with C and B "
            "with D. All have 100 pupils. Enquiries before and after: A 10 and 5, B 20 and 11, "
            "C 12 and 14, D 18 and 16. A test evaluates the arithmetic and holds the code to it."
        ),
    )  # fmt: skip


def _worked(formula: str, arithmetic: str, value: str) -> str:
    return f"$${formula}$${PARAGRAPH}{_typeset(arithmetic)} = {_typeset(value)}"


def _typeset(arithmetic: str) -> str:
    """Return arithmetic with typographic signs."""
    signs = arithmetic.replace("**2", "²").replace("*", "×").replace(" × ", "\u00a0× ")
    return signs.replace("-", words.MINUS)

"""Tables of what the methods were held to: other implementations, and arithmetic by hand."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import PARAGRAPH, Table


def agreement_table(agreement: pd.DataFrame) -> Table:
    """Show each method, what it was compared with, and its largest disagreement."""
    columns = {
        "method": "What was computed",
        "reference": "By what else",
        "data": "On which public data",
        "values_compared": "Values compared, number",
        "largest_disagreement": "Largest difference, as a share of the value where that is above 1",
        "tolerance": "Difference at which the test fails",
    }
    return Table(
        header=("Method", "Reference", "Data", "Values", "Largest difference", "Fails above"),
        rows=tuple(agreement[list(columns)].itertuples(index=False, name=None)),
        numeric=(False, False, False, True, True, True),
        widths=(7, 6, 7, 3, 5, 3),
        data=agreement[list(columns)],
        columns=columns,
        note=(
            "Computed by the tests that compare each method with its reference. A difference below "
            "a billionth is the rounding of the machine. Reference values with which nothing is "
            "compared, since their method isn't used here, are listed with the tests "
            "(tests/validation/cases.py)."
        ),
    )


def by_hand_table(by_hand: pd.DataFrame) -> Table:
    """Show formulas, the arithmetic that a reader can repeat, and what it comes to."""
    return Table(
        header=("Quantity", "Formula, and the same on four schools"),
        rows=tuple(
            (
                f"**{row['quantity']}**{PARAGRAPH}{row['says']}",
                f"$${row['formula']}$${PARAGRAPH}"
                f"{_typeset(row['arithmetic'])} = {_typeset(row['value'])}",
            )
            for row in by_hand.to_dict("records")
        ),
        numeric=(False, False),
        widths=(5, 9),
        data=by_hand,
        columns={
            "quantity": "What is computed",
            "says": "What it means",
            "formula": "Formula, in TeX",
            "arithmetic": "The formula with the numbers of four schools in it",
            "value": "What the arithmetic comes to",
        },
        note=(
            "Schools A and B have a social worker, C and D have none; A is matched with C and B "
            "with D. All have 100 pupils. Enquiries before and after: A 10 and 5, B 20 and 11, "
            "C 12 and 14, D 18 and 16. A test evaluates the arithmetic and holds the code to it."
        ),
    )


def _typeset(arithmetic: str) -> str:
    """Return arithmetic with the signs that a reader of print expects."""
    signs = arithmetic.replace("**2", "²").replace("*", "×").replace(" × ", "\u00a0× ")
    return signs.replace("-", words.MINUS)

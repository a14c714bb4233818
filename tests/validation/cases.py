"""What each method gives beside what another implementation gives.

A case compares one method with one reference on public data. The tests hold each case
to its tolerance; `agreement` is the table that the technical appendix shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
AGREEMENT = HERE.parent.parent / "data" / "proofs" / "agreement.csv"
Comparison = tuple[str, float, float]
"""What is compared, what the method gives, what the reference gives."""


@dataclass(frozen=True)
class Case:
    """One method against one reference.

    Attributes
    ----------
    method, reference, data
        In the words of the appendix.
    tolerance
        Largest disagreement allowed, as a share of the reference where that is above 1.
    compare
        Runs the method and returns each comparison.
    """

    method: str
    reference: str
    data: str
    tolerance: float
    compare: Callable[[], Iterable[Comparison]]

    @property
    def name(self):
        return self.compare.__name__

    def disagreements(self):
        """Return what is compared and by how much the two differ."""
        return [(what, abs(got - want) / max(1.0, abs(want))) for what, got, want in self.compare()]


CASES: list[Case] = []


def case(method: str, reference: str, data: str, tolerance: float = 1e-6):
    """Enter a function into the list of cases."""

    def enter(compare):
        CASES.append(Case(method, reference, data, tolerance, compare))
        return compare

    return enter


@cache
def table(name: str) -> pd.DataFrame:
    """Return one of the small public tables."""
    return pd.read_csv(HERE / "tables" / f"{name}.csv")


@cache
def _expected() -> pd.DataFrame:
    return (
        pd.read_csv(HERE / "expected.csv", dtype={"term": str}, keep_default_na=False)
        .set_index(["group", "quantity", "term"])["value"]
        .sort_index()
    )


def expected(group: str, quantity: str, term: str = "") -> float:
    """Return a value that R computed."""
    return float(_expected().loc[(group, quantity, term)])


def agreement() -> list[dict[str, object]]:
    """Return one row per case: how many values were compared and the largest difference."""
    rows = []
    for each in CASES:
        differences = [difference for _, difference in each.disagreements()]
        rows.append(
            {
                "method": each.method,
                "reference": each.reference,
                "data": each.data,
                "values_compared": len(differences),
                "largest_disagreement": f"{max(differences):.1e}",
                "tolerance": f"{each.tolerance:.0e}",
            }
        )
    return rows

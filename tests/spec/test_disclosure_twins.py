"""No published byte tells where an event of a hidden cell lies, and no solver how many there are.

Twins are a sample of `benchmarks.twins`.
"""

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from analysis.disclosure import PUBLIC, concealed_months
from analysis.disclosure.withholding import questions
from benchmarks import twins
from benchmarks.twins import SmallExtract
from tests.spec.recovery import recovered

EXHIBITS = ("activity_status", "assignment", "balance_plot", "balancing_table", "before_after",
            "effect_table", "floor", "floor_table", "rates_s47", "school_flow",
            "sensitivity_table", "time_in_school", "trends_table")  # fmt: skip
"""The quick ones, those among them that differed before models had a panel of their own."""


@cache
def small() -> SmallExtract:
    """Return the stand-in with one record in twelve."""
    (extract,) = (each for _, each in twins.small_extracts({"a twelfth": 12}))
    return replace(extract, exhibits=EXHIBITS)


@pytest.mark.parametrize("kind", ["month", "group", "status"])
def test_a_twin_is_published_to_the_byte_as_the_extract_itself(kind: str) -> None:
    (twin,) = twins.twins(small(), kind, 1, seed=7)
    assert not twin.records.equals(small().tables[twin.table])
    assert twin.computed, "what drawing it took to compute is not computed again to compare it"
    assert twins.differences(small(), twin) == []


def test_a_twin_would_be_seen_if_figures_had_the_panel_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As they had before: then where hidden events lie is drawn and printed."""
    (twin,) = twins.twins(small(), "group", 1, seed=7)
    monkeypatch.setattr(concealed_months, "disclosed_panel", lambda panel, _: panel)
    bare = replace(small(), exhibits=("balance_plot",))
    assert twins.differences(bare, twin) == ["balance_plot"]


@pytest.mark.parametrize("outcome", ["s47_enquiries", "referrals"])
def test_no_hidden_count_is_recovered_from_tables_and_analyses_by_whole_numbers(
    outcome: str,
) -> None:
    found = recovered(small().values, outcome)
    assert len(found) > 50
    assert found["true"].between(found["low"], found["high"]).all()
    # As much as the rule itself says of a count from one to five, and no more.
    assert (found["high"] - found["low"]).min() >= PUBLIC.highest_unsafe


def test_hidden_counts_would_be_recovered_if_no_analysis_were_withheld() -> None:
    values = small().values
    first = int(values["outcome_panel"]["event_month"].min())
    every = questions(values["specifications"], first, values["pilots"], twins.STUDY.outcomes)
    some = [each for each in every if each.outcome == "s47_enquiries"][:12]
    found = recovered(values, "s47_enquiries", frozenset(some))
    assert (found["low"] == found["high"]).any()


def test_the_long_proof_found_no_twin_that_differs() -> None:
    found = pd.read_csv(twins.PROOFS / "twins.csv")
    assert set(found["kept"]) == set(twins.EXTRACTS)
    assert set(found["moved"]) == set(twins.KINDS)
    assert found["twins"].sum() >= 100
    assert found["differing"].sum() == 0

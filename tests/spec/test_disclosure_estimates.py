"""No estimate gives back a count that is hidden for the sake of another."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.dataflow.sensitivity import left_out_ranges
from analysis.disclosure.estimates import WITHHELD, withhold_terms
from analysis.evaluation import Evaluation

ROOT = Path(__file__).parents[2]
PANEL = pd.DataFrame(
    {"pilot": "Lambeth", "event_month": range(-4, 8),
     "term": ["Spring"] * 4 + ["Summer"] * 4 + ["Autumn"] * 4}
)  # fmt: skip


def estimates() -> pd.DataFrame:
    return pd.DataFrame(
        {"pilot": "Lambeth", "outcome": "s47", "status": "estimated", "reason": "",
         "term": [-1, 0, 1], "first_month": [-4, 0, 4], "last_month": [-1, 3, 7],
         "ratio": [1.0, 0.26, 0.69], "ratio_low": [1.0, 0.1, 0.3]}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [("none", [-1, 0, 1]), ("Summer", [-1, 1]), ("Autumn", [-1, 0]), ("Spring", [])],
)
def test_a_term_whose_count_is_hidden_has_no_estimate(hidden: str, shown: list[int]) -> None:
    terms = pd.DataFrame(
        {"outcome": "s47", "pilot": "Lambeth", "term": ["Spring", "Summer", "Autumn"]}
    )
    terms["count"] = ["c" if term == hidden else 30 for term in terms["term"]]
    found = withhold_terms(estimates(), terms, PANEL)
    assert found.loc[found["status"] == "estimated", "term"].tolist() == shown
    blank = found.loc[found["status"] != "estimated"]
    assert blank[["ratio", "ratio_low"]].isna().all(axis=None)
    assert set(blank["reason"]) <= {WITHHELD}


def test_hidden_counts_of_the_stand_in_do_not_follow_from_its_event_study() -> None:
    """An intruder works each hidden count out from ratio, reference and the other arm.

    Before estimates were withheld, this gave 9.9 for a hidden 10, and with the total of the
    pilot's months the count of 4 that the 10 was hidden for.
    """
    values = Evaluation(ROOT).compute(["event_study_plot", "released_outcomes", "outcome_panel"])
    terms = values["released_outcomes"].tables["terms"]
    hidden = terms.loc[(terms["count"] == "c") & (terms["outcome"] == "s47_enquiries")]
    assert len(hidden)
    panel = values["outcome_panel"]
    shown = values["event_study_plot"].data.query("status == 'estimated'")
    for pilot, term in zip(hidden["pilot"], hidden["term"].astype(str), strict=True):
        inside = panel.loc[(panel["pilot"] == pilot) & (panel["term"].astype(str) == term)]
        months = shown.loc[shown["pilot"] == pilot]
        assert not months["first_month"].isin(inside["event_month"]).any()


def test_the_figure_says_which_terms_it_does_not_show():
    figure = Evaluation(ROOT).compute(["event_study_plot"])["event_study_plot"]
    absent = figure.data.query("status != 'estimated'")
    assert not absent.empty
    for pilot, rows in absent.groupby("pilot"):
        said = figure.alt.partition(f"{pilot}: ")[2]
        assert f"Not shown, {len(rows)} of " in said
        assert all(reason in said for reason in rows["reason"])


def test_a_range_over_schools_left_out_fits_many_counts_of_the_school_at_its_end() -> None:
    """With ratios to three digits a single pair of counts was left, of a school with 4 and 6."""
    before, after, base = 24, 17, 20 / 31
    school = (4, 6)
    whole, rest = ((after - a) / (before - b) / base for b, a in ((0, 0), school))
    table = pd.DataFrame(
        {"pilot": "Stockport", "left_out_by": "school", "left_out": ["S066", "S067"],
         "ratio": [rest, whole], "p_value": [0.7, 0.9]}
    )  # fmt: skip
    found = left_out_ranges(table).iloc[0]
    assert (found["lowest"], found["highest"]) == (0.8, 1.1)

    def fitting(low: float, high: float) -> set[int]:
        pairs = ((b, a) for b in range(before) for a in range(after))
        return {a for b, a in pairs if low <= (after - a) / (before - b) / base < high}

    assert len(fitting(rest - 0.0005, rest + 0.0005)) <= 3
    left = fitting(found["lowest"], found["lowest"] + 0.1)
    assert max(left) - min(left) >= 6

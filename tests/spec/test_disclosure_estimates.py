"""No estimate gives back a count that is hidden for the sake of another."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.dataflow.inference import REPORTED
from analysis.dataflow.sensitivity import left_out_ranges
from analysis.disclosure.estimates import (
    WITHHELD,
    few_to_compare,
    withhold_methods,
    withhold_terms,
)
from analysis.exhibits.appendix.inference_tables import standard_errors
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df
from analysis.study.settings import read_study
from tests.spec.committed import EVALUATION, committed

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
    values = committed(["released_outcomes", "outcome_panel"])
    terms = values["released_outcomes"].tables["terms"]
    hidden = terms.loc[(terms["count"] == "c") & (terms["outcome"] == "s47_enquiries")]
    assert len(hidden)
    panel = values["outcome_panel"]
    shown = EVALUATION.result("event_study_plot").data.query("status == 'estimated'")
    for pilot, term in zip(hidden["pilot"], hidden["term"].astype(str), strict=True):
        inside = panel.loc[(panel["pilot"] == pilot) & (panel["term"].astype(str) == term)]
        months = shown.loc[shown["pilot"] == pilot]
        assert not months["first_month"].isin(inside["event_month"]).any()


def test_the_figure_says_which_terms_it_does_not_show():
    figure = EVALUATION.result("event_study_plot")
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


def ways(before: int, after: int, most: tuple[int, int] = (9, 9)) -> list[list[tuple[int, int]]]:
    """Return every way in which the events of a group lie in its schools, each with some."""
    if before == after == 0:
        return [[]]
    sizes = ((x, y) for x in range(before, -1, -1) for y in range(after, -1, -1) if x + y)
    return [[each, *rest] for each in sizes if each <= most
            for rest in ways(before - each[0], after - each[1], each)]  # fmt: skip


def influence(group: list[tuple[int, int]]) -> np.ndarray:
    """Return what a group of schools of one size adds to the variance by CR0, CR2 and CR3."""
    before, after = np.array(group).T
    share = (before + after) / (before + after).sum()
    squared = (after / after.sum() - before / before.sum()) ** 2
    return np.array([(squared / (1 - share) ** power).sum() for power in (0, 1, 2)])


def degrees_of(*groups: list[tuple[int, int]]) -> float:
    """Return Satterthwaite's degrees of freedom of the ratio of two groups of such schools."""
    counts = [pair for group in groups for pair in group]
    names = [str(place) for place in range(len(counts))]
    schools = pd.DataFrame(counts, columns=["events_before", "events_after"], dtype=float).assign(
        school_id=names, cluster=names, stratum="A", exposure_before=1.0, exposure_after=1.0,
        treated=[True] * len(groups[0]) + [False] * len(groups[1]),
    )  # fmt: skip
    fit = fit_conditional(schools)
    errors = [cluster_covariance(fit, kind)[0, 0] ** 0.5 for kind in ("CR0", "CR2", "CR3")]
    assert errors == pytest.approx(np.sqrt(sum(map(influence, groups))))
    return satterthwaite_df(fit)


STUDY = read_study(ROOT / "study.toml")
OUTCOMES = STUDY.outcomes


def methods(errors: Iterable[float], degrees: float) -> pd.DataFrame:
    """Return what `inference_estimates` does, of one result by six methods."""
    kinds = ("CR0, normal", "conditional Poisson, CR2", "CR3", "naive", "CR1", "jackknife")
    known = {"outcome": "s47_enquiries", "pilot": "Lambeth", "method": kinds,
             "status": "estimated", "reason": "", "ratio": 1.0}  # fmt: skip
    return pd.DataFrame(known | {"standard_error": [*errors, 1.0, 1.0, 1.0], "df": degrees})


def test_what_is_printed_of_standard_errors_fits_many_ways_in_which_events_lie_in_schools() -> None:
    """Even six events in a period, which lie in schools in far fewer ways than twenty do."""
    truth = (
        [(4, 0), (2, 3), (0, 1), (0, 1), (0, 1)],
        [(2, 2), (2, 1), (2, 1), (1, 0), (0, 1), (0, 1)],
    )
    errors = np.sqrt(sum(map(influence, truth)))
    table = standard_errors(methods(errors, degrees_of(*truth)), OUTCOMES, "2019", STUDY.words)
    by_heading = dict(zip(table.header, table.rows[0], strict=True))
    *said, degrees = (by_heading[heading] for heading in ("CR0", "CR2", "CR3", "Degrees"))
    places, whole = (len(text.partition(".")[2]) for text in (said[0], degrees))
    groups = [[each for each in ways(*sums) if len(each) > 1] for sums in ((6, 6), (7, 6))]
    added = [np.array([influence(each) for each in group]) for group in groups]
    both = np.sqrt(added[0][:, np.newaxis] + added[1])
    alike = (abs(both - [float(text) for text in said]) <= 0.5 / 10**places).all(axis=2)
    places_of_fits = list(zip(*np.nonzero(alike), strict=True))[:100]
    fits = [
        (groups[0][one], groups[1][other])
        for one, other in places_of_fits
        if f"{degrees_of(groups[0][one], groups[1][other]):.{whole}f}" == degrees
    ]
    assert len(fits) >= 10
    for group in (0, 1):  # no school of either group is the same in all of them
        assert not set.intersection(*(set(each[group]) for each in fits))
    released = table.data[["standard_error", "df"]]
    pd.testing.assert_frame_equal(released, released.round({"standard_error": 2, "df": 0}))


@pytest.mark.parametrize(("count", "shown"), [(20, True), (19, False), (0, False), ("c", False)])
def test_where_events_are_few_only_what_is_reported_is_shown(count: object, shown: bool) -> None:
    counts = pd.DataFrame({"outcome": "s47_enquiries", "pilot": "Lambeth", "count": [40, count]})
    found = withhold_methods(methods([0.3, 0.4, 0.5], 9.0), counts, REPORTED)
    reported = found["method"].isin(REPORTED)
    assert found.loc[reported, "standard_error"].tolist() == [0.4]
    assert found.loc[~reported, "standard_error"].notna().all() == shown
    assert set(found.loc[~reported, "reason"]) == {"" if shown else WITHHELD}
    (row,) = standard_errors(found, OUTCOMES, "2019", STUDY.words).rows
    assert (row.count("[c]") == 0) == shown
    assert few_to_compare(counts) == frozenset(() if shown else {("s47_enquiries", "Lambeth")})

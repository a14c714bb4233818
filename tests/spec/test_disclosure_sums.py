"""No two results, and no result beside a table, tell a count that is hidden."""

from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import PUBLIC, WITHHELD
from analysis.disclosure.model_sums import revealing_results
from analysis.disclosure.withholding import marked, marked_part, questions
from analysis.models.inputs.school_periods import compare
from analysis.models.inputs.variations import curve_specifications
from analysis.models.primary.estimates import effect_estimates
from analysis.models.sensitivity.specification_curve import specification_curve
from analysis.study.settings import read_study
from tests.spec.committed import committed
from tests.unit.models.models_panel import random_panel, specification

ROOT = Path(__file__).parents[2]
STUDY = read_study(ROOT / "study.toml")


def masks(*rows):
    return np.array([[sign == "x" for sign in row] for row in rows], dtype=bool)


def tells(results, shown, hidden=(), counts=(9, 8, 7, 9)):
    atoms = len(counts)
    empty = np.zeros((0, atoms), dtype=bool)
    return revealing_results(
        [masks(*sums) for sums in results],
        np.vstack([empty, *([masks(*shown)] if shown else [])]),
        np.vstack([empty, *([masks(*hidden)] if hidden else [])]),
        lambda mask: PUBLIC.is_unsafe(np.array(counts)[mask].sum()),
    )


def test_what_lies_between_two_results_is_tested():
    assert tells([["xxxx"], ["xxx."]], [], counts=(9, 8, 7, 4)) == [False, True]
    assert tells([["xxx."], ["xxxx"]], [], counts=(9, 8, 7, 4)) == [False, True]
    assert tells([["xxxx"], ["xxx."]], [], counts=(9, 8, 7, 0)) == [False, False]
    assert tells([["xxxx"], ["xxx."]], []) == [False, False]


def test_what_is_left_beside_several_cells_of_a_table_is_tested():
    assert tells([["xxxx"]], ["x...", ".x..", "..x."], counts=(9, 8, 7, 4)) == [True]
    assert tells([["xxxx"]], ["x...", "..x."], counts=(9, 8, 7, 4)) == [False]


def test_a_hidden_sum_may_not_follow_over_any_number_of_steps():
    # 1 + 2 and 2 + 3 and 3 + 1 give 2 x (1 + 2 + 3), and so each of the three.
    steps = [["xx.."], [".xx."], ["x.x."]]
    assert tells(steps, [], hidden=["..x."]) == [False, False, True]
    assert tells(steps, []) == [False, False, False]


def test_a_result_that_is_withheld_is_not_known():
    assert tells([["xxxx"], ["xxx."], ["xx.."]], [], counts=(9, 8, 4, 4)) == [False, True, False]


def test_a_result_of_a_hidden_sum_itself_is_withheld():
    assert tells([["xx..", "..xx"]], [], hidden=["xx.."]) == [True]


# --- the report ------------------------------------------------------------------------------


@cache
def results():
    nodes = ["outcome_panel", "specifications", "pilots", "withheld_specifications",
             "released_outcomes", "varied_effects", "curve_estimates", "curve_tests",
             "placebo_starts", "balancing_effects", "effect_estimates"]  # fmt: skip
    return committed(nodes)


@cache
def asked():
    values = results()
    first = int(values["outcome_panel"]["event_month"].min())
    every = questions(values["specifications"], first, values["pilots"], STUDY.outcomes)
    return marked(every, values["withheld_specifications"])


def test_no_two_results_of_a_pilot_leave_a_few_events_between_them():
    values = results()
    panel = values["outcome_panel"]
    of_pilot = {}
    for each in asked():
        if each.withheld or each.outcome != "s47_enquiries" or each.pilot is None:
            continue
        months = compare(panel, replace(each, exposure=None)).months
        events = months.set_index(["school_id", "event_month"])["events"]
        of_pilot.setdefault(each.pilot, []).append((each, events, months))
    assert {pilot: len(found) > 10 for pilot, found in of_pilot.items()} == dict.fromkeys(
        ("Lambeth", "Southampton", "Stockport"), True
    )
    arm = panel.drop_duplicates("school_id").set_index("school_id")["arm"]
    for found in of_pilot.values():
        sums = []
        for _, events, months in found:
            by = months.set_index(["school_id", "event_month"])["period"]
            for period in ("before", "after"):
                part = events[by == period]
                own = part.index.get_level_values("school_id").map(arm)
                sums += [part[own == "intervention"], part[own == "comparison"]]
        distinct = {frozenset(part.index): part for part in sums}
        for one, other in combinations(distinct, 2):
            small, large = sorted((one, other), key=len)
            if small < large:
                left = distinct[large].drop(list(small)).sum()
                assert not PUBLIC.is_unsafe(left), (sorted(large - small), left)


def test_the_month_that_was_found_out_is_hidden_now():
    """The last two months' ratios gave Lambeth's hidden count of Spring 2020 within one."""
    curve = results()["curve_estimates"]
    cut = curve.loc[(curve["pilot"] == "Lambeth") & curve["label"].str.contains("months 0 to 7")]
    assert len(cut)
    assert set(cut["status"]) == {"not estimable"}
    assert set(cut["reason"]) == {WITHHELD}
    assert cut["ratio"].isna().all()


def test_every_table_of_results_obeys():
    values = results()
    keys = ["specification", "pilot"]
    withheld = {(each.name, each.pilot) for each in asked() if each.withheld}
    assert withheld
    names = ["varied_effects", "curve_estimates", "placebo_starts", "balancing_effects",
             "effect_estimates"]  # fmt: skip
    every = pd.concat([values[name] for name in names])
    shown = every.loc[every["status"] == "estimated"]
    assert not withheld & set(shown[keys].itertuples(index=False, name=None))
    assert withheld & set(every[keys].itertuples(index=False, name=None))


def test_what_is_left_of_a_whole_is_tested_too():
    panel = random_panel(1).assign(outcome="whole")
    some = panel["school_id"] == panel["school_id"].iloc[0]
    few = panel["event_month"].between(0, 3) & some & (panel["events"] > 0)
    part = panel.assign(outcome="part", events=panel["events"] - few)
    asked = specification(outcome="part")
    both = pd.concat([panel, part])
    assert PUBLIC.is_unsafe(int(few.sum()))
    assert marked_part(asked, "whole", both, PUBLIC).withheld == WITHHELD
    assert marked_part(asked, "", both, PUBLIC) == asked
    same = pd.concat([panel, panel.assign(outcome="part")])
    assert marked_part(asked, "whole", same, PUBLIC) == asked


# --- models ----------------------------------------------------------------------------------


def test_a_specification_that_is_withheld_has_no_estimate():
    row = effect_estimates(random_panel(1), [specification(withheld=WITHHELD)]).iloc[0]
    assert (row["status"], row["reason"]) == ("not estimable", WITHHELD)
    assert np.isnan(row["ratio"])


@pytest.fixture(scope="module")
def curves():
    panel = random_panel(3)
    every = curve_specifications(specification(), first_month=-24)
    some = [replace(e, withheld=WITHHELD) if "months 0 to 7" in e.label else e for e in every]
    return [specification_curve(panel, each, seed=1, draws=99) for each in (every, some)]


def test_a_curve_is_tested_over_all_and_shows_what_it_may(curves):
    """Those that may be shown lie near the main analysis; a test of them alone would flatter it."""
    (_, whole), (curve, test) = curves
    test, whole = test.iloc[0], whole.iloc[0]
    shown = curve.loc[curve["status"] == "estimated", "ratio"]
    assert test["withheld"] > 0
    same = ["specifications", "p_median", "p_share", "draws"]
    assert test[same].equals(whole[same])
    assert len(shown) == test["specifications"] - test["withheld"]
    ends = [test["smallest_ratio"], test["largest_ratio"]]
    assert ends == pytest.approx([shown.min(), shown.max()])

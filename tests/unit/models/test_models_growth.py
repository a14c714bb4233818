"""What is computed of four times the schools takes about four times as much, in one run.

`benchmarks.growth` measures the whole dataflow, and writes a table of it.
"""

import math
import time
import tracemalloc

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.withholding import with_alike_joined
from analysis.models.alternatives.negative_binomial import negative_binomial_fit
from analysis.models.checks.event_study import fit_event_study
from analysis.models.inference.hotelling import hotelling_df
from analysis.models.inference.methods import jackknife_variance
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import compare
from analysis.models.inputs.specification import Exclusion
from analysis.models.sensitivity.leave_out import leave_one_out
from tests.unit.models.models_panel import random_panel, specification

TIMES = 4


def larger(pairs):
    """Return a panel of dispersed counts at schools of changing size."""
    panel = random_panel(1, pairs=pairs, months=range(-12, 10), rate=2.0)
    school = pd.factorize(panel["school_id"])[0]
    events = panel["events"] * (1 + (panel["event_month"] + school) % 3)
    pupils = 100 + school * 37 % 50 + (panel["event_month"] >= 0) * (school * 11 % 30)
    return panel.assign(events=events, pupils=pupils)


@pytest.fixture(scope="module")
def compared():
    """Return 240 schools, and four times as many."""
    return [compare(larger(pairs), specification()) for pairs in (120, 120 * TIMES)]


def memory(work):
    """Return the most bytes that something holds."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def seconds(work):
    """Return the shortest of three times of the processor."""
    times = []
    for _ in range(3):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def slope(measure, work, small, large):
    """Return the power of the number of schools that a cost grows with."""
    work(small)  # what a first call imports is no growth
    return math.log(measure(lambda: work(large)) / measure(lambda: work(small)), TIMES)


def test_the_jackknife_holds_no_square_of_units(compared):
    counts = [SchoolCounts.of(each.schools) for each in compared]
    assert slope(memory, jackknife_variance, *counts) < 1.3


def test_the_negative_binomial_holds_no_column_for_each_school(compared):
    assert slope(memory, negative_binomial_fit, *compared) < 1.3


def test_the_joint_test_holds_no_square_of_units():
    fits = [fit_event_study(larger(pairs), specification()).fit for pairs in (60, 60 * TIMES)]
    assert slope(memory, lambda fit: hotelling_df(fit, np.arange(2)), *fits) < 1.3


def test_leaving_out_each_school_fits_few_models_anew():
    """With a model for each school it was 1.05 here, and comes to 2 where each takes longer."""
    panels = [larger(pairs) for pairs in (80, 80 * TIMES)]
    asked = [specification()]
    assert slope(seconds, lambda panel: leave_one_out(panel, asked), *panels) < 0.7


def test_withholding_sees_as_many_schools_however_many_are_alike():
    """Of 80 schools of one pilot and phase two patterns in each arm are left."""
    panel = random_panel(1, pairs=40)
    late = panel["school_id"].isin(["Lam03i", "Lam05c", "Lam06c"]) & (panel["event_month"] == 3)
    panel = panel.assign(month=panel["event_month"])[~late]
    asked = [specification(exclusions=(Exclusion("phase", ("special",)),))]
    joined, stands_for = with_alike_joined(asked, panel)
    assert sorted(joined["school_id"].unique()) == ["Lam00c", "Lam00i", "Lam03i", "Lam05c"]
    assert joined["events"].sum() == panel["events"].sum()
    own = panel["school_id"].isin(["Lam05c", "Lam06c"]) & (panel["event_month"] == 0)
    place = (joined["school_id"] == "Lam05c") & (joined["event_month"] == 0)
    assert joined.loc[place, "events"].tolist() == [panel.loc[own, "events"].sum()]
    assert set(stands_for.index) == set(panel["school_id"])
    assert set(stands_for) == set(joined["school_id"])
    assert np.array_equal(joined.index, np.arange(len(joined)))

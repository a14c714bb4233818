"""Every kind of resampling and simulation, on enough schools and in enough blocks to be split."""

from unittest.mock import patch

import numpy as np

from analysis.models.checks.pre_trend_tests import pre_trend_tests
from analysis.models.design.detectable import power_curve
from analysis.models.design.scale_up import scale_up
from analysis.models.design.simulation import SchoolDesign
from analysis.models.design.trial import Trial
from analysis.models.inference.multiplicity import all_at_once
from analysis.models.inference.randomisation import randomisation_interval, randomisation_test
from analysis.models.inference.wild_bootstrap import wild_bootstrap_test
from analysis.models.inputs.school_periods import school_periods
from tests.unit.models.models_panel import random_panel, specification

PLACES = ("inference.assignments", "inference.wild_bootstrap", "design.detectable",
          "checks.pre_trend_tests")  # fmt: skip


def resampled(block=2_000):
    """Return every number of resampling and simulation, in blocks of so many random numbers."""
    patches = [patch(f"analysis.models.{place}.CHUNK", block) for place in PLACES]
    for each in patches:
        each.start()
    try:
        return _numbers()
    finally:
        for each in patches:
            each.stop()


def _numbers():
    panel = random_panel(1, pairs=20, rate=2.0, ratio=0.8)
    asked = specification()
    few = school_periods(random_panel(2, pairs=9), asked)
    schools = school_periods(panel, asked)
    trials = [Trial("small", schools=40, authorities=4, events=10.0)]
    return [
        repr(randomisation_test(schools, seed=1, draws=399)),
        repr(randomisation_test(few, seed=1)),
        repr(randomisation_interval(schools, seed=1, draws=99)),
        repr(wild_bootstrap_test(schools, seed=1, draws=399)),
        repr(wild_bootstrap_test(few, seed=1)),
        all_at_once(panel, [asked], seed=1, draws=399).to_csv(),
        pre_trend_tests(panel, [asked], seed=1, draws=99).to_csv(),
        repr(power_curve(SchoolDesign.balanced(20, 14.0), np.array([0.7, 1.0]), seed=1, draws=200)),
        scale_up(trials, [0.8, 1.0], seed=1, draws=50).to_csv(),
    ]

"""Results of the committed extract, as a build has them."""

import sys
from functools import cache
from pathlib import Path

from analysis.dataflow import graph
from analysis.environment import specified_settings
from analysis.evaluation import Evaluation
from analysis.installed_packages import installed_digest
from report.reuse.results import Results
from tests.conftest import ROOT

EVALUATION = Evaluation(ROOT)


@cache
def _nodes():
    # Pytest adds folders of tests to the path, which no build has.
    before, tests = sys.path[:], ROOT / "tests"
    sys.path[:] = [each for each in before if not Path(each).is_relative_to(tests)]
    installed_digest.cache_clear()
    try:
        return Results(EVALUATION).take(graph.build())
    finally:
        sys.path[:] = before


def committed(names):
    """Return nodes of the dataflow by name, each computed once by a process.

    What a build of these very files has kept is taken from there, and nothing is put there.
    """
    with specified_settings():
        return {name: _nodes().value(name) for name in names}

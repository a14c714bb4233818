"""What an attacker works out who has a book, a solver and the code: ranges of hidden counts.

Knows more than linear programmes do: that counts are whole numbers, that a true zero is shown,
and, of each analysis that is shown, the sums over school-months that it rests on.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.disclosure.model_sums import Masks
from analysis.disclosure.rules import PUBLIC
from analysis.disclosure.withholding import _of_tables, _sums, questions
from analysis.models.inputs.specification import Specification
from analysis.study.settings import read_study
from tests.architecture import ROOT

STUDY = read_study(ROOT / "study.toml")
MOST = 500.0
"""More than any sum of events in a thinned extract."""


def recovered(
    values: Mapping[str, Any], outcome: str, shown: frozenset[Specification] | None = None
) -> pd.DataFrame:
    """Return the range left for each count of events that may not be known.

    Parameters
    ----------
    values
        Nodes of the dataflow: `outcome_panel`, `released_outcomes`, `specifications`, `pilots`
        and `withheld_specifications`.
    shown
        Analyses of which results are known; those that aren't withheld where None.

    Returns
    -------
    DataFrame
        One row a hidden cell, or sum of school-months that no known sum tells apart and that is
        too small: `true`, `low` and `high`.
    """
    panel = values["outcome_panel"]
    first = int(panel["event_month"].min())
    asked = questions(values["specifications"], first, values["pilots"], STUDY.outcomes)
    known = set(asked) - values["withheld_specifications"] if shown is None else shown
    panel = panel.loc[(panel["outcome"] == outcome) & panel["returned"]].reset_index(drop=True)
    told, hidden = _of_tables(panel, values["released_outcomes"].tables, outcome)
    sums = _sums(panel, [each for each in asked if each.outcome == outcome and each in known])
    return _ranges(np.unique(np.vstack([told, *sums]), axis=0), hidden, panel["events"].to_numpy())


def _ranges(told: Masks, hidden: Masks, events: np.ndarray) -> pd.DataFrame:
    merged, back = np.unique(np.vstack([told, hidden]), axis=1, return_inverse=True)
    atoms = np.bincount(back.ravel(), events)
    few = [each for each, count in enumerate(atoms) if PUBLIC.is_unsafe(count)]
    wanted = np.vstack([merged[len(told) :], np.eye(len(atoms), dtype=bool)[few]]).astype(float)
    totals, cells = merged[: len(told)].astype(float), merged[len(told) :].astype(float)
    known = [LinearConstraint(totals, totals @ atoms, totals @ atoms)]
    if len(cells):
        known.append(LinearConstraint(cells, np.ones(len(cells)), np.full(len(cells), np.inf)))

    def end(row: np.ndarray, sign: int) -> int:
        found = milp(sign * row, constraints=known, integrality=np.ones(len(atoms)),
                     bounds=Bounds(0, MOST))  # fmt: skip
        return round(sign * found.fun)

    rows = [(round(row @ atoms), end(row, 1), end(row, -1)) for row in wanted]
    return pd.DataFrame(rows, columns=["true", "low", "high"])

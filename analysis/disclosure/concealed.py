"""Which school-months lie in hidden cells, so that what is computed from them tells of these.

An event of a hidden cell could as well lie in another hidden cell, with nothing that is shown
being any different. Only what comes out the same wherever it lies may be published.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.disclosure.rules import CONFIDENTIAL

CELLS = {"before_after": "window", "terms": "term"}
"""Tables of released counts, and the column of the panel that says which period a cell is of."""


def concealed_months(panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Say of each school-month whether what happened in it can be told.

    Parameters
    ----------
    panel
        One row a school, outcome and month; `outcome`, `pilot`, `arm`, `term`, `window`.
    tables
        The released counts `before_after` and `terms`; see `ReleasedOutcomes`.

    Returns
    -------
    DataFrame
        As many rows as the panel, in its order. `barred`: no sum may hold the month, since its
        events may lie elsewhere altogether. `linked`: its events may lie in another month of the
        same school that is linked as well and of the same window, the sum of which is shown; so
        a sum may hold all of these or none.

    Examples
    --------
    >>> panel = pd.DataFrame({"outcome": "y", "pilot": "X", "arm": "comparison",
    ...                       "term": ["Spring", "Summer", "Autumn"], "window": "after"})
    >>> cells = panel[["outcome", "pilot", "arm"]].head(1)
    >>> tables = {"before_after": cells.assign(window="after", count=20),
    ...           "terms": panel.drop(columns="window").assign(count=["c", 12, "c"])}
    >>> concealed_months(panel, tables)["linked"].tolist()
    [True, False, True]
    """
    hidden = {name: _hidden(panel, tables[name], period) for name, period in CELLS.items()}
    of_term, of_window = hidden["terms"], hidden["before_after"]
    # Months outside both windows are in no cell that would show their sum.
    unseen = of_window | ~panel["window"].astype(str).isin(["before", "after"]).to_numpy()
    keys = [panel[key].astype(str).to_numpy() for key in ("outcome", "pilot", "arm", "term")]
    open_to = pd.Series(of_window).groupby(keys).transform("any").to_numpy()
    barred = unseen & (of_term | of_window | open_to)
    return pd.DataFrame({"barred": barred, "linked": of_term & ~unseen}, index=panel.index)


def told_months(panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the panel without a pilot's months that are concealed in either arm.

    Analyses that keep months apart are made of it: they see no hidden cell.
    """
    concealed = concealed_months(panel, tables).any(axis=1)
    keys = [panel[key].astype(str) for key in ("outcome", "pilot", "month")]
    return panel.loc[~concealed.groupby(keys).transform("any")].reset_index(drop=True)


def hidden_cells(
    tables: Mapping[str, pd.DataFrame], name: str, *, whole: bool = False
) -> frozenset[tuple[str, str]]:
    """Return the outcomes and pilots of which a cell of a table is hidden, in either arm.

    Parameters
    ----------
    name
        One of `CELLS`.
    whole
        Whether a hidden cell of the other tables counts as well.
    """
    frames = [tables[each] for each in (CELLS if whole else (name,))]
    cells = pd.concat([each.loc[each["count"] == CONFIDENTIAL, ["outcome", "pilot"]] for each in frames])
    return frozenset(cells.itertuples(index=False, name=None))


def _hidden(panel: pd.DataFrame, cells: pd.DataFrame, period: str) -> np.ndarray:
    keys = ["outcome", "pilot", "arm", period]
    hidden = cells.loc[cells["count"] == CONFIDENTIAL, keys].astype(str)
    rows = pd.MultiIndex.from_frame(panel[keys].astype(str))
    found: np.ndarray = rows.isin(pd.MultiIndex.from_frame(hidden))
    return found

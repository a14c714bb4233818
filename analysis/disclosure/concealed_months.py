"""Which school-months lie in suppressed cells, so that results from them could reveal these.

An event of a suppressed cell could equally lie in another suppressed cell without changing
anything that is shown. Only results that are the same wherever it lies may be published.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.disclosure.rules import CONFIDENTIAL

CELLS = {
    "before_after": ("window",),
    "terms": ("term",),
    "parts_of_terms": ("term", "window"),
}
"""Tables of released counts, and the columns of the panel that give the period of a cell."""


def concealed_months(panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return which school-months are concealed: those whose counts may not be revealed.

    Parameters
    ----------
    panel
        One row per school, outcome and month; `outcome`, `pilot`, `arm`, `term`, `window`.
    tables
        The released counts `before_after`, `terms` and `parts_of_terms`; see `ReleasedOutcomes`.

    Returns
    -------
    DataFrame
        As many rows as the panel, in its order. `barred`: no sum may include the month, since its
        events may lie elsewhere altogether. `linked`: its events may lie in another linked month
        of the same school and window, whose sum is shown; so a sum may include all of these months
        or none.

    Examples
    --------
    >>> panel = pd.DataFrame({"outcome": "y", "pilot": "X", "arm": "comparison",
    ...                       "term": ["Spring", "Summer", "Autumn"], "window": "after"})
    >>> cells = panel[["outcome", "pilot", "arm"]].head(1)
    >>> terms = panel.assign(count=["c", 12, "c"])
    >>> tables = {"before_after": cells.assign(window="after", count=20),
    ...           "terms": terms.drop(columns="window"), "parts_of_terms": terms}
    >>> concealed_months(panel, tables)["linked"].tolist()
    [True, False, True]
    """
    hidden = {name: _hidden(panel, tables[name], period) for name, period in CELLS.items()}
    of_window = hidden.pop("before_after")
    of_term = np.logical_or.reduce([*hidden.values()])
    # Months outside both windows are in no cell that shows their sum.
    unseen = of_window | ~panel["window"].astype(str).isin(["before", "after"]).to_numpy()
    keys = [panel[key].astype(str).to_numpy() for key in ("outcome", "pilot", "arm", "term")]
    open_to = pd.Series(of_window).groupby(keys).transform("any").to_numpy()
    barred = unseen & (of_term | of_window | open_to)
    return pd.DataFrame({"barred": barred, "linked": of_term & ~unseen}, index=panel.index)


def protected_panel(panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a panel that is the same wherever the events of suppressed cells lie.

    Barred months are treated as not returned. All events of the linked months of a school and
    window are moved to the first of them: sums over windows are true, but months are no longer
    distinguished.
    """
    concealed = concealed_months(panel, tables)
    found = _unreturned(panel, concealed["barred"])
    linked = found.loc[concealed["linked"] & found["returned"]]
    keys = [linked[key].astype(str) for key in ("outcome", "school_id", "window")]
    sums = linked["events"].groupby(keys).transform("sum")
    first = ~linked.assign(window=linked["window"].astype(str)).duplicated(
        ["outcome", "school_id", "window"]
    )
    found.loc[linked.index, "events"] = sums.where(first, 0.0)
    # At least one child: no more can be said without their months.
    found.loc[linked.index, "children"] = (sums.gt(0) & first).astype(float)
    return found


def disclosed_panel(panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the panel with a pilot's months that are concealed in either arm set as not returned.

    Analyses that distinguish months use it.
    """
    concealed = concealed_months(panel, tables).any(axis=1)
    keys = [panel[key].astype(str) for key in ("outcome", "pilot", "month")]
    return _unreturned(panel, concealed.groupby(keys).transform("any"))


def hidden_in(tables: Mapping[str, pd.DataFrame], *names: str) -> frozenset[tuple[str, str]]:
    """Return the outcomes and pilots with a suppressed cell in one of these tables."""
    found = [tables[name].loc[tables[name]["count"] == CONFIDENTIAL] for name in names]
    cells = pd.concat(found)[["outcome", "pilot"]]
    return frozenset(cells.itertuples(index=False, name=None))


def _unreturned(panel: pd.DataFrame, months: pd.Series) -> pd.DataFrame:
    found = panel.assign(returned=panel["returned"] & ~months)
    found.loc[months, ["events", "children"]] = np.nan
    return found


def _hidden(panel: pd.DataFrame, cells: pd.DataFrame, period: tuple[str, ...]) -> np.ndarray:
    keys = ["outcome", "pilot", "arm", *period]
    hidden = cells.loc[cells["count"] == CONFIDENTIAL, keys].astype(str)
    rows = pd.MultiIndex.from_frame(panel[keys].astype(str))
    found: np.ndarray = rows.isin(pd.MultiIndex.from_frame(hidden))
    return found

"""A small invented panel, for trying out the models and for their examples."""

from __future__ import annotations

import numpy as np
import pandas as pd


def example_panel(pairs: int = 6, seed: int = 1) -> pd.DataFrame:
    """Draw pairs of schools over 34 months, with a true ratio of 0.7 from month 0.

    Examples
    --------
    >>> panel = example_panel()
    >>> len(panel), sorted(panel["arm"].unique())
    (408, ['comparison', 'intervention'])
    """
    random = np.random.default_rng(seed)
    return pd.DataFrame([
        {
            "school_id": f"{arm[0].upper()}{pair}", "pilot": "X", "arm": arm, "outcome": "y",
            "matched_set": str(pair), "event_month": month, "pupils": 100 * (pair + 1),
            "events": int(random.poisson(1.4 if arm == "intervention" and month >= 0 else 2.0)),
        }
        for pair in range(pairs) for arm in ("intervention", "comparison")
        for month in range(-24, 10)
    ])  # fmt: skip

"""Small panels of schools and months for tests of the models."""

import numpy as np
import pandas as pd

from analysis.models.inputs.specification import Specification


def monthly_panel(counts, *, months=(-12, 0), pupils=100, outcome="s47", pilot="Lambeth"):
    """Return a panel with given counts: {school: (arm, set, events in each month)}."""
    rows = [
        {
            "pilot": pilot, "school_id": school, "phase": "primary", "arm": arm,
            "matched_set": matched_set, "area": f"area of {matched_set} {arm}",
            "outcome": outcome, "event_month": month, "events": float(count),
            "children": float(count), "pupils": pupils, "returned": True,
        }
        for school, (arm, matched_set, events) in counts.items()
        for month, count in zip(months, events, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def four_schools():
    """Two pairs; ratio (16/30) / (30/30)."""
    return monthly_panel(
        {
            "A": ("intervention", "1", (10, 5)),
            "B": ("intervention", "2", (20, 11)),
            "C": ("comparison", "1", (12, 14)),
            "D": ("comparison", "2", (18, 16)),
        }
    )


def random_panel(seed, pairs=8, months=range(-24, 10), rate=1.5, pilot="Lambeth", ratio=1.0):
    """Return a panel of matched pairs with Poisson counts and a true ratio."""
    random = np.random.default_rng(seed)
    counts = {}
    for pair in range(pairs):
        for arm in ("intervention", "comparison"):
            own = rate * random.gamma(5, 0.2)
            effects = np.where((np.array(months) >= 0) & (arm == "intervention"), ratio, 1.0)
            school = f"{pilot[:3]}{pair:02d}{arm[0]}"
            counts[school] = (arm, f"{pilot[:3]}-{pair:02d}", random.poisson(own * effects))
    return monthly_panel(counts, months=months, pilot=pilot)


def specification(**changes):
    """Return the specification of the tests' panels."""
    return Specification(**{"name": "main", "outcome": "s47", "pilot": "Lambeth"} | changes)

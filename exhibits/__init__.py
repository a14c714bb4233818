"""Exhibits of this study alone: what only its data, findings and published facts can show.

A package of this name in the folder of a study takes part in the dataflow with those of
`analysis.dataflow` and `analysis.exhibits`, which serve any study; see `analysis.dataflow.graph`.
"""

from __future__ import annotations


def pilots_and_trial(label: str) -> str:
    """Return the label of a figure that also contains a published result."""
    return f"{label} (pilots); published (trial)" if label else ""


def pilots_only(period: str) -> str:
    """Return the period of the pilots, for a figure that also shows the later trial.

    The report has no source that states the months of the trial.

    Examples
    --------
    >>> pilots_only("May 2018 to February 2019 against May 2019 to February 2020")
    'Pilots: May 2018 to February 2019 against May 2019 to February 2020'
    """
    return f"Pilots: {period}"

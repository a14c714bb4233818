"""Tables that long proofs wrote: what the methods were held to, apart from any extract."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def agreement(proofs_directory: Path) -> pd.DataFrame:
    """Return each method beside another implementation, as the tests compare them."""
    return _read(proofs_directory, "agreement")


def by_hand(proofs_directory: Path) -> pd.DataFrame:
    """Return the formulas worked by hand on four schools."""
    return _read(proofs_directory, "by_hand")


def _read(directory: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(directory / f"{name}.csv", dtype=str)

"""Tables written by the long proofs, which test the methods independently of any extract."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.proofs import Proof, read_proof


def agreement(proofs_directory: Path) -> pd.DataFrame:
    """Return each method's agreement with another implementation, as the tests compare them."""
    return _read(proofs_directory, "agreement")


def by_hand(proofs_directory: Path) -> pd.DataFrame:
    """Return the formulas worked through by hand on four schools."""
    return _read(proofs_directory, "by_hand")


def size_proof(proofs_directory: Path) -> Proof:
    """Return how often tests reject where there is no effect, and intervals contain the truth."""
    return read_proof(proofs_directory, "size")


def pooling_proof(proofs_directory: Path) -> Proof:
    """Return how often intervals from three pilots contain their mean, and a further pilot."""
    return read_proof(proofs_directory, "pooling")


def scenario_effects_proof(proofs_directory: Path) -> Proof:
    """Return the estimates over many draws of each scenario."""
    return read_proof(proofs_directory, "scenario_effects")


def sentences_proof(proofs_directory: Path) -> Proof:
    """Return how often each sentence would be printed, with an effect and without one."""
    return read_proof(proofs_directory, "sentences")


def _read(directory: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(directory / f"{name}.csv", dtype=str)

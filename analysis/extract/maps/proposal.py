"""Propose a map for a council's file, by the names of its columns and by their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.extract.maps.column_matching import IDENTIFIER, name_fit, value_fit

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from analysis.contracts.contract import Column, DataContract

LOOKED_AT = 5000
"""Number of rows that is enough to recognise the form of a column."""
ENOUGH = 0.45
"""Score from which a column is proposed: half name, half values."""


@dataclass(frozen=True)
class Proposed:
    """The proposal for one column of the contract.

    Attributes
    ----------
    to
        The contract's column.
    entry
        Keys and values of its entry in a map, besides `to`; empty where nothing is proposed.
    score
        Score from 0 to 1; 1 where it is certain.
    """

    to: str
    entry: dict[str, Any]
    score: float

    @property
    def undecided(self) -> bool:
        """Whether a person must add something: a source, or the target of a code."""
        return not self.entry or "" in self.entry.get("codes", {}).values()


@dataclass(frozen=True)
class Proposal:
    """A map proposed for a dataset: its columns, and the file's columns that are not used."""

    dataset: str
    columns: tuple[Proposed, ...]
    unused: tuple[str, ...]

    @property
    def score(self) -> float:
        """How well the file fits the dataset, from 0 to 1."""
        return sum(each.score for each in self.columns) / len(self.columns)


def propose(table: pd.DataFrame, contracts: Mapping[str, DataContract], dataset: str) -> Proposal:
    """Propose a map from a table to a dataset.

    Parameters
    ----------
    table
        The council's file as text.
    dataset
        The contracts' dataset to which it is to be mapped.
    """
    contract = contracts[dataset]
    found = _matched(table.head(LOOKED_AT), contract, contracts)
    columns = tuple(
        found.get(column.name) or _otherwise(column, contract, contracts)
        for column in contract.columns
    )
    taken = {str(each.entry.get("from", "")) for each in columns}
    unused = tuple(str(name) for name in table.columns if str(name) not in taken)
    return Proposal(dataset, columns, unused)


def best_dataset(table: pd.DataFrame, contracts: Mapping[str, DataContract]) -> Proposal:
    """Return the proposal for the dataset that a table fits best."""
    proposals = [propose(table, contracts, dataset) for dataset in contracts]
    return max(proposals, key=lambda proposal: proposal.score)


def _matched(
    table: pd.DataFrame, contract: DataContract, contracts: Mapping[str, DataContract]
) -> dict[str, Proposed]:
    """Match columns one to one so as to maximise the sum of their scores."""
    from scipy.optimize import linear_sum_assignment

    names = [str(name) for name in table.columns]
    scores = np.zeros((len(contract.columns), len(names)))
    keys: dict[tuple[int, int], dict[str, Any]] = {}
    for row, column in enumerate(contract.columns):
        for place, name in enumerate(names):
            fit, needed = value_fit(table.iloc[:, place], column, contracts)
            scores[row, place] = (name_fit(name, column) + fit) / 2 if fit else 0
            keys[row, place] = needed
    found = {}
    for row, place in zip(*linear_sum_assignment(scores, maximize=True), strict=True):
        if (score := float(scores[row, place])) >= ENOUGH:
            to = contract.columns[row].name
            found[to] = Proposed(to, {"from": names[place], **keys[row, place]}, score)
    return found


def _otherwise(
    column: Column, contract: DataContract, contracts: Mapping[str, DataContract]
) -> Proposed:
    """Propose another source for a column that the file seems not to have."""
    made = IDENTIFIER.match(str(column.options.get("pattern", "")))
    if column.primary_key and len(contract.key) == 1 and made:
        entry = {"sequence": made["prefix"], "digits": int(made["digits"])}
        return Proposed(column.name, entry, 0.0)
    for other in contract.columns:
        dataset, _, key = other.references.partition(".")
        if dataset in contracts and dataset != contract.dataset and key == other.name:
            there = contracts[dataset]
            if column.name in there.column_names and column.name != key and there.key == (key,):
                return Proposed(column.name, {"of": f"{dataset}.{column.name}", "by": key}, 0.0)
    return Proposed(column.name, {}, 0.0)

"""The recipe of the stand-in: the properties of each column, from the data contracts.

Types, keys, categories, ranges and missingness are defined once, in the contracts. Only here are
drawn records converted to text, so no file can be written that the contracts do not describe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from analysis.synthetic.ingredient import Ingredient, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.contracts import DataContract

Record = dict[str, Value]
"""One drawn row: a typed value by column."""
Row = dict[str, str]
Tables = dict[str, list[Row]]


class Recipe:
    """The form and content of every table of the stand-in.

    Parameters
    ----------
    contracts
        The data contracts by dataset, as `analysis.contracts.read_contracts` returns them.
    """

    def __init__(self, contracts: Mapping[str, DataContract]) -> None:
        # Control totals are not drawn: they are computed from the tables drawn.
        self.contracts = {name: each for name, each in contracts.items() if not each.optional}
        self._columns = {
            f"{contract.dataset}.{column.name}": Ingredient(contract.dataset, column)
            for contract in self.contracts.values()
            for column in contract.columns
        }

    def asks_for(self, *datasets: str) -> bool:
        """Whether there are contracts for any of the datasets, which are drawn together."""
        return any(dataset in self.contracts for dataset in datasets)

    def column(self, name: str) -> Ingredient:
        """Return `dataset.column`; ConfigurationError if no contract has it."""
        if name not in self._columns:
            raise ConfigurationError(
                f"the generator draws {name}, which no contract has",
                place="data_contracts/",
                remedy="restore the column, or take it out of analysis/synthetic",
            )
        return self._columns[name]

    def rows(self, dataset: str, records: Iterable[Mapping[str, Value]]) -> list[Row]:
        """Return records as text, columns in the contract's order.

        Raises
        ------
        ConfigurationError
            If a record has other columns, or a value that its column's contract does not allow.
        """
        contract = self.contracts[dataset]
        columns = [self.column(f"{dataset}.{name}") for name in contract.column_names]
        rows = []
        for record in records:
            if record.keys() != set(contract.column_names):
                _refuse_columns(contract, record)
            rows.append({each.column.name: each.text(record[each.column.name]) for each in columns})
        return rows

    def extract(self, tables: Mapping[str, Iterable[Mapping[str, Value]]]) -> Tables:
        """Return every table as text; raise an error for a contract without a drawn table."""
        for dataset, contract in self.contracts.items():
            if dataset not in tables:
                raise ConfigurationError(
                    f"nothing is drawn for the dataset '{dataset}'",
                    place=contract.place,
                    remedy="draw it in analysis/synthetic, or remove the contract",
                )
        for dataset in tables:
            if dataset not in self.contracts:
                raise ConfigurationError(
                    f"the generator draws '{dataset}', which has no contract",
                    place="data_contracts/",
                    remedy="add its contract, or stop drawing it",
                )
        return {dataset: self.rows(dataset, records) for dataset, records in tables.items()}


def _refuse_columns(contract: DataContract, record: Mapping[str, Value]) -> None:
    lacking = [name for name in contract.column_names if name not in record]
    added = [name for name in record if name not in contract.column_names]
    parts = [("lacks", lacking), ("has besides the contract's", added)]
    said = " and ".join(f"{word} {', '.join(names)}" for word, names in parts if names)
    raise ConfigurationError(
        f"a drawn record of {contract.dataset} {said}",
        place=contract.place,
        remedy="draw the contract's columns, each and no others, or correct the contract",
    )

"""The data dictionary, as the data contracts state it."""

from __future__ import annotations

from analysis.contracts import DataContract
from analysis.contracts.dictionary import DICTIONARY_COLUMNS, dictionary
from analysis.exhibits.exhibit import Table


def data_dictionary(contracts: dict[str, DataContract]) -> Table:
    """Show every column of the extract: what it holds and whom it is about."""
    data = dictionary(contracts)
    return Table(
        header=("Data file", "Column", "What it holds", "Required", "About"),
        rows=tuple(
            (
                str(row["file"]).removesuffix(".csv"),
                str(row["column"]),
                str(row["description"]),
                str(row["required"]),
                str(row["sensitivity"]),
            )
            for row in data.to_dict("records")
        ),
        numeric=(False,) * 5,
        widths=(4, 4, 9, 2, 2),
        data=data,
        columns=DICTIONARY_COLUMNS,
        note="About: whom a value is about; what is about children passes disclosure control.",
    )

"""Tables with typed columns, and the columns that rules look up or derive.

Types are tested on the text as it was sent. A value that is not of its type is missing in
the typed table, so that every later rule speaks of readable values only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.contracts.derived import DERIVED
from analysis.contracts.expectations import lookup_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.contracts.contract import Column, DataContract

WHOLE = r"-?[0-9]{1,15}"
DECIMAL = r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
MONTH = r"[0-9]{4}-[0-9]{2}"
PLAIN = r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,198}[^\s\x00-\x1f\x7f])?"
FIRST_ROW = 2
"""Row of the file that holds the first record; the header is row 1."""


def typed_table(raw: pd.DataFrame, contract: DataContract) -> pd.DataFrame:
    """Return the columns of the contract that the table has, typed.

    Parameters
    ----------
    raw
        Text as sent, shape (rows, columns); blank is the empty string.

    Returns
    -------
    DataFrame
        Indexed by the row of the file: text (str), whole numbers (Int64), numbers
        (float64), days and months (datetime64, a month as its first day). Unreadable
        and blank values are missing.
    """
    rows = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(raw))
    columns = {
        column.name: typed_column(raw[column.name], column)
        for column in contract.columns
        if column.name in raw.columns
    }
    return pd.DataFrame({name: values.set_axis(rows) for name, values in columns.items()}, rows)


def typed_column(raw: pd.Series, column: Column) -> pd.Series:
    """Return one column typed; what cannot be read is missing."""
    text = raw.astype("str")
    text = text.mask(text == "")
    match column.logical_type:
        case "integer":
            return pd.to_numeric(text.where(_matches(text, WHOLE)), errors="coerce").astype("Int64")
        case "number":
            return pd.to_numeric(text.where(_matches(text, DECIMAL)), errors="coerce").astype(float)
        case "date" if column.is_month:
            return pd.to_datetime(
                text.where(_matches(text, MONTH)), format="%Y-%m", errors="coerce"
            )
        case "date":
            return pd.to_datetime(
                text.where(_matches(text, DAY)), format="%Y-%m-%d", errors="coerce"
            )
        case _:
            return text


def is_valid(raw: pd.Series, typed: pd.Series, column: Column) -> pd.Series:
    """Return for each row whether the text is of the declared type; missing where blank."""
    text = raw.astype("str").set_axis(typed.index)
    good = _matches(text, PLAIN) if column.logical_type == "string" else typed.notna()
    return good.astype("boolean").mask(text.isna() | (text == ""))


def _matches(text: pd.Series, pattern: str) -> pd.Series:
    return text.str.fullmatch(pattern).fillna(False).astype(bool)


class Columns:
    """The columns that rules may name, computed when first asked for.

    Parameters
    ----------
    raw
        Tables as sent, by dataset.
    contracts
        Their contracts.
    """

    def __init__(
        self, raw: Mapping[str, pd.DataFrame], contracts: Mapping[str, DataContract]
    ) -> None:
        self.raw = raw
        self.contracts = contracts
        self.typed = {
            name: typed_table(raw[name], contract)
            for name, contract in contracts.items()
            if name in raw
        }
        self._positions: dict[tuple[str, str], pd.Series] = {}

    def has(self, dataset: str, name: str) -> bool:
        """Whether the tables that were sent allow this column."""
        if name.endswith(")"):
            kind, inner = name[:-1].split("(")
            if kind != "known":
                return self._sent(dataset, inner)
            target, _, key = self.contracts[dataset].column(inner).references.partition(".")
            return self._sent(dataset, inner) and self._sent(target, key)
        table, _, column = name.rpartition(".")
        if not table:
            return self._sent(dataset, column)
        if table == "derived":
            needs = [need.split(":") for need in DERIVED[dataset, column].needs]
            return all(home in self.typed and self.has(home, need) for home, need in needs)
        own = lookup_key(self.contracts[dataset], table)
        key = self.contracts[dataset].column(own).references.partition(".")[2]
        return self._sent(dataset, own) and self._sent(table, key) and self._sent(table, column)

    def frame(self, dataset: str, names: Iterable[str]) -> pd.DataFrame:
        """Return the named columns of a dataset, indexed by the row of the file."""
        index = self.typed[dataset].index
        return pd.DataFrame({name: self._column(dataset, name) for name in names}, index)

    def _sent(self, dataset: str, column: str) -> bool:
        return dataset in self.typed and column in self.typed[dataset].columns

    def _column(self, dataset: str, name: str) -> pd.Series:
        typed = self.typed[dataset]
        if name.startswith("sent("):
            text = self.raw[dataset][name[5:-1]].astype("str").set_axis(typed.index)
            return text.mask(text == "")
        if name.startswith("valid("):
            column = self.contracts[dataset].column(name[6:-1])
            return is_valid(self.raw[dataset][column.name], typed[column.name], column)
        if name.startswith("known("):
            own = name[6:-1]
            found = pd.Series(self._position(dataset, own) >= 0, typed.index, dtype="boolean")
            return found.mask(typed[own].isna())
        table, _, column_name = name.rpartition(".")
        if not table:
            return typed[column_name]
        if table == "derived":
            derived = DERIVED[dataset, column_name]
            needed = [self._column(*need.split(":")) for need in derived.needs]
            return derived.compute(*needed).reindex(typed.index)
        position = self._position(dataset, lookup_key(self.contracts[dataset], table))
        values = self.typed[table][column_name].reset_index(drop=True)
        return values.reindex(position).set_axis(typed.index)

    def _position(self, dataset: str, own: str) -> pd.Series:
        """Return for each row the place of the record that its key refers to, or -1."""
        if (dataset, own) not in self._positions:
            table, _, key = self.contracts[dataset].column(own).references.partition(".")
            keys = self.typed[table][key]
            first = keys[~keys.duplicated() & keys.notna()]
            place = pd.Series(first.index - FIRST_ROW, pd.Index(first))
            typed = self.typed[dataset]
            found = typed[own].map(place)
            self._positions[dataset, own] = found.fillna(-1).astype("int64")
        return self._positions[dataset, own]

"""Tables with typed columns, including the columns that rules look up or derive.

Types are tested on the text as it was sent. A value that is not of its type is missing in the
typed table, so that every later rule is about readable values only.

A column of ten million rows has few distinct values, so each is parsed once: a column is stored as
its distinct texts and, for each row, the index of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.contracts.derived import Derived, derived_column
from analysis.contracts.expectations import lookup_key
from analysis.contracts.implied_rules import CALLS

if TYPE_CHECKING:
    from analysis.contracts.contract import Column, DataContract

WHOLE = r"-?[0-9]{1,15}"
DECIMAL = r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
MONTH = r"[0-9]{4}-[0-9]{2}"
UNSEEN = "\\s\u0000-\u001f\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
"""Characters that look like a space, are invisible, or change their neighbours."""
PLAIN = f"[^{UNSEEN}](?:[^{UNSEEN}]| (?! )){{0,198}}(?<! )"
STEP_TOLERANCE = 1e-9
"""Relative tolerance for multiples of a step."""
FIRST_ROW = 2
"""Row of the file with the first record; the header is row 1."""


@dataclass(frozen=True)
class Text:
    """One column as sent.

    Attributes
    ----------
    codes
        For each row the index of its text; -1 where blank, shape (rows,).
    texts
        The distinct texts, none of them blank, shape (texts,).
    """

    codes: np.ndarray
    texts: pd.Series

    @classmethod
    def of(cls, raw: pd.Series) -> Text:
        """Encode a column of text."""
        codes, texts = pd.factorize(raw.astype("str"))
        found = pd.Series(texts, dtype="str")
        blank = np.flatnonzero(found.isna() | (found == ""))
        kept = np.delete(np.arange(len(found)), blank)
        renumbered = np.full(len(found) + 1, -1, dtype=np.int32)
        renumbered[kept] = np.arange(len(kept), dtype=np.int32)
        return cls(renumbered[codes], found.iloc[kept].reset_index(drop=True))


YEARS = (1800, 2200)
"""Years in which a date is valid; a date in any other year cannot be read."""


def typed_texts(texts: pd.Series, column: Column) -> pd.Series:
    """Return texts typed: numbers as float64, days and months as datetime64[ns], text as text.

    Values that cannot be read are missing. Integers are stored as floats, which Great Expectations
    compares as whole columns; other types it compares value by value.
    """
    match column.logical_type:
        case "integer" | "number":
            pattern = WHOLE if column.logical_type == "integer" else DECIMAL
            return pd.to_numeric(texts.where(matches(texts, pattern)), errors="coerce").astype(
                float
            )
        case "date":
            pattern, form = (MONTH, "%Y-%m") if column.is_month else (DAY, "%Y-%m-%d")
            days = pd.to_datetime(
                texts.where(matches(texts, pattern)), format=form, errors="coerce"
            )
            # A year such as 0019 is a typing error, and out of range for nanoseconds.
            return days.where(days.dt.year.between(*YEARS)).astype("datetime64[ns]")
        case _:
            return texts


def valid_texts(texts: pd.Series, column: Column) -> pd.Series:
    """Return whether each text is of the declared type."""
    if column.logical_type == "string":
        return texts.map(lambda text: bool(re.fullmatch(PLAIN, text))).astype(bool)
    return typed_texts(texts, column).notna()


def matches(texts: pd.Series, pattern: str) -> pd.Series:
    """Return whether each whole text matches a pattern."""
    return texts.str.fullmatch(pattern).astype(bool)


def in_steps(values: pd.Series, step: float) -> np.ndarray:
    """Return 1 for each multiple of a step, 0 for any other number, and missing otherwise.

    A step such as 0.1 has no exact binary form: a billionth of it is tolerated.
    """
    steps = values.to_numpy(float, na_value=np.nan) / step
    apart = np.abs(steps - np.round(steps))
    return np.where(np.isnan(steps), np.nan, apart <= STEP_TOLERANCE * np.maximum(1, np.abs(steps)))


class Columns:
    """The columns that rules may name, computed on first use.

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
        self._texts: dict[tuple[str, str], Text] = {}
        self._typed: dict[tuple[str, str], pd.Series] = {}
        self._places: dict[tuple[str, str], np.ndarray] = {}

    def rows(self, dataset: str) -> int:
        """Return the number of records."""
        return len(self.raw[dataset])

    def has(self, dataset: str, name: str) -> bool:
        """Whether the tables that were sent allow this column."""
        return all(self._sent(*source) for source in self.sources(dataset, name))

    def lacking(self, dataset: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return, in words, the inputs of the columns that were not sent."""
        every = sorted({source for name in names for source in self.sources(dataset, name)})
        return tuple(
            dict.fromkeys(
                f"no column {column} in {home}.csv" if home in self.raw else f"no {home}.csv"
                for home, column in every
                if not self._sent(home, column)
            )
        )

    def sources(self, dataset: str, name: str) -> frozenset[tuple[str, str]]:
        """Return the columns of files, with their datasets, from which a column is derived."""
        contract = self.contracts[dataset]
        if call := CALLS.fullmatch(name):
            kind, inner = call.groups()
            own = frozenset({(dataset, inner)})
            return own | {_target(contract, inner)} if kind == "known" else own
        table, _, column = name.rpartition(".")
        if table == "derived":
            needs = [need.split(":") for need in _derived(dataset, column).needs]
            return frozenset().union(*(self.sources(home, need) for home, need in needs))
        if not table:
            return frozenset({(dataset, column)})
        key = lookup_key(contract, table)
        return frozenset({(dataset, key), _target(contract, key), (table, column)})

    def frame(self, dataset: str, names: Iterable[str]) -> pd.DataFrame:
        """Return the named columns of a dataset, indexed by the row of the file."""
        index = self._rows(dataset)
        return pd.DataFrame({name: self.column(dataset, name) for name in names}, index)

    def text_frame(self, dataset: str, text: str, names: Iterable[str]) -> pd.DataFrame:
        """Return the named columns, which depend on one text alone, for each distinct text.

        If some are blank, the last row represents them.
        """
        codes = np.arange(len(self.text_counts(dataset, text)))
        codes[codes == len(self._text(dataset, text).texts)] = -1
        return pd.DataFrame({name: self._of_texts(dataset, name, codes) for name in names})

    def text_counts(self, dataset: str, text: str) -> np.ndarray:
        """Return how many rows contain each text of a column and, if any, how many are blank."""
        found = self._text(dataset, text)
        return np.bincount(found.codes % (len(found.texts) + 1), minlength=len(found.texts))

    def rows_with(self, dataset: str, text: str, places: np.ndarray, most: int) -> tuple[int, ...]:
        """Return the first rows of the file that contain one of the texts, given by index."""
        found = self._text(dataset, text)
        wanted = np.zeros(len(found.texts) + 1, dtype=bool)
        wanted[places] = True
        return tuple((np.flatnonzero(wanted[found.codes])[:most] + FIRST_ROW).tolist())

    def column(self, dataset: str, name: str) -> pd.Series:
        """Return one column of a dataset, indexed by the row of the file."""
        table, _, column = name.rpartition(".")
        if table == "derived":
            derived = _derived(dataset, column)
            needed = [self.column(*need.split(":")) for need in derived.needs]
            return _for_rules(derived.compute(*needed).reindex(self._rows(dataset)))
        if table:
            place = self._place(dataset, lookup_key(self.contracts[dataset], table))
            values = self._own(table, column)
            return pd.Series(values.array.take(place, allow_fill=True), self._rows(dataset))
        return self._own(dataset, name)

    def _of_texts(self, dataset: str, name: str, codes: np.ndarray) -> Any:
        """Return a column that depends on one text alone, for texts given by index."""
        call = CALLS.fullmatch(name)
        kind, own = call.groups() if call else ("", name)
        text, column = self._text(dataset, own), self.contracts[dataset].column(own)
        match kind:
            case "filled":
                return np.where(codes < 0, np.nan, 1.0)
            case "number":
                return np.where(codes < 0, np.nan, codes)
            case "sent":
                return pd.Categorical.from_codes(codes, pd.Index(text.texts))
            case "known":
                truth = self._places_of_texts(dataset, own) >= 0
            case "valid":
                truth = valid_texts(text.texts, column).to_numpy()
            case "fits":
                truth = matches(text.texts, column.options["pattern"].strip("^$")).to_numpy()
            case "steps":
                truth = in_steps(typed_texts(text.texts, column), column.options["multipleOf"])
            case _ if column.logical_type == "string":
                return pd.Categorical.from_codes(codes, pd.Index(text.texts))
            case _:
                values = typed_texts(text.texts, column).array
                return values.take(codes, allow_fill=True)
        return np.append(truth.astype(float), np.nan)[codes]

    def _sent(self, dataset: str, column: str) -> bool:
        return dataset in self.raw and column in self.raw[dataset].columns

    def _rows(self, dataset: str) -> pd.RangeIndex:
        return pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(self.raw[dataset]))

    def _text(self, dataset: str, name: str) -> Text:
        if (dataset, name) not in self._texts:
            self._texts[dataset, name] = Text.of(self.raw[dataset][name])
        return self._texts[dataset, name]

    def _own(self, dataset: str, name: str) -> pd.Series:
        """Return a column that depends on one text of the row alone."""
        if (dataset, name) not in self._typed:
            call = CALLS.fullmatch(name)
            codes = self._text(dataset, call.group(2) if call else name).codes
            values = pd.Series(self._of_texts(dataset, name, codes), self._rows(dataset))
            if call:
                return values  # read once, by one rule
            self._typed[dataset, name] = values
        return self._typed[dataset, name]

    def _place(self, dataset: str, own: str) -> np.ndarray:
        """Return for each row the position of the record that its key refers to, or -1."""
        by_text = np.append(self._places_of_texts(dataset, own), -1)
        places: np.ndarray = by_text[self._text(dataset, own).codes]
        return places

    def _places_of_texts(self, dataset: str, own: str) -> np.ndarray:
        if (dataset, own) not in self._places:
            table, _, key = self.contracts[dataset].column(own).references.partition(".")
            target, text = self._text(table, key), self._text(dataset, own)
            # The first record of a key; its rule on uniqueness reports the others.
            codes, first = np.unique(target.codes, return_index=True)
            places = pd.Series(first[codes >= 0], target.texts.to_numpy()[codes[codes >= 0]])
            found = places.reindex(text.texts.to_numpy()).fillna(-1)
            self._places[dataset, own] = found.to_numpy(np.int64)
        return self._places[dataset, own]


def _target(contract: DataContract, column: str) -> tuple[str, str]:
    """Return the dataset and column that a column refers to."""
    table, _, key = contract.column(column).references.partition(".")
    return table, key


def _for_rules(values: pd.Series) -> pd.Series:
    """Return a derived column in a type that Great Expectations compares as a whole."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.astype("datetime64[ns]")
    return values.astype(float)


def _derived(dataset: str, name: str) -> Derived:
    found = derived_column(dataset, name)
    if found is None:  # reading the contracts has refused it
        raise KeyError(name)
    return found

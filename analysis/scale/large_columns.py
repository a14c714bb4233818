"""The columns of an extract of which one dataset is on disk.

Rules on that dataset are answered by the engine (`analysis.scale.rules`). Rules of other datasets
that count its rows, such as the events of a school, read its columns as codes of distinct texts: 4
bytes for each event and column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.contracts.engine import TestedColumns
from analysis.contracts.typed_tables import Text
from analysis.extract.files.out_of_core import OutOfCoreTable
from analysis.scale import rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from analysis.contracts.contract import DataContract
    from analysis.contracts.engine import Answer
    from analysis.contracts.expectations import Expectation
    from analysis.study.scale import Scale


class LargeColumns(TestedColumns):
    """Columns of which some are on disk.

    Parameters
    ----------
    raw, contracts
        As for `Columns`; a large dataset as an `OutOfCoreTable`.
    scale
        The engine.
    folder
        For what the engine is given besides.
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        contracts: Mapping[str, DataContract],
        scale: Scale,
        folder: Path,
    ) -> None:
        super().__init__(raw, contracts)
        self._scale, self._folder = scale, folder

    def answers(self, dataset: str, mapped: Sequence[Expectation]) -> dict[str, Answer]:
        """Test rules on a dataset, those that the engine cannot express on its codes."""
        if not isinstance(self.raw[dataset], OutOfCoreTable):
            return super().answers(dataset, mapped)
        found = rules.answers(self, dataset, mapped, self._scale, self._folder)
        rest = [each for each in mapped if each.rule.id not in found]
        return found | (super().answers(dataset, rest) if rest else {})

    def broken(
        self, dataset: str, expectation: Expectation, rows: Sequence[int]
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the rows that break a rule: as sent, and the columns tested."""
        table = self.raw[dataset]
        if not isinstance(table, OutOfCoreTable):
            return super().broken(dataset, expectation, rows)
        sent = table.sent(rows)
        tested = rules.tested(self, dataset, expectation, rows, self._scale, self._folder)
        return sent, tested

    def _text(self, dataset: str, name: str) -> Text:
        table: Any = self.raw[dataset]
        if not isinstance(table, OutOfCoreTable):
            return super()._text(dataset, name)
        if (dataset, name) not in self._texts:
            self._texts[dataset, name] = codes_of(table, name)
        return self._texts[dataset, name]


def codes_of(table: Any, name: str) -> Text:
    """Return one column of a table on disk as codes of its distinct texts."""
    from pyarrow import parquet

    codes = np.full(len(table), -1, dtype=np.int32)
    known: dict[str, int] = {"": -1}
    place = 0
    for batch in parquet.ParquetFile(table.path).iter_batches(columns=[name]):
        block = batch.column(0).dictionary_encode()
        texts = block.dictionary.to_pylist()
        own = [known.setdefault(text, len(known) - 1) for text in texts]
        codes[place : place + len(block)] = np.array(own, np.int32)[block.indices.to_numpy()]
        place += len(block)
    del known[""]
    return Text(codes, pd.Series(list(known), dtype="str"))

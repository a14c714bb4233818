"""The events as an engine has them: as sent, then typed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd

from analysis.extract.files.out_of_core import OutOfCoreEvents, OutOfCoreTable
from analysis.scale.engines import engine
from analysis.scale.large_columns import LargeColumns
from analysis.scale.staging import ROW, Folder, Staged, stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from analysis.contracts.contract import DataContract
    from analysis.extract.files import FileForm, FilePart
    from analysis.extract.files.out_of_core import Reader
    from analysis.study.scale import Scale

LARGE = ("child_events",)
"""Datasets that another engine than pandas reads; the others have at most a few rows for each
child, school or month."""


def readers(scale: Scale) -> Mapping[str, Reader]:
    """Return how to read the large datasets; none where everything is read into memory."""
    if scale.engine == "pandas":
        return {}
    return dict.fromkeys(LARGE, partial(_read, scale))


def _read(
    scale: Scale, directory: Path, names: Sequence[str], form: FileForm, contract: DataContract
) -> tuple[LargeTable, tuple[FilePart, ...]]:
    folder = Folder(scale.folder)
    with engine(scale, folder.path):  # what would fail later fails before anything is copied
        pass
    staged, parts = stage(directory, names, form, contract, folder.path)
    return LargeTable(staged, contract, scale, folder), parts


class LargeTable(OutOfCoreTable):
    """A dataset as sent, in a Parquet file with the row of each record.

    Parameters
    ----------
    staged
        The file.
    contract
        Its contract.
    scale
        The engine that reads it.
    folder
        Its folder, which exists as long as this object.
    """

    def __init__(
        self, staged: Staged, contract: DataContract, scale: Scale, folder: Folder
    ) -> None:
        self.path, self.contract, self.scale, self.folder = staged.path, contract, scale, folder
        self.columns = pd.Index(staged.header)
        self.content_digest = staged.digest
        self._rows = staged.rows

    def __len__(self) -> int:
        """Return the number of records."""
        return self._rows

    def __reduce__(self) -> NoReturn:
        """Refuse to be stored: the file is temporary, and holds records of children."""
        raise TypeError("a dataset on disk is not stored")

    def reading(
        self, raw: Mapping[str, Any], contracts: Mapping[str, DataContract]
    ) -> LargeColumns:
        """Return the columns that rules may name, of this and the other datasets."""
        return LargeColumns(raw, contracts, self.scale, self.folder.path)

    def events(self) -> LargeEvents:
        """Return the typed events."""
        return LargeEvents(self)

    def sent(self, rows: Sequence[int]) -> pd.DataFrame:
        """Return some rows as sent, indexed by their number in the file."""
        from pyarrow import parquet

        table = parquet.read_table(self.path, filters=[(ROW, "in", list(rows))])
        frame: pd.DataFrame = table.to_pandas()
        return frame.set_index(ROW).reindex(list(rows))


class LargeEvents(OutOfCoreEvents):
    """Typed events, counted by the engine.

    Parameters
    ----------
    table
        The accepted dataset: every value has its type.
    """

    def __init__(self, table: LargeTable) -> None:
        self._table = table

    def __reduce__(self) -> NoReturn:
        """Refuse to be stored, as the table does."""
        raise TypeError("a dataset on disk is not stored")

    def counts(self, event_type: str) -> pd.DataFrame:
        """Return events and distinct children by school and month."""
        return self._run(event_type, lambda events: _by_month(events))

    def records(self, event_type: str) -> pd.DataFrame:
        """Return school, month and child of each event of one type, in the order of its number."""
        key = list(self._table.contract.key)
        columns = ["school_id", "month", "child_id"]
        return self._run(event_type, lambda events: events.order_by(key).select(columns))

    def repeated(self, event_type: str, days: int) -> pd.DataFrame:
        """Return events and children by school and month, of those that follow another."""
        import ibis

        def again(events: Any) -> Any:
            last = ibis.window(group_by="child_id", order_by=["event_date", ROW])
            since = events.event_date.delta(events.event_date.lag().over(last), unit="day")
            return _by_month(events.mutate(since=since).filter(lambda t: t.since <= days))

        return self._run(event_type, again)

    def _run(self, event_type: str, what: Any) -> pd.DataFrame:
        table = self._table
        with engine(table.scale, table.folder.path) as running:
            sent = running.table(table.path)
            day = sent.event_date.cast("date")
            events = sent.mutate(event_date=day, month=day.truncate("M"))
            frame = running.frame(what(events.filter(events.event_type == event_type)))
        frame["month"] = frame["month"].dt.to_period("M")
        return frame


def _by_month(events: Any) -> Any:
    keys = ["school_id", "month"]
    counted = events.group_by(keys).agg(
        events=events.count().cast("int64"), children=events.child_id.nunique().cast("int64")
    )
    return counted.order_by(keys)

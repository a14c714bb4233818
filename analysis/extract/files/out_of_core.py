"""A dataset that is not in memory: what reading, validation and the dataflow need to know of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from analysis.contracts.contract import DataContract
    from analysis.extract.files import FilePart
    from analysis.extract.files.form import FileForm


class OutOfCoreTable(ABC):
    """A dataset as sent that an engine reads from disk, row by row.

    Attributes
    ----------
    columns
        Its header.
    content_digest
        SHA-256 that the table would have as written by the generator of the stand-in.
    """

    columns: pd.Index
    content_digest: str

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of records."""

    @abstractmethod
    def reading(self, raw: Mapping[str, Any], contracts: Mapping[str, DataContract]) -> Any:
        """Return the columns that rules may name, of this and the other datasets."""

    @abstractmethod
    def events(self) -> OutOfCoreEvents:
        """Return the typed events, once the dataset has been accepted."""

    @abstractmethod
    def sent(self, rows: Sequence[int]) -> pd.DataFrame:
        """Return some rows as sent, by their number in the file (the header is row 1)."""


class OutOfCoreEvents(ABC):
    """Typed events that an engine counts where they are."""

    @abstractmethod
    def counts(self, event_type: str) -> pd.DataFrame:
        """Return `events` and distinct `children` by `school_id` and `month`."""

    @abstractmethod
    def records(self, event_type: str) -> pd.DataFrame:
        """Return `school_id`, `month` and `child_id` of each event of one type."""

    @abstractmethod
    def repeated(self, event_type: str, days: int) -> pd.DataFrame:
        """Return what `counts` does, of events at most `days` after the child's last."""


class Reader(Protocol):
    """Reads the files of one dataset."""

    def __call__(
        self, directory: Path, names: Sequence[str], form: FileForm, contract: DataContract, /
    ) -> tuple[OutOfCoreTable, tuple[FilePart, ...]]:
        """Return the dataset and its files."""

"""The result of a build, for comparison: its ledger, and the data behind its exhibits."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from audit.ledger.reading import LEDGER, NoLedger, files_of_pdf, parse_ledger
from audit.limits import read_file
from audit.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record

DATA = "exhibits"
"""Folder next to a ledger with one CSV per exhibit."""


@dataclass(frozen=True)
class Bundle:
    """The ledger and released data of one build.

    Attributes
    ----------
    name
        Name shown to the reader: a file, a folder, a commit.
    ledger
        As read from its JSON.
    data
        The released data behind each figure and table, as CSV, by name.
    """

    name: str
    ledger: Ledger
    data: Mapping[str, str]

    @property
    def commit(self) -> str:
        """The commit it was built from; empty if it was not under version control."""
        return str(self.ledger.commit.id or "")

    @property
    def records(self) -> Mapping[str, Record]:
        """Its records by name."""
        return self.ledger.by_id


def read_bundle(path: Path, source: bytes | None = None) -> Bundle:
    """Return the build in a PDF, in a folder of a book or ledger, or next to a ledger file.

    Parameters
    ----------
    source
        The bytes of a PDF that have already been read, since the file may have changed.

    Raises
    ------
    ConfigurationError
        If there is no build, or it cannot be read.
    """
    if source is not None:
        return _of_pdf(source, path.name)
    if path.is_dir():
        for folder in (path, path / "audit"):
            if (folder / LEDGER).is_file() and (folder / DATA).is_dir():
                return read_folder(folder, path.name)
        pdfs = sorted(path.glob("*.pdf"))
        if not pdfs:
            raise ConfigurationError(
                "this folder contains no build: it has neither a ledger nor a PDF",
                place=str(path),
                remedy="name a PDF, the folder of a book, or a commit",
            )
        path = pdfs[0]
    if path.suffix == ".json":
        return _read_with_data(path)
    return _read_pdf(path)


def read_folder(folder: Path, name: str) -> Bundle:
    """Return the build whose ledger and data are in a folder."""
    data = {
        file.stem: read_file(file).decode("utf-8", "replace")
        for file in sorted((folder / DATA).glob("*.csv"))
        # A symbolic link could lead to any file on this machine.
        if file.is_file() and file.resolve() == folder.resolve() / DATA / file.name
    }
    ledger = read_file(folder / LEDGER)
    place = str(folder / LEDGER)
    return Bundle(name, parse_ledger(ledger, place), _checked(data, place))


def _checked(data: Mapping[str, str], place: str) -> Mapping[str, str]:
    """Return released data if each file is a table with a distinct heading for every column."""
    for name, source in data.items():
        try:
            rows = list(csv.reader(io.StringIO(source), strict=True))
        except csv.Error:
            rows = [[], [""]]
        head = rows[0] if rows else []
        if any(len(row) != len(head) for row in rows) or len(set(head)) < len(head):
            raise NoLedger(
                f"the data behind {printable(name[:80])} are not as a build writes them",
                place=place,
                remedy="they were edited or truncated: use the original, or build again",
            )
    return data


def _read_with_data(ledger: Path) -> Bundle:
    whole = ledger.is_file() and (ledger.parent / DATA).is_dir()
    if ledger.name != LEDGER or not whole:
        raise ConfigurationError(
            f"this is not a {LEDGER} with the folder {DATA} next to it",
            place=str(ledger),
            remedy="name a PDF, the folder of a book, or a ledger where the build wrote it",
        )
    return read_folder(ledger.parent, ledger.name)


def _read_pdf(path: Path) -> Bundle:
    try:
        source = read_file(path)
    except OSError as error:
        raise ConfigurationError(
            f"cannot be read: {error.strerror}",
            place=path.name,
            remedy="name a PDF of the report, the folder of a book, or a commit",
        ) from None
    return _of_pdf(source, path.name)


def _of_pdf(source: bytes, name: str) -> Bundle:
    inside = files_of_pdf(source, name)
    data = {
        each.removesuffix(".csv"): file.data.decode("utf-8", "replace")
        for each, file in inside.items()
        if each.endswith(".csv")
    }
    ledger = parse_ledger(inside[LEDGER].data, name)
    return Bundle(name, ledger, _checked(data, name))

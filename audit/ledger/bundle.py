"""What a build leaves behind for comparison: its ledger, and the data behind its exhibits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from audit.pdf.attachments import attached

if TYPE_CHECKING:
    from collections.abc import Mapping

LEDGER = "ledger.json"
NEEDED = ("records", "commit", "environment", "files")
DATA = "exhibits"
"""Folder beside a ledger with one CSV an exhibit."""


@dataclass(frozen=True)
class Bundle:
    """One build.

    Attributes
    ----------
    name
        How a reader calls it: a file, a folder, a commit.
    ledger
        As read from its JSON.
    data
        The released data behind each figure and table, as CSV, by name.
    """

    name: str
    ledger: Mapping[str, Any]
    data: Mapping[str, str]

    @property
    def commit(self) -> str:
        """The commit it was built from; empty if it was under no version control."""
        return str(self.ledger["commit"]["id"] or "")

    @property
    def records(self) -> dict[str, Mapping[str, Any]]:
        """Its records by name."""
        return {record["id"]: record for record in self.ledger["records"]}


def read_bundle(path: Path) -> Bundle:
    """Return the build in a PDF, or in the folder of a book or of a ledger, or beside a ledger.

    Raises
    ------
    ConfigurationError
        If there is none, or it cannot be read.
    """
    if path.is_dir():
        for folder in (path, path / "audit"):
            if (folder / LEDGER).is_file() and (folder / DATA).is_dir():
                return read_folder(folder, path.name)
        pdfs = sorted(path.glob("*.pdf"))
        if not pdfs:
            raise ConfigurationError(
                "this folder holds no build: no ledger and no PDF",
                place=str(path),
                remedy="name a PDF, the folder of a book, or a commit",
            )
        path = pdfs[0]
    if path.suffix == ".json":
        return _read_beside(path)
    return _read_pdf(path)


def read_folder(folder: Path, name: str) -> Bundle:
    """Return the build whose ledger and data lie in a folder."""
    data = {
        file.stem: file.read_text(encoding="utf-8", errors="replace")
        for file in sorted((folder / DATA).glob("*.csv"))
    }
    ledger = (folder / LEDGER).read_bytes()
    return Bundle(name, _ledger(ledger, str(folder / LEDGER)), data)


def _read_beside(ledger: Path) -> Bundle:
    whole = ledger.is_file() and (ledger.parent / DATA).is_dir()
    if ledger.name != LEDGER or not whole:
        raise ConfigurationError(
            f"this is no {LEDGER} with the folder {DATA} beside it",
            place=str(ledger),
            remedy="name a PDF, the folder of a book, or a ledger where the build laid it",
        )
    return read_folder(ledger.parent, ledger.name)


def _read_pdf(path: Path) -> Bundle:
    import pikepdf

    try:
        with pikepdf.open(path) as pdf:
            inside = attached(pdf)
    except (OSError, pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise ConfigurationError(
            f"this is no PDF that opens: {str(error).splitlines()[0]}",
            place=path.name,
            remedy="name a PDF of the report, the folder of a book, or a commit",
        ) from None
    if LEDGER not in inside:
        raise ConfigurationError(
            "this PDF carries no ledger", place=path.name, remedy="name a PDF that was built here"
        )
    data = {
        name.removesuffix(".csv"): file.data.decode("utf-8", "replace")
        for name, file in inside.items()
        if name.endswith(".csv")
    }
    return Bundle(path.name, _ledger(inside[LEDGER].data, path.name), data)


def _ledger(source: bytes, place: str) -> dict[str, Any]:
    try:
        ledger = dict(json.loads(source))
    except (ValueError, TypeError):
        ledger = {}
    missing = [key for key in NEEDED if key not in ledger]
    if missing:
        raise ConfigurationError(
            f"its ledger cannot be read: it has no {', '.join(missing)}",
            place=place,
            remedy="it was edited or cut short: take the original, or build anew",
        )
    return ledger

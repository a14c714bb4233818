"""The ledger: one record for every exhibit the book shows.

What is written here travels with the report, so it holds released values as printed and
nothing that disclosure control took out.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from analysis.exhibits.clearance import printed_precision
from analysis.exhibits.exhibit import Claim, Figure, Number, Provenance, Table, markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from analysis.exhibits.exhibit import Exhibit
    from audit.lineage import Lineage
    from audit.repository import Commit

FORMAT = 1
"""Version of the ledger's form; a reader refuses one it does not know."""


@dataclass(frozen=True)
class Place:
    """Where a chapter shows an exhibit: file from the project's root, and line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class InputFile:
    """One data file: its name, SHA-256 in hexadecimal and number of rows."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class Record:
    """Where one exhibit comes from.

    Attributes
    ----------
    id
        The exhibit's name, the same in code, chapter and HTML.
    reference
        The short form printed under it, such as `F3`.
    kind
        figure, table, number or claim.
    printed
        A number or sentence as printed; for figures and tables the title of its columns.
    digest
        SHA-256 over what is displayed and the data behind it.
    function
        Module and name of the function that makes it, a key of the ledger's `code`.
    upstream
        Functions of the dataflow that it rests on, its own included.
    closure
        All definitions that those functions reach.
    files
        Data files it rests on.
    settings
        Parts of `study.toml` it rests on.
    shown
        Where chapters show it.
    cells
        Of a table, its headings and cells as printed, row by row.
    note
        Of a table, what is printed below it.
    holds
        Of a claim, whether its rule is satisfied.
    """

    id: str
    reference: str
    kind: str
    printed: str
    digest: str
    unit: str
    n: int | None
    interval: tuple[float, float] | None
    disclosure: str
    function: str
    upstream: tuple[str, ...]
    closure: tuple[str, ...]
    files: tuple[str, ...]
    settings: tuple[str, ...]
    shown: tuple[str, ...]
    cells: tuple[str, ...] = ()
    note: str = ""
    holds: bool | None = None


def record(
    name: str,
    exhibit: Exhibit,
    provenance: Provenance,
    lineage: Lineage,
    places: Iterable[Place],
) -> Record:
    """Return the ledger's record of one exhibit."""
    number = exhibit if isinstance(exhibit, Number) else None
    return Record(
        id=name,
        reference=provenance.reference,
        kind=exhibit.kind,
        printed=printed(exhibit),
        digest=exhibit_digest(exhibit),
        unit=number.unit if number else "",
        n=number.n if number else None,
        interval=_released_interval(number),
        disclosure=exhibit.status.outcome,
        function=lineage.function,
        upstream=lineage.upstream,
        closure=lineage.closure,
        files=lineage.files,
        settings=lineage.settings,
        shown=tuple(str(place) for place in places),
        cells=_cells(exhibit),
        note=exhibit.note if isinstance(exhibit, Table) and not exhibit.status.held else "",
        holds=exhibit.holds if isinstance(exhibit, Claim) else None,
    )


def _released_interval(number: Number | None) -> tuple[float, float] | None:
    """Return the ends of an interval as precisely as they are printed anywhere."""
    if number is None or number.interval is None:
        return None
    low, high = number.interval
    return printed_precision(low), printed_precision(high)


def _cells(exhibit: Exhibit) -> tuple[str, ...]:
    if not isinstance(exhibit, Table) or exhibit.status.held:
        return ()
    return (*exhibit.header, *(cell for row in exhibit.rows for cell in row))


def printed(exhibit: Exhibit) -> str:
    """Return what a reader sees of an exhibit, in one line."""
    match exhibit:
        case Number():
            return exhibit.text
        case Claim(holds=False):
            return f"{exhibit.sentence} [No longer holds: {exhibit.seen}]"
        case Claim():
            return exhibit.sentence
        case Table():
            return " | ".join(exhibit.header)
        case Figure():
            return exhibit.alt


def exhibit_digest(exhibit: Exhibit) -> str:
    """Return the SHA-256 over what is displayed and the released data behind it."""
    digest = hashlib.sha256(markdown(exhibit, Provenance("")).encode())
    if isinstance(exhibit, Figure | Table) and not exhibit.status.held:
        digest.update(exhibit.data.to_csv(index=False, lineterminator="\n").encode())
    if isinstance(exhibit, Figure) and not exhibit.status.held:
        digest.update(exhibit.svg.encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Ledger:
    """All records of one build and what they share.

    Attributes
    ----------
    title
        Of the report.
    commit
        The code it was built from.
    label
        The label of the data, empty for a supplied extract.
    files
        Every data file read.
    contracts
        For each dataset the number of rules by outcome.
    code
        File, lines and digest of every definition named in a record.
    records
        Sorted by id.
    """

    title: str
    commit: Commit
    label: str
    files: tuple[InputFile, ...]
    contracts: Mapping[str, Mapping[str, int]]
    code: Mapping[str, Mapping[str, Any]]
    records: tuple[Record, ...]

    def to_json(self) -> str:
        """Return the ledger as JSON in a stable order."""
        whole = {
            "format": FORMAT,
            "title": self.title,
            "label": self.label,
            "commit": asdict(self.commit),
            "environment": environment(),
            "files": [asdict(file) for file in self.files],
            "contracts": self.contracts,
            "code": self.code,
            "records": [asdict(record) for record in sorted(self.records, key=lambda r: r.id)],
        }
        return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    def write(self, path: Path) -> None:
        """Write the ledger as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.to_json(), encoding="utf-8", newline="\n")


LIBRARIES = ("apache-hamilton", "great-expectations", "matplotlib", "numpy", "pandas",
             "pypandoc-binary", "scipy", "seaborn", "statsmodels", "typst")  # fmt: skip


def environment() -> dict[str, str]:
    """Return the versions a result can depend on."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **versions}

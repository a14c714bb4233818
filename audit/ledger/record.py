"""One record of the ledger: all that is known of one exhibit the book shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.disclosure import safe_csv
from analysis.exhibits.parts.clearance import printed_precision
from analysis.exhibits.parts.exhibit import Claim, Figure, Number, Provenance, Table, markdown
from audit.coverage.literals import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.exhibits.parts.exhibit import Exhibit
    from audit.trace.lineage import Lineage


LIMITS = 2
"""Ends of an interval."""


@dataclass(frozen=True)
class Place:
    """Where a chapter shows an exhibit: file from the project's root, and line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Internal:
    """What stays with the data: a value and its 95% limits at full precision, what a claim saw."""

    value: float | int | str | None = None
    interval: tuple[float, float] | None = None
    seen: str = ""


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
        A number or sentence as printed; of a figure its alternative text; of a table the
        title of its columns.
    value
        Of a number, what is printed, as a number; None where it prints words.
    digest
        SHA-256 over what is displayed and the data behind it.
    unit, n, interval
        Of a number: what is counted, the units it rests on, its 95% limits as printed.
    period
        Of a figure or table, the months it covers, in words.
    disclosure, reason
        What disclosure control made of it, and why.
    function
        Module and name of the function that makes it, a key of the ledger's `code`.
    nodes
        The nodes of the ledger's `graph` that it rests on, its own included.
    upstream
        The functions of those nodes; what these use in turn stands in `code`.
    files
        Data files it rests on.
    columns
        For each file of the extract, the columns read.
    settings
        Parts of `study.toml` it rests on.
    seed
        The seed of its random draws; None where nothing is drawn.
    shown
        Where chapters show it.
    cells
        Of a table, its headings and cells as printed, row by row.
    row_headings
        Of a table, how many columns from the left head its rows.
    note
        Of a table, what is printed below it.
    described
        Of a figure or table, meaning and unit of each column of its released data.
    data
        Of a figure or table, SHA-256 of the file with its released data; empty where it is held.
    rule, evidence, seen, holds
        Of a claim: the rule in words, the exhibits that carry it, what the results show where
        that is printed, which is where the rule is broken, and whether it is satisfied.
    labels, anchors, pages
        Once the book is typeset: its label as printed, its places in the HTML, its pages in
        the PDF counted from 1.
    internal
        Only in the ledger that stays with the data.
    """

    id: str
    reference: str
    kind: str
    printed: str
    value: float | None
    digest: str
    unit: str
    n: int | None
    interval: tuple[float, float] | None
    period: str
    disclosure: str
    reason: str
    function: str
    nodes: tuple[str, ...]
    upstream: tuple[str, ...]
    files: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    settings: tuple[str, ...]
    seed: int | None
    shown: tuple[str, ...]
    cells: tuple[str, ...] = ()
    row_headings: int = 0
    note: str = ""
    described: Mapping[str, str] = field(default_factory=dict)
    data: str = ""
    rule: str = ""
    evidence: tuple[str, ...] = ()
    seen: str = ""
    holds: bool | None = None
    labels: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    internal: Internal | None = None


def record(
    name: str,
    exhibit: Exhibit,
    provenance: Provenance,
    lineage: Lineage,
    places: Iterable[Place],
    seed: int | None = None,
) -> Record:
    """Return the ledger's record of one exhibit.

    Parameters
    ----------
    seed
        The study's; kept where the exhibit rests on it.
    """
    number = exhibit if isinstance(exhibit, Number) else None
    claim = exhibit if isinstance(exhibit, Claim) else None
    shape = exhibit if isinstance(exhibit, Figure | Table) else None
    open_ = not exhibit.status.held
    return Record(
        id=name,
        reference=provenance.reference,
        kind=exhibit.kind,
        printed=printed(exhibit) if open_ or shape is None else "",
        value=printed_value(number) if number and open_ else None,
        digest=exhibit_digest(exhibit),
        unit=number.unit if number else "",
        n=number.n if number and open_ else None,
        interval=_released_interval(number) if open_ else None,
        period=shape.period if shape else "",
        disclosure=exhibit.status.outcome,
        reason=exhibit.status.reason,
        function=lineage.function,
        nodes=lineage.nodes,
        upstream=lineage.upstream,
        files=lineage.files,
        columns=lineage.columns,
        settings=lineage.settings,
        seed=seed if "seed" in lineage.settings else None,
        shown=tuple(str(place) for place in places),
        cells=_cells(exhibit),
        row_headings=exhibit.row_headings if isinstance(exhibit, Table) and open_ else 0,
        note=exhibit.note if isinstance(exhibit, Table) and open_ else "",
        described=dict(shape.columns) if shape and open_ else {},
        data=hashlib.sha256(safe_csv(shape.data).encode()).hexdigest() if shape and open_ else "",
        rule=claim.rule if claim else "",
        evidence=claim.evidence if claim else (),
        seen=claim.seen if claim and not claim.holds else "",
        holds=claim.holds if claim and open_ else None,
        internal=_internal(exhibit),
    )


def _internal(exhibit: Exhibit) -> Internal | None:
    match exhibit:
        case Number():
            return Internal(exhibit.value, exhibit.interval)
        case Claim():
            return Internal(seen=exhibit.seen)
        case _:
            return None


def printed_value(number: Number) -> float | None:
    """Return a number as precisely as it is printed; None where it prints words.

    Examples
    --------
    >>> printed_value(Number(0.98765, "99%", "per cent")), printed_value(Number(-0.3, "−0.3", ""))
    (99.0, -0.3)
    >>> printed_value(Number("Lambeth", "Lambeth", "pilot"))
    """
    if number.value is None or isinstance(number.value, str):
        return None
    found = _numerals(number.text)
    return found[0] if found else None


def _numerals(text: str) -> list[float]:
    """Return the numbers in a text; what is none, such as a reference, is passed over."""
    found = []
    for each in numbers(text):
        plain = each.text.replace(",", "").replace("−", "-").replace("–", "-")
        try:
            found.append(float(plain))
        except ValueError:
            continue
    return found


def _released_interval(number: Number | None) -> tuple[float, float] | None:
    """Return the ends of an interval as printed, or as precisely as they are printed anywhere."""
    if number is None or number.interval is None:
        return None
    low, high = number.interval
    beside = _numerals(number.text)[1:3]
    if len(beside) == LIMITS and beside[0] <= beside[1]:
        return beside[0], beside[1]
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
        digest.update(exhibit.narrow.encode())
    return digest.hexdigest()

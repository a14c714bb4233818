"""The index of all exhibits: a complete table that a script makes searchable and sortable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.pages.trail import KINDS, Page, outcomes
from audit.trace.text import by_reference

if TYPE_CHECKING:
    from audit.ledger.provenance import Definition
    from audit.ledger.record import Record
    from audit.pages.trail import Trail

COLUMNS = ("Ref.", "Exhibit", "Shown as", "Chapter", "Page", "Data files", "Made by")


def index_page(trail: Trail) -> Page:
    """Return the page that lists every exhibit and data file, and what they depend on."""
    records = trail.records.values()
    files = sorted({name for record in records for name in record.files})
    shown = {file for record in records for file in _chapters(record)}
    return Page(
        "index.html",
        "All exhibits",
        "index.html",
        {
            "trail": trail,
            "outcomes": outcomes,
            "columns": COLUMNS,
            "kinds": [
                (kind, KINDS[kind]) for kind in KINDS if any(r.kind == kind for r in records)
            ],
            "chapters": [(file, title) for file, title in trail.chapters.items() if file in shown],
            "files": [(name, name) for name in files],
            "functions": _functions(trail),
            "resting": {name: sum(name in r.files for r in records) for name in trail.files},
            "rows": [_row(record, trail) for record in records],
        },
    )


def _functions(trail: Trail) -> list[tuple[str, list[str]]]:
    """Return the functions to choose from, by module: those of the dataflow and the exhibits."""
    by_file: dict[str, list[str]] = {}
    for key in sorted({key for each in trail.records.values() for key in each.upstream}):
        by_file.setdefault(trail.ledger.code[key].file, []).append(key)
    return sorted(by_file.items())


def _chapters(record: Record) -> list[str]:
    return list(dict.fromkeys(place.rpartition(":")[0] for place in record.shown))


@dataclass(frozen=True)
class Row:
    """One exhibit in the index, with its sort keys.

    Attributes
    ----------
    pages
        Its pages as printed: the first page after the cover is numbered 1.
    """

    record: Record
    order: int
    pages: list[int]
    chapters: list[str]
    titles: list[str]
    chapter_order: int
    made_by: Definition


def _row(record: Record, trail: Trail) -> Row:
    chapters, known = _chapters(record), list(trail.chapters)
    kind, number = by_reference(record)
    return Row(
        record,
        kind * 10000 + number,
        [page - 1 for page in record.pages],
        chapters,
        [trail.chapters.get(each) or each for each in chapters],
        known.index(chapters[0]) if chapters[0] in known else 0,
        trail.ledger.code[record.function],
    )

"""Write the pages of an audit trail next to its ledger, with the index of all exhibits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import resources
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from analysis.cache import digest_of
from analysis.importing import code_file
from analysis.parallel.workers import aside
from audit.ledger.structure import Structure
from audit.pages.exhibit import exhibit_page
from audit.pages.source_code import STUDY, code_page_body, settings_body
from audit.pages.trail import KINDS, Page, Trail, outcomes
from audit.templates import printed_text, render
from audit.trace.text import by_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from audit.ledger.provenance import Definition
    from audit.ledger.record import Record

Item = TypeVar("Item")
Done = TypeVar("Done")

OWN_FILES = ("audit.css", "index.js", "view.css", "view.js")
INDEX_COLUMNS = ("Ref.", "Exhibit", "Shown as", "Chapter", "Page", "Data files", "Made by")

Recall = Callable[[str, Callable[[], str]], str]
"""Takes a key and a function; returns the cached text for the key, or makes it now."""
FEWEST = 40
"""Number of pages from which two processes make them."""


class _NotCached(Exception):
    """A page has to be made."""


def write_trail(
    trail: Trail, folder: Path, recall: Recall = lambda _, make: make()
) -> tuple[int, int]:
    """Write every page of an audit trail; return how many were made, and how many recalled.

    Parameters
    ----------
    folder
        The audit folder of a book, which contains the ledger and the released data.
    recall
        Returns cached pages made from identical input; it must itself check code and libraries.
    """
    slim = without_positions(trail)
    new: list[Planned] = []
    recalled = 0
    for planned in chain(_pages(trail, slim), _code_pages(slim)):
        try:
            _write(folder / planned[0], recall(_key(planned), _not_cached))
            recalled += 1
        except _NotCached:
            new.append(planned)
    if len(new) < FEWEST:
        _make(folder, recall, new)
    else:
        colours = trail.code.colours
        for coloured in _in_two(colours.entries, slim.code.files):
            colours.take(coloured)
        _in_two(partial(_make, folder, recall), new)
    _write(folder / "index.html", _rendered(index_page(trail), trail))
    for name in OWN_FILES:
        _write(folder / name, resources.files(__package__).joinpath(name).read_text("utf-8"))
    return len(new), recalled


def _not_cached() -> str:
    raise _NotCached


def _in_two(work: Callable[[Sequence[Item]], Done], items: Sequence[Item]) -> list[Done]:
    """Return what a function returns for each half of some items, the second half made aside."""
    with aside(partial(work, items[1::2])) as other:
        return [work(items[::2]), other()]


def _make(folder: Path, recall: Recall, pages: Iterable[Planned]) -> None:
    """Make pages, and write them to the folder and to the cache."""
    for planned in pages:
        name, _, make, made_from = planned
        text = _rendered(make(), made_from)
        _write(folder / name, recall(_key(planned), partial(str, text)))


def _key(planned: Planned) -> str:
    name, given, _, _ = planned
    return digest_of(name, given)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _rendered(page: Page, trail: Trail) -> str:
    return render(page.template, page=page, ledger=trail.ledger, home=trail.home, **page.values)


def without_positions(trail: Trail) -> Trail:
    """Return a trail without positions that shift with every edit above: pages, chapter lines.

    Only the page of an exhibit itself shows its positions; all others are made without them, and
    without the headings of chapters, which no page shows.
    """
    records = tuple(replace(each, pages=(), shown=()) for each in trail.ledger.records)
    ledger = replace(trail.ledger, records=records, sources={}, structure=Structure())
    return replace(trail, ledger=ledger, code=replace(trail.code, ledger=ledger))


def of_module(trail: Trail, code: Mapping[str, Definition]) -> Trail:
    """Return a trail that holds nothing but one module, so that its page can rest on nothing else.

    Parameters
    ----------
    code
        The definitions of the module.
    """
    ledger = replace(
        trail.ledger, code=code, records=(), files=(), contracts={}, rules=(), settings={},
        columns={}, graph={}, environment={}, conditions={}, chapters=(),
    )  # fmt: skip
    alone = replace(trail.code, ledger=ledger)
    return Trail(ledger, alone, {}, {}, frozenset(), {}, home=trail.home)


def _stated(trail: Trail, files: Iterable[str]) -> Iterator[str]:
    """Yield everything from which pages are made of a trail, and of files of the project."""
    # Indentation, which would take most of the time, says nothing.
    yield json.dumps(trail.ledger.as_dict(), sort_keys=True)
    for file in files:
        yield code_file(trail.code.root, file).read_text(encoding="utf-8")
    parts = (trail.captions, trail.data, trail.chapters, trail.sources, trail.formulas)
    for part in parts:
        yield repr(list(part.items()))
    yield repr([sorted(trail.drawings), trail.home, trail.pdf])


Planned = tuple[str, str, Callable[[], Page], Trail]
"""A page's path, a digest of all that it is made from, its maker, and the trail that it shows."""


def _pages(trail: Trail, slim: Trail) -> Iterator[Planned]:
    """Yield each page except those of code, which are made from less.

    The index is not among them because it shows all positions.
    """
    shared = digest_of(*_stated(slim, (*slim.code.files, STUDY)))
    for record in trail.records.values():
        given = digest_of(shared, repr(record))
        yield f"{record.id}.html", given, partial(exhibit_page, record, slim), slim
    for name in slim.files:
        yield slim.file_page(name), shared, partial(file_page, name, slim), slim
    yield slim.code.page(STUDY), shared, partial(_settings_page, slim), slim


def _code_pages(slim: Trail) -> Iterator[Planned]:
    """Yield the page of each module."""
    within: dict[str, dict[str, Definition]] = {}
    for key, at in slim.ledger.code.items():
        within.setdefault(at.file, {})[key] = at
    for file in slim.code.files:
        alone = of_module(slim, within[file])
        given = digest_of(*_stated(alone, [file]))
        yield slim.code.page(file), given, partial(_code_page, file, alone), alone


def _code_page(file: str, trail: Trail) -> Page:
    values = {"kicker": "Code", "body": code_page_body(trail.code, file)}
    return Page(trail.code.page(file), file, "code.html", values)


def _settings_page(trail: Trail) -> Page:
    values = {"kicker": "Settings", "body": settings_body(trail.code)}
    return Page(trail.code.page(STUDY), STUDY, "code.html", values)


def file_page(name: str, trail: Trail) -> Page:
    """Return the page of a data file."""
    file, records = trail.files[name], trail.records.values()
    meanings = trail.ledger.columns.get(name, {})
    values = {
        "trail": trail,
        "outcomes": outcomes,
        "file": file,
        "rules": trail.rules(name) if file.part == "extract" else [],
        "columns": [
            (
                printed_text(f"`{column}`"),
                meaning,
                sum(column in each.columns.get(name, ()) for each in records),
            )
            for column, meaning in sorted(meanings.items())
        ],
        "resting": [each for each in records if name in each.files],
    }
    return Page(trail.file_page(name), name, "file.html", values)


def index_page(trail: Trail) -> Page:
    """Return the page that lists every exhibit and data file, which a script makes searchable."""
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
            "columns": INDEX_COLUMNS,
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

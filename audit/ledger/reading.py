"""Read ledgers, checking that each matches the schema and that its references resolve."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError
from audit.ledger.ledger import FORMAT, Ledger, schema
from audit.ledger.schema import constructor_of, first_violation
from audit.limits import MALFORMED, allowance, error_text, open_pdf, read_file, read_json
from audit.pdf.attachments import attached
from audit.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from audit.ledger.provenance import Step
    from audit.pdf.attachments import Attachment

LEDGER = "ledger.json"
"""Name of the ledger's file, with a book and inside a PDF."""
FLAT, BY_STEM = 2, 3
"""Earlier formats: every record had the fields of all kinds, or no file said what it holds."""
OTHER_KINDS = ("value", "unit", "n", "interval", "period", "cells", "row_headings", "note",
               "described", "data", "rule", "evidence", "seen", "holds")  # fmt: skip
DEPTH = 100
"""Most steps from an exhibit to its files; the report's longest path has 13."""


class NoLedger(ConfigurationError):
    """The file given as a ledger is not one, or not as a build writes it (auditor)."""


class OtherFormat(NoLedger):
    """The ledger has another version of the format (auditor)."""


def parse_ledger(data: bytes, place: str) -> Ledger:
    """Return a ledger from its JSON.

    Raises
    ------
    NoLedger
        If it is not a ledger, was edited, or refers to something it does not contain.
    OtherFormat
        If it has another version of the format.
    BeyondLimits
        If it is larger or more deeply nested than any ledger.
    """
    digest = hashlib.sha256(data).digest()
    if digest not in _READ:
        made = _parsed(data, place)
        _READ.update({digest: made})
        if len(_READ) > _READ_AT_MOST:
            del _READ[next(iter(_READ))]
        return made
    return _READ[digest]


_READ: dict[bytes, Ledger] = {}
"""The ledgers read last, by SHA-256: a build reads the same one several times."""
_READ_AT_MOST = 3


def _parsed(data: bytes, place: str) -> Ledger:
    try:
        with allowance(place):
            whole = read_json(data)
        version = whole["format"]
        if type(version) is not int:  # Any text would be quoted in the message.
            raise TypeError
    except (ValueError, TypeError, KeyError):
        raise NoLedger(
            "this is not a ledger that can be read",
            place=place,
            remedy="give a ledger.json or a PDF of the report",
        ) from None
    if version in (FLAT, BY_STEM):
        _converted(whole)
    elif version != FORMAT:
        raise OtherFormat(
            f"the ledger has format {str(version)[:20]}, and this version reads format {FORMAT}",
            place=place,
            remedy="read it with the version of the project that it names as its commit",
        )
    try:
        return ledger_of(whole)
    except Gap as gap:
        raise NoLedger(
            f"the ledger is not as a build writes it: see {printable(str(gap)[:80])}",
            place=place,
            remedy="it was edited or truncated: use the original, or build again",
        ) from None


def _converted(whole: Any) -> None:
    """Convert formats 2 and 3 in place.

    Empty fields that belong to another kind of record are removed, and each file gets the dataset
    of its name, as no other file could be traced. Reports already delivered contain such ledgers,
    and older commits still write them. Other faults are found by later checks.
    """
    whole["format"] = FORMAT
    files = whole.get("files")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, dict) and isinstance(file.get("name"), str):
            given = file.get("part") == "extract"
            file["datasets"] = [file["name"].rpartition(".")[0]] if given else []
    fields = {each["properties"]["kind"]["const"]: each["properties"].keys() for each in
              _schema()["properties"]["records"]["items"]["oneOf"]}  # fmt: skip
    records = whole.get("records")
    for record in records if isinstance(records, list) else ():
        kind = record.get("kind") if isinstance(record, dict) else None
        for key in set(record) - set(fields[kind]) if kind in fields else ():
            if key in OTHER_KINDS and not record[key]:
                del record[key]


class Gap(ValueError):
    """The first path at which data is not a ledger, such as `records[3].reference`."""


def ledger_of(whole: Any) -> Ledger:
    """Return a ledger from plain data.

    Raises
    ------
    Gap
        If it does not match the schema, or refers to something it does not contain.
    """
    gap = first_violation(whole, _schema())
    if gap:
        raise Gap(gap)
    ledger: Ledger = constructor_of(Ledger)(whole)
    if dangling := _dangling(ledger):
        raise Gap(dangling)
    return ledger


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    return schema()


def _dangling(ledger: Ledger) -> str:
    """Return the first path that refers to something missing; empty if there is none.

    A schema cannot express this, and a trace would stop halfway.
    """
    code, settings, files = ledger.code, ledger.settings, ledger.inputs
    for key, at in code.items():
        if at.last < at.first or not code.keys() >= set(at.uses):
            return f"code.{key}"
    for key, step in ledger.graph.items():
        known = settings.keys() >= set(step.settings) and files.keys() >= set(step.files)
        if not known or (step.function not in code and not step.settings):
            return f"graph.{key}"
    if _too_deep(ledger.graph):
        return "graph"
    return _repeated(ledger) or _without(ledger)


def _repeated(ledger: Ledger) -> str:
    """Return the first name that is used twice, because readers would differ on which to take."""
    named = (
        ("files", "name", [file.name for file in ledger.files]),
        ("records", "id", [record.id for record in ledger.records]),
        ("records", "reference", [record.reference for record in ledger.records]),
    )
    for part, key, names in named:
        first: dict[str, int] = {}
        for place, name in enumerate(names):
            if first.setdefault(name, place) != place:
                return f"{part}[{place}].{key}"
    return ""


def _without(ledger: Ledger) -> str:
    """Return the first record that is shown nowhere or refers to something missing."""
    for number, record in enumerate(ledger.records):
        needed = (
            (ledger.code, [record.function, *record.upstream]),
            (ledger.graph, [record.id, *record.nodes]),
            (ledger.inputs, [*record.files, *record.columns, *record.deciding]),
            (ledger.settings, record.settings),
        )
        if not record.shown or any(set(names) - set(known) for known, names in needed):
            return f"records[{number}]"
    return ""


def _too_deep(graph: Mapping[str, Step]) -> bool:
    """Return whether the graph has a cycle, or a path too long to follow."""
    known = {key: [need for need in step.needs if need in graph] for key, step in graph.items()}
    order = TopologicalSorter(known)
    try:
        order.prepare()
    except CycleError:
        return True
    depth = 0
    while order.is_active() and depth <= DEPTH:
        order.done(*order.get_ready())
        depth += 1
    return depth > DEPTH


def read_ledger(path: Path) -> Ledger:
    """Return the ledger in a file or attached to a PDF; raises the errors of `parse_ledger`."""
    try:
        data = read_file(path)
    except OSError as error:
        raise NoLedger(
            f"cannot be read: {error.strerror}",
            place=str(path),
            remedy="give a ledger.json or a PDF of the report",
        ) from None
    if data.startswith(b"%PDF-"):
        data = files_of_pdf(data, path.name)[LEDGER].data
    return parse_ledger(data, path.name)


def files_of_pdf(data: bytes, place: str) -> dict[str, Attachment]:
    """Return the files inside a PDF of the report, the ledger among them.

    Raises
    ------
    NoLedger
        If it is not a PDF that opens, or contains no ledger.
    """
    import pikepdf

    try:
        with open_pdf(data, place) as pdf:
            inside = attached(pdf)
    except (pikepdf.PdfError, pikepdf.PasswordError, *MALFORMED) as e:
        raise NoLedger(
            f"this PDF cannot be opened: {error_text(e)}",
            place=place,
            remedy="name a PDF of the report, the folder of a book, or a commit",
        ) from None
    if LEDGER not in inside:
        raise NoLedger(
            "this PDF carries no ledger", place=place, remedy="name a PDF that was built here"
        )
    return inside

"""Ledgers of tests: records of each kind, and what they name, as in a ledger that a build wrote."""

import json

from audit.ledger.ledger import Ledger
from audit.ledger.provenance import Commit
from audit.ledger.reading import ledger_of
from audit.ledger.record import ClaimRecord, FigureRecord, NumberRecord, TableRecord

DEFINITION = {"file": "code.py", "first": 2, "last": 3, "sha256": "5" * 64, "uses": []}
CLASSES = {
    "figure": FigureRecord, "table": TableRecord, "number": NumberRecord, "claim": ClaimRecord
}  # fmt: skip
FLOAT = {"period": "", "described": {}, "data": ""}
OWN = {
    "figure": FLOAT,
    "table": {**FLOAT, "cells": [], "row_headings": 0, "note": ""},
    "number": {"value": None, "unit": "", "n": None, "interval": None, "source": ""},
    "claim": {"rule": "", "evidence": [], "seen": "", "holds": None, "source": ""},
}


def record(name, reference, kind, printed, **more):
    """Return a record as JSON has it."""
    return {
        "id": name, "reference": reference, "kind": kind, "printed": printed,
        "digest": "0" * 64, "disclosure": "released", "reason": "", "function": f"a.{name}",
        "nodes": [], "upstream": [], "files": [], "columns": {}, "settings": [], "seed": None,
        "shown": ["index.qmd:1"], "labels": [], "anchors": [], "pages": [], **OWN[kind], **more,
    }  # fmt: skip


def typed_record(name, reference, kind, printed, **more):
    """Return a record as an object, whatever is in it."""
    return CLASSES[kind](**record(name, reference, kind, printed, **more))


def typed(whole):
    """Return a ledger as an object, as a reader makes it of its JSON."""
    return ledger_of(json.loads(json.dumps(whole)))


def bare(records, commit="", environment=None):
    """Return a ledger of some records, which holds nothing that they name."""
    return Ledger(
        title="", commit=Commit(commit, 0, clean=True), label="", files=(), contracts={}, code={},
        records=tuple(records), remote="", rules=(), settings={}, columns={}, graph={},
        environment=environment or {}, platform="",
    )  # fmt: skip


def whole(ledger):
    """Add the definitions, nodes, files and settings that the records of a ledger name."""
    for each in ledger["records"]:
        for key in (each["function"], *each["upstream"]):
            ledger["code"].setdefault(key, dict(DEFINITION))
        for node in (each["id"], *each["nodes"]):
            made = {"function": each["function"], "needs": [], "files": [], "settings": []}
            ledger["graph"].setdefault(node, made)
        for name in each["settings"]:
            ledger["settings"].setdefault(name, {"line": 1, "sha256": "6" * 64})
        known = {file["name"] for file in ledger["files"]}
        for name in sorted({*each["files"], *each["columns"]} - known):
            ledger["files"].append({"name": name, "sha256": "0" * 64, "rows": 1, "part": "extract"})
    return ledger

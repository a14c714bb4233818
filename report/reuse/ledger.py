"""Cache of the ledger before the book is typeset, by digest of all that its records depend on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.cache import Cache, digest_of
from analysis.incremental import conditions
from audit.ledger.ledger import here
from audit.ledger.reading import parse_ledger
from audit.trace.program import program
from audit.trace.repository import read_commit
from report.ledger import source_digests
from report.reuse.inputs import code_digest
from report.reuse.last_build import FOLDER
from report.reuse.values import stated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.evaluation import Evaluation
    from audit.ledger.ledger import Ledger
    from report.exhibit_references import Use

CODE = ("analysis", "audit", "report")
"""Folders of the code that makes a ledger."""
PLACE = FOLDER / "ledgers"
LARGEST = 40_000_000
"""Largest size of the cache in bytes: about twenty states of a project."""


def cached_ledger(
    evaluation: Evaluation,
    values: Mapping[str, Any],
    used: Sequence[Use],
    remote: str,
    make: Callable[[], Ledger],
) -> Ledger:
    """Return the ledger of a build, made only if something that it depends on has changed.

    This does not include the text of chapters and the commit: digests, the lines that show an
    exhibit, and the commit are always updated.

    Parameters
    ----------
    evaluation
        Evaluation that gives its results.
    values
        Every exhibit, and their provenances.
    used
        Uses of exhibits in the chapters.
    remote
        Address of the public repository.
    make
        Makes the ledger if it is not cached.
    """
    root = evaluation.root
    cache = Cache(root / PLACE)
    shown = [(use.name, use.kind, use.label, use.location.file) for use in used]
    key = digest_of(
        "ledger",
        repr(sorted(program(root).items())),
        evaluation.key,
        conditions(),
        code_digest(Path(__file__).parents[2], CODE),
        repr([here(), remote, shown]),
        stated(values, "provenances", lambda: digest_of(repr(values["provenances"]))),
    )
    whole = cache.read_as(key, partial(parse_ledger, place="the cached ledger"))
    if whole is not None and whole.by_id.keys() == {use.name for use in used}:
        return _entered(whole, root, used)
    made = make()
    cache.write(key, made.to_json(internal=True).encode())
    cache.prune(LARGEST)
    return made


def _entered(ledger: Ledger, root: Path, used: Sequence[Use]) -> Ledger:
    """Return a cached ledger with the parts that every build updates."""
    places: dict[str, list[str]] = {}
    for use in used:
        places.setdefault(use.name, []).append(str(use.location))
    return replace(
        ledger,
        commit=read_commit(root),
        records=tuple(replace(each, shown=tuple(places[each.id])) for each in ledger.records),
        sources=source_digests(root, [use.location.file for use in used]),
    )

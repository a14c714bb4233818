"""The figures and tables of a book by their captions, as the book itself lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.documents.appendix import UNBUILT, Markdown, in_order, ledger_at_hand
from audit.documents.floats import captions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit.ledger.ledger import Ledger


def floats_shown(kind: str) -> Markdown:
    """List the figures or tables of the book with number, caption and, in print, page.

    Parameters
    ----------
    kind
        "figure" or "table".
    """
    found = ledger_at_hand()
    if found is None:
        return Markdown(UNBUILT)
    root, ledger = found
    return Markdown("\n".join(f"- {each}" for each in _named(root, ledger, kind)))


def _named(root: Path, ledger: Ledger, kind: str) -> Iterator[str]:
    known = captions(root, ledger)
    for record in in_order(ledger):
        if record.kind == kind and record.id in known:
            yield known[record.id]

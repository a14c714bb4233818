"""Number, page and caption of the figures and tables of a book, read from its chapters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audit.ledger.record import Float

if TYPE_CHECKING:
    from pathlib import Path

    from audit.ledger.ledger import Ledger

PREFIXES = {"figure": "fig", "table": "tbl"}
_CELL = re.compile(
    r"^#\| label: (?P<label>(?:fig|tbl)-[\w-]+)\n(?:#\|.*\n)*?"
    r"#\| (?:fig|tbl)-cap: \"(?P<caption>(?:[^\"\\]|\\.)*)\"$",
    re.MULTILINE,
)


def captions(root: Path, ledger: Ledger) -> dict[str, str]:
    """Return the number, page and caption of each figure and table, by exhibit name.

    The number is a cross-reference, and the page a span that is filled in only in print. Exhibits
    that a chapter shows without a label are left out, as nothing can refer to them.

    Parameters
    ----------
    root
        The project's folder, with the chapters.
    """
    written: dict[str, str] = {}
    for chapter in ledger.chapters:
        text = (root / chapter).read_text(encoding="utf-8")
        for cell in _CELL.finditer(text):
            written[cell["label"]] = cell["caption"].replace('\\"', '"')
    found = {}
    for record in ledger.records:
        if isinstance(record, Float):
            label = f"{PREFIXES[record.kind]}-{record.id.replace('_', '-')}"
            if label in written:
                found[record.id] = f'@{label}[]{{.page-of of="{label}"}}: {written[label]}'
    return found

"""What a page of the book offers to take away: the report's files, data and pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from audit.ledger.bundle import DATA

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = "_exhibits"
"""Folder of a book with its drawings."""
NARROW = "-narrow"
"""How the name of a drawing for a narrow screen ends."""
NAMES = {
    "report": "Full report",
    "summary": "Summary",
    "one-page": "One page",
    "data": "Data",
}
KINDS = {".pdf": "PDF", ".docx": "Word", ".xlsx": "Excel"}
_PICTURE = re.compile(rf'<img\b[^>]*\bsrc="(?P<folder>[^"]*{PICTURES}/)(?P<name>\w+)\.svg"[^>]*/?>')


@dataclass(frozen=True)
class Offered:
    """The files of a book that its pages lead to.

    Attributes
    ----------
    documents
        Names of the report in other formats, which lie at the book's root.
    narrow
        Exhibits that have a drawing for a narrow screen.
    data
        Exhibits whose data lie in the audit folder.
    """

    documents: tuple[str, ...] = ()
    narrow: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()


def offered(book: Path) -> Offered:
    """Return what a finished book offers."""
    documents = sorted(
        (path for path in book.iterdir() if path.suffix in KINDS),
        key=lambda path: (list(KINDS).index(path.suffix), path.stem != "report", path.name),
    )
    narrow = (book / PICTURES).glob(f"*{NARROW}.svg")
    return Offered(
        tuple(path.name for path in documents),
        frozenset(path.stem.removesuffix(NARROW) for path in narrow),
        frozenset(path.stem for path in (book / "audit" / DATA).glob("*.csv")),
    )


def document_links(documents: tuple[str, ...], root: str) -> str:
    """Return links to the report in other formats, as items of a list.

    Parameters
    ----------
    root
        The book's root from the page.

    Examples
    --------
    >>> document_links(("report.pdf",), "../")
    '<li><a href="../report.pdf">Full report (PDF)</a></li>'
    """
    items = []
    for name in documents:
        stem, _, ending = name.rpartition(".")
        said = NAMES.get(stem, stem.replace("-", " ").capitalize())
        kind = KINDS[f".{ending}"]
        items.append(f'<li><a href="{root}{escape(name)}">{escape(said)} ({kind})</a></li>')
    return "".join(items)


def exhibit_links(name: str, reference: str, to: str) -> str:
    """Return links to the data behind a figure or table, and to a figure's picture.

    Parameters
    ----------
    to
        The audit folder, from the page.
    """
    files = [(f"{to}{DATA}/{name}.csv", "Data (CSV)", " download")]
    if reference.startswith("F"):
        files.append((f"{to}{DATA}/{name}.svg", "Picture (SVG)", ""))
    return "".join(
        f' · <a class="take" href="{href}"{way} aria-label="{said} of {reference}">{said}</a>'
        for href, said, way in files
    )


def with_narrow(main: str, narrow: frozenset[str]) -> str:
    """Return a page's text whose drawings are others on a narrow screen."""

    def both(image: re.Match[str]) -> str:
        if image["name"] not in narrow:
            return image[0]
        other = f"{image['folder']}{image['name']}{NARROW}.svg"
        return f'<picture><source media="(max-width: 36rem)" srcset="{other}">{image[0]}</picture>'

    return _PICTURE.sub(both, main)

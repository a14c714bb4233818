"""Downloads that a page of the book offers: the report's files, data and pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from audit.ledger.bundle import DATA

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = "_exhibits"
"""Folder of a book for its drawings."""
NARROW = "-narrow"
"""Suffix of the name of a drawing for narrow screens."""
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
    """The files of a book to which its pages link.

    Attributes
    ----------
    documents
        Names of the report's files in other formats, in the book's root folder.
    narrow
        Exhibits that have a drawing for narrow screens.
    data
        Exhibits whose data are in the audit folder.
    """

    documents: tuple[str, ...] = ()
    narrow: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()


def offered(book: Path) -> Offered:
    """Return the files that a finished book offers."""
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
    """Return links to the report in other formats, as list items.

    Parameters
    ----------
    root
        Path of the book's root, relative to the page.

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
        Path of the audit folder, relative to the page.
    """
    files = [(f"{to}{DATA}/{name}.csv", "Data (CSV)", " download")]
    if reference.startswith("F"):
        files.append((f"{to}{DATA}/{name}.svg", "Picture (SVG)", ""))
    return "".join(
        f' · <a class="take" href="{href}"{way} aria-label="{said} of {reference}">{said}</a>'
        for href, said, way in files
    )


def with_narrow(main: str, narrow: frozenset[str]) -> str:
    """Return a page's text with alternative drawings for narrow screens."""

    def both(image: re.Match[str]) -> str:
        if image["name"] not in narrow:
            return image[0]
        other = f"{image['folder']}{image['name']}{NARROW}.svg"
        return f'<picture><source media="(max-width: 36rem)" srcset="{other}">{image[0]}</picture>'

    return _PICTURE.sub(both, main)

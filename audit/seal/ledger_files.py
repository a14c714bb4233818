"""Compare a PDF's files, its pages and the chapters of its seal with its ledger."""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from audit.coverage.listed_sources import letters
from audit.coverage.literals import FILE as LITERALS
from audit.coverage.structural_numbers import TITLES
from audit.documents import certificate
from audit.documents.ro_crate import FILE as CRATE
from audit.ledger.reading import LEDGER
from audit.ledger.record import Float
from audit.seal.seal import NAME, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.ledger.ledger import Ledger
    from audit.pdf.attachments import Attachment
    from audit.pdf.text_layer import TextLayer
    from audit.seal.seal import Chapter, Seal


KNOWN = (LEDGER, LITERALS, certificate.FILE, CRATE, NAME, SIGNATURE)
"""Files of a report other than the data behind its figures and tables."""
OTHER_CERTIFICATE = (
    "Its certificate is not the one that this clone writes from its ledger: believe the ledger."
)


def other_files(ledger: Ledger, inside: Mapping[str, Attachment]) -> Iterator[str]:
    """Yield the attached files that differ from what the ledger states."""
    digests = {
        f"{each.id}.csv": each.data
        for each in ledger.records
        if isinstance(each, Float) and each.data
    }
    for name, digest in digests.items():
        if name not in inside:
            yield f"{name}: the data behind it are not attached, though its ledger has them"
        elif hashlib.sha256(inside[name].data).hexdigest() != digest:
            yield f"{name}: the data are not those of its ledger"
    for name in inside:
        if name not in digests and name not in KNOWN:
            yield f"{name}: no file of a report with this ledger"


def certificate_notes(ledger: Ledger, inside: Mapping[str, Attachment]) -> Iterator[str]:
    """Yield a note if the certificate is not what this clone writes from the ledger."""
    found = inside.get(certificate.FILE)
    if found is not None and found.data != certificate.as_text(ledger).encode():
        yield OTHER_CERTIFICATE


def of_another_report(ledger: Ledger, seal: Seal) -> Iterator[str]:
    """Yield the differences that show a seal to be that of another report."""
    if (ledger.commit.id or "") != seal.commit:
        yield "the seal is another report's: it names another commit than the ledger"
    if ledger.title != seal.title:
        yield "the seal's title is not that of the ledger"
    yield from other_chapters(ledger, seal.chapters)


def unlabelled(ledger: Ledger, layer: TextLayer) -> Iterator[tuple[int, str]]:
    """Yield the pages that do not print the ledger's label for invented data."""
    label = letters(ledger.label)
    for page in range(1, len(layer.pages) + 1):
        if label not in letters(layer.page_text(page)):
            yield page, f"page {page} does not say “{ledger.label}”"


def other_chapters(ledger: Ledger, chapters: Sequence[Chapter]) -> Iterator[str]:
    """Yield the differences between the chapters of a seal and those of its ledger.

    The ledger gives only the line where an exhibit is shown; the order of several on one line
    is taken from the seal.
    """
    shown = _shown(ledger)
    showing = [chapter.file for chapter in chapters if chapter.shows]
    listed = list(ledger.chapters) or showing
    if showing != listed or set(showing) != shown.keys() or len(set(showing)) < len(showing):
        yield "the seal's chapters that show exhibits are not those of the ledger"
    if len({chapter.file for chapter in chapters}) < len(chapters):
        yield "the seal names a chapter twice"
    for chapter in chapters:
        if not _as_shown(chapter.shows, shown.get(chapter.file, [])):
            yield f"the seal's chapter {chapter.file} shows other exhibits than the ledger says"
        untitled = chapter.shows and not chapter.title
        if untitled or chapter.title != TITLES.get(chapter.file, chapter.title):
            yield f"the seal's chapter {chapter.file} has another title"


def _shown(ledger: Ledger) -> dict[str, list[tuple[int, str]]]:
    """Return for each file the lines that show an exhibit, with its name, in order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for record in ledger.records:
        for place in record.shown:
            file, _, line = place.rpartition(":")
            found.setdefault(file, []).append((int(line), record.id))
    return {file: sorted(each) for file, each in found.items()}


def _as_shown(shows: Sequence[str], lines: Sequence[tuple[int, str]]) -> bool:
    left = list(shows)
    for _, names in groupby(lines, key=itemgetter(0)):
        here = [name for _, name in names]
        if sorted(left[: len(here)]) != here:
            return False
        del left[: len(here)]
    return not left

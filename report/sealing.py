"""Seal the book's PDF at the end of a build."""

from __future__ import annotations

import hashlib
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

from analysis.disclosure import safe_csv
from analysis.exhibits.parts.exhibit import Figure, Table
from audit.coverage.literals import FILE as LITERALS
from audit.documents import certificate
from audit.ledger.bundle import DATA
from audit.ledger.reading import LEDGER, parse_ledger, read_ledger
from audit.ledger.record import FigureRecord, Float
from audit.pdf.attachments import Attachment
from audit.seal.seal import Chapter, Seal
from audit.seal.sealing import refuse_unsound, seal_pdf
from audit.seal.verification import examine
from report.checks.literal_sources import as_toml, pinned_literals
from report.exhibit_references import uses
from report.reuse.inputs import digests
from report.reuse.values import stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from audit.ledger.ledger import Ledger
    from audit.pdf.text_layer import TextLayer
    from press.chapter.book import Book


def seal_report(
    pdf: Path,
    book: Book,
    ledger: Path,
    crate: Path | None = None,
    layer: TextLayer | None = None,
    *,
    release: bool = False,
) -> Seal:
    """Seal a finished PDF of the book, from either engine.

    Parameters
    ----------
    pdf
        The PDF.
    book
        The book as written, for the order of its chapters and what they show.
    ledger
        The public ledger of the build, with the data next to it as `write_data` writes them.
    crate
        Metadata file of the RO-Crate; None if there is none.
    layer
        The PDF's text, if it has already been read.
    release
        Seal nothing that `verify` would refuse, which takes as long as `verify`.

    Raises
    ------
    VerificationFailed
        If a release would be refused; the PDF is not sealed.
    """
    source = ledger.read_bytes()
    whole = parse_ledger(source, ledger.name)
    files = [
        Attachment(LEDGER, source, "application/json", "The ledger: one record per exhibit"),
        Attachment(
            certificate.FILE,
            certificate.as_text(whole).encode(),
            "text/plain",
            "The certificate: what this report rests on",
            "Supplement",
        ),
        *_project_files(book.project.root),
        *_data_files(ledger, whole),
    ]
    if crate is not None and crate.is_file():
        about = "The report as an RO-Crate, for other tools"
        files.append(Attachment(crate.name, crate.read_bytes(), "application/ld+json", about))
    return seal_pdf(
        pdf,
        files,
        title=whole.title,
        commit=whole.commit.id or "",
        chapters=chapters(book),
        layer=layer,
        refuse=partial(_refuse_unverified, pdf, book.project.root) if release else None,
    )


def _refuse_unverified(pdf: Path, root: Path, sealed: bytes) -> None:
    # A release is of the commit that is checked out, so its literals are those of the files.
    literals = pinned_literals(root) if (root / LITERALS).is_file() else ()
    found = examine(pdf, data=sealed, root=root, pinned=lambda _: literals)
    refuse_unsound(pdf.name, found, "not sealed as a release")


def _project_files(root: Path) -> Iterator[Attachment]:
    path = root / LITERALS
    if path.is_file():
        about = "Numbers that are not results, and why: years, statutes, names"
        pinned = as_toml(pinned_literals(root)).encode()
        yield Attachment(LITERALS, pinned, "application/toml", about, "Supplement")


def write_data(ledger: Path, values: Mapping[str, Any], names: Iterable[str]) -> None:
    """Write the released data behind each figure and table next to the ledger, as CSV."""
    folder = ledger.parent / DATA
    known = stated(values, "released data", lambda: _data_digests(values))
    wanted = {f"{name}.csv": known[name] for name in names if name in known}
    if wanted == digests(folder):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in names:
        if name in known:
            (folder / f"{name}.csv").write_bytes(_data(values[name]))


def _data_digests(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of the released data of each figure and table, by name."""
    return {
        name: hashlib.sha256(_data(value)).hexdigest()
        for name, value in values.items()
        if isinstance(value, Figure | Table) and not value.status.held
    }


def _data(exhibit: Figure | Table) -> bytes:
    return safe_csv(exhibit.data).encode()


def copy_data(ledger: Path, target: Path) -> None:
    """Copy the released data of a ledger's exhibits next to its copy in a book."""
    folder = target.parent / DATA
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in _data_files(ledger, read_ledger(ledger)):
        (folder / file.name).write_bytes(file.data)


def _data_files(path: Path, ledger: Ledger) -> Iterator[Attachment]:
    for record in ledger.records:
        file = path.parent / DATA / f"{record.id}.csv"
        if isinstance(record, Float) and file.is_file():
            yield Attachment(
                file.name,
                file.read_bytes(),
                "text/csv",
                f"The data behind {record.kind} {record.reference}",
                "Source" if isinstance(record, FigureRecord) else "Data",
            )


def chapters(book: Book) -> Sequence[Chapter]:
    """Return each chapter's file, title and exhibits, in the order of the book."""
    shown: dict[str, list[str]] = {}
    for use in uses(book):
        shown.setdefault(use.location.file, []).append(use.name)
    return [
        Chapter(
            chapter.path,
            "" if chapter.title is None else chapter.title.markdown,
            tuple(shown.get(chapter.path, ())),
        )
        for chapter in book.chapters
    ]

"""The other formats of a finished book, pictures as PNG among them, written next to it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from audit.ledger.bundle import DATA
from audit.pages.captions import captions
from report.formats.word import write_word
from report.formats.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path


FORMATS = ("docx", "xlsx", "png")
"""Made of the finished pages and the ledger, by either engine."""


def write_formats(
    book: Path,
    ledger: Mapping[str, Any],
    pages: Sequence[str],
    formats: Collection[str],
    moment: int,
) -> None:
    """Write a book in other formats, into its folder.

    Parameters
    ----------
    book
        The book's folder; its pages as the engine wrote them, the data laid in the audit folder.
    ledger
        As read from its JSON.
    pages
        Paths of its pages, in order.
    formats
        Of `FORMATS`.
    moment
        The time that the files bear, in seconds since 1970.
    """
    drawings = list((book / "_exhibits").glob("*.svg"))
    label = f"{ledger['label']}: not evidence" if ledger["label"] else ""
    name = next((path.stem for path in sorted(book.glob("*.pdf"))), "report")
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        to = book / "audit" / DATA if "png" in formats else Path(folder)
        pictures = write_pictures(drawings, to) if {"docx", "png"} & set(formats) else {}
        if "docx" in formats:
            write_word(
                book / f"{name}.docx", book, pages, pictures, title=ledger["title"], label=label,
                moment=moment,
            )  # fmt: skip
    if "xlsx" in formats:
        data = {
            path.stem: path.read_text("utf-8") for path in (book / "audit" / DATA).glob("*.csv")
        }
        write_workbook(book / "data.xlsx", _captioned(book, ledger), data, moment)


def _captioned(book: Path, ledger: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ledger whose figures and tables have the captions that the pages print."""
    found = {
        anchor.partition("#")[2].partition("-")[2].replace("-", "_"): f"{label}. {words}"
        for anchor, (label, words) in captions(book).items()
    }
    records = [{**each, "caption": found.get(each["id"], "")} for each in ledger["records"]]
    return {**ledger, "records": records}


INCH = 200
"""Pixels of a picture to an inch: it stays sharp over the width of a slide."""


def write_pictures(drawings: Iterable[Path], folder: Path) -> dict[str, Path]:
    """Write each drawing as PNG into a folder; return the files by the drawing's name.

    Parameters
    ----------
    drawings
        SVG whose words are outlines, so that no font is asked for; all in one folder.
    """
    import typst

    listed = sorted(drawings)
    if not listed:
        return {}
    pages = "\n#pagebreak()\n".join(f'#image("/{path.name}")' for path in listed)
    source = f"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n{pages}"
    compile_pages = cast("Any", typst.compile)  # its types know of one picture only
    made = compile_pages(
        source.encode(), root=str(listed[0].parent), format="png", ppi=INCH,
        ignore_system_fonts=True,
    )  # fmt: skip
    images = made if isinstance(made, list) else [made]
    folder.mkdir(parents=True, exist_ok=True)
    out = {}
    for path, image in zip(listed, images, strict=True):
        out[path.stem] = folder / f"{path.stem}.png"
        out[path.stem].write_bytes(image)
    return out

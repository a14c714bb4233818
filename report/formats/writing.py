"""Write the other formats of a finished book next to it, including pictures as PNG."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.ledger.bundle import DATA
from audit.pages.captions import captions
from press.document.pandoc import identity
from report.formats.word import as_word, word_source
from report.formats.workbook import FACTS, workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    Recall = Callable[[str, Callable[[], bytes]], bytes]
    """Takes a description and a function; returns the cached data for it, or makes them now."""


FORMATS = ("docx", "xlsx", "png")
"""Formats made from the finished pages and the ledger, for either engine."""
_ELSEWHERE = re.compile(r"""\bsrc\s*=\s*["']\s*(?:\w+:)?//""")
_SHOWN = re.compile(r"""\bsrc\s*=\s*["']([^"']*)""")


def without_cache(_: str, make: Callable[[], bytes]) -> bytes:
    """Return what `make` makes, without any cache."""
    return make()


def write_formats(
    book: Path,
    ledger: Mapping[str, Any],
    pages: Sequence[str],
    formats: Collection[str],
    moment: int,
    recall: Recall = without_cache,
) -> None:
    """Write a book in other formats, into its folder.

    Parameters
    ----------
    book
        The book's folder, with its pages as the engine wrote them and data in the audit folder.
    ledger
        As read from its JSON.
    pages
        Paths of the pages, in order.
    formats
        Some of `FORMATS`.
    moment
        Date of the files, in seconds since 1970.
    recall
        Returns cached files made from identical input; it must itself check code and libraries.
    """
    drawings = list((book / "_exhibits").glob("*.svg"))
    label = f"{ledger['label']}: not evidence" if ledger["label"] else ""
    name = next((path.stem for path in sorted(book.glob("*.pdf"))), "report")
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        to = book / "audit" / DATA if "png" in formats else Path(folder)
        wanted = {"docx", "png"} & set(formats)
        pictures = write_pictures(drawings, to, recall) if wanted else {}
        if "docx" in formats:
            shown = to if pictures else book
            source = word_source(book, pages, pictures, ledger["title"])
            given = ["docx", source, label, moment, identity(), _pictures(source, shown)]
            make = partial(as_word, source, shown, label, moment)
            # Content from another host cannot be compared as an input.
            data = make() if _ELSEWHERE.search(source) else recall(repr(given), make)
            (book / f"{name}.docx").write_bytes(data)
    if "xlsx" in formats:
        listed = (book / "audit" / DATA).glob("*.csv")
        tables = {path.stem: path.read_text("utf-8") for path in sorted(listed)}
        said = _said(book, ledger)
        given = ["xlsx", said, tables, moment]
        (book / "data.xlsx").write_bytes(
            recall(repr(given), partial(workbook, said, tables, moment))
        )


def _pictures(source: str, folder: Path) -> list[tuple[str, str]]:
    """Return the digest of each picture that a document names and pandoc finds."""
    names = sorted(set(_SHOWN.findall(source)))
    return [
        (name, hashlib.sha256((folder / name).read_bytes()).hexdigest())
        for name in names
        if not name.startswith("data:") and (folder / name).is_file()
    ]


def _said(book: Path, ledger: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a workbook shows of a ledger, with captions from the pages."""
    found = {
        anchor.partition("#")[2].partition("-")[2].replace("-", "_"): f"{label}. {words}"
        for anchor, (label, words) in captions(book).items()
    }
    records = [{**each, "caption": found.get(each["id"], "")} for each in ledger["records"]]
    return {
        **{key: ledger[key] for key in ("title", "label", "commit")},
        "records": [{key: each[key] for key in FACTS if key in each} for each in records],
    }


INCH = 200
"""Pixels per inch of a picture, enough for the width of a slide."""


def write_pictures(
    drawings: Iterable[Path], folder: Path, recall: Recall = without_cache
) -> dict[str, Path]:
    """Write each drawing as PNG into a folder; return the files by name of the drawing.

    Parameters
    ----------
    drawings
        SVG with text as outlines, so that no font is needed.
    recall
        As in `write_formats`.
    """
    listed = sorted(drawings)
    folder.mkdir(parents=True, exist_ok=True)
    out = {path.stem: folder / f"{path.stem}.png" for path in listed}

    def write(drawing: Path) -> None:
        data = recall(f"png {drawing.read_text('utf-8')}", partial(_picture, drawing))
        out[drawing.stem].write_bytes(data)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(write, listed))
    return out


def _picture(drawing: Path) -> bytes:
    import typst

    page = "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
    compile_png: Any = typst.compile  # its type hints exclude an integer
    made = compile_png(
        f'{page}#image("/{drawing.name}")'.encode(), root=str(drawing.parent), format="png",
        ppi=INCH, ignore_system_fonts=True,
    )  # fmt: skip
    return bytes(made)

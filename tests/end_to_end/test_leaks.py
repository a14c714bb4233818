"""Nothing that names a child leaves: every byte of the output is searched for identifiers."""

import pickle
import re
from pathlib import Path

import pandas as pd
import pikepdf

PERSONAL = re.compile(rb"(?<![0-9A-Za-z])(?:C\d{5}|E\d{6}|W\d{2})(?![0-9A-Za-z])")
"""Identifiers of children, events and workers, as the stand-in extract writes them."""

PACKED = re.compile(rb"C\d{5}(?!\d)|E\d{6}(?!\d)")
"""The same where a table of text is packed, one value right behind the other."""

OUTPUT = ("_book", "_exhibits", ".report")


def pieces(path: Path) -> list[bytes]:
    """Return a file's bytes or, of a PDF, every stream in it unpacked, attachments too."""
    found = [] if path.suffix == ".pdf" else [path.read_bytes()]
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            for item in pdf.objects:
                if isinstance(item, pikepdf.Stream):
                    # A font's own program is no text, and has any bytes.
                    if "/Length1" not in item and item.get("/Subtype") != "/CIDFontType0C":
                        try:
                            found.append(item.read_bytes())
                        except pikepdf.PdfError:
                            found.append(item.read_raw_bytes())
                elif isinstance(item, pikepdf.Dictionary):
                    found += [bytes(v) for v in item.values() if isinstance(v, pikepdf.String)]
    return found


def leaks(folder: Path) -> dict[str, set[bytes]]:
    """Return what names a person in the output of a build, by file."""
    found = {}
    for name in OUTPUT:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file():
                names = PACKED if path.suffix == ".pickle" else PERSONAL
                ids = {i for piece in pieces(path) for i in names.findall(piece)}
                if ids:
                    found[path.relative_to(folder).as_posix()] = ids
    return found


def test_no_identifier_leaves(built):
    assert leaks(built) == {}


def test_an_identifier_would_be_found_in_a_stored_result(tmp_path):
    (tmp_path / ".report").mkdir()
    frame = pd.DataFrame({"child_id": ["C00042", "C00043"]})
    (tmp_path / ".report" / "x.pickle").write_bytes(pickle.dumps(frame))
    assert leaks(tmp_path) == {".report/x.pickle": {b"C00042", b"C00043"}}


def test_an_identifier_would_be_found_in_an_attachment(built, tmp_path):
    (tmp_path / "_book").mkdir()
    with pikepdf.open(built / "_book" / "report.pdf") as pdf:
        pdf.attachments["x.csv"] = pikepdf.AttachedFileSpec(pdf, b"child_id\nC00042\n")
        pdf.save(tmp_path / "_book" / "report.pdf", compress_streams=True)
    assert leaks(tmp_path) == {"_book/report.pdf": {b"C00042"}}

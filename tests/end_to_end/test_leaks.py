"""Nothing that names a child leaves: every byte of the output is searched for identifiers."""

import io
import pickle
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pikepdf
import pytest
import typst

pytestmark = [pytest.mark.poppler, pytest.mark.slow]

PERSONAL = re.compile(rb"(?<![0-9A-Za-z])(?:C\d{5}|E\d{6}|W\d{2}|rows,S\d{3},\w+)(?![0-9A-Za-z])")
"""Identifiers of children, events and workers, as the stand-in extract writes them, and control
totals of a school."""

PACKED = re.compile(rb"C\d{5}(?!\d)|E\d{6}(?!\d)")
"""The same where a table of text is packed, one value right behind the other."""

OUTPUT = ("_book", "_exhibits", ".report")


def unpacked(data: bytes) -> bytes:
    """Return the bytes without packing, in which anything may stand by chance."""
    if data.startswith(b"\x89PNG"):
        return b"".join(words for kind, words in chunks(data) if kind != b"IDAT")
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as files:
            return b"\n".join(unpacked(files.read(name)) for name in files.namelist())
    # An entry of what is kept begins with its digest and a line's end.
    head, _, rest = data.partition(b"\n")
    if len(head) == 64 and rest[:2] == b"\x78\x01":
        return unpacked(zlib.decompress(rest))
    return unpacked(rest) if len(head) == 64 and rest else data


def chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(picture):
        size = int.from_bytes(picture[at : at + 4])
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size]
        at += 12 + size


def pieces(path: Path) -> list[bytes]:
    """Return a file's bytes or, of a PDF, its text, its strings and every stream unpacked."""
    data = path.read_bytes()
    start = data.find(b"%PDF-", 0, 100)  # a cached one has its digest in front
    if start < 0:
        return [unpacked(data)]
    data = data[start:]
    # On a page stand numbers of glyphs: only a reader of PDFs sees words.
    read = ["pdftotext", "-", "-"]
    found = [subprocess.run(read, input=data, capture_output=True, check=True).stdout]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            found += strings(item)
            # A font's own program is no text, and has any bytes.
            program = isinstance(item, pikepdf.Stream) and (
                "/Length1" in item or item.get("/Subtype") == "/CIDFontType0C"
            )
            if isinstance(item, pikepdf.Stream) and not program:
                try:
                    found.append(item.read_bytes())
                except pikepdf.PdfError:
                    found.append(item.read_raw_bytes())
    return found


def strings(item: object, *, depth: int = 8) -> list[bytes]:
    """Return the strings in an object of a PDF, as UTF-8 whatever their encoding is."""
    if isinstance(item, pikepdf.String):
        return [str(item).encode(), bytes(item)]
    inside: list[object] = []
    if depth and isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        inside = [item[key] for key in item.keys()]  # noqa: SIM118  # a stream has no iterator
    elif depth and isinstance(item, pikepdf.Array):
        inside = list(item)
    own = [one for one in inside if not getattr(one, "is_indirect", False)]
    return [text for one in own for text in strings(one, depth=depth - 1)]


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


def test_an_identifier_would_be_found_in_what_is_packed(tmp_path):
    (tmp_path / "_book").mkdir()
    with zipfile.ZipFile(tmp_path / "_book" / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("sheet.xml", "<v>C00042</v>" * 9)
    kept = zlib.compress(b"worker W07 " * 9, 1)
    (tmp_path / "_book" / "kept").write_bytes(b"0" * 64 + b"\n" + kept)
    within = (tmp_path / "_book" / "a.xlsx").read_bytes()
    (tmp_path / "_book" / "kept.xlsx").write_bytes(b"0" * 64 + b"\n" + within)
    text = b"tEXtComment\0 E000042 "
    size = (len(text) - 4).to_bytes(4)
    (tmp_path / "_book" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + size + text + b"crc.")
    assert leaks(tmp_path) == {
        "_book/a.xlsx": {b"C00042"}, "_book/kept": {b"W07"}, "_book/kept.xlsx": {b"C00042"},
        "_book/a.png": {b"E000042"},
    }  # fmt: skip


def test_an_identifier_would_be_found_in_an_attachment(built, tmp_path):
    (tmp_path / "_book").mkdir()
    with pikepdf.open(built / "_book" / "report.pdf") as pdf:
        pdf.attachments["x.csv"] = pikepdf.AttachedFileSpec(pdf, b"child_id\nC00042\n")
        pdf.save(tmp_path / "_book" / "report.pdf", compress_streams=True)
    kept = b"0" * 64 + b"\n" + (tmp_path / "_book" / "report.pdf").read_bytes()
    (tmp_path / "_book" / "kept").write_bytes(kept)
    assert leaks(tmp_path) == {"_book/report.pdf": {b"C00042"}, "_book/kept": {b"C00042"}}


def test_an_identifier_would_be_found_on_a_page_and_in_alternative_text(tmp_path):
    (tmp_path / "_book").mkdir()
    (tmp_path / "a.typ").write_text("Child C00042", encoding="utf-8")
    typst.compile(tmp_path / "a.typ", output=tmp_path / "_book" / "page.pdf")
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root.StructTreeRoot = pikepdf.Dictionary(
        K=pikepdf.Array([pikepdf.Dictionary(Alt=pikepdf.String("Kind \u2013 C00043"))])
    )
    pdf.save(tmp_path / "_book" / "alt.pdf")
    assert leaks(tmp_path) == {"_book/page.pdf": {b"C00042"}, "_book/alt.pdf": {b"C00043"}}

"""CSV files as text, every value exactly as in the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pandas as pd

from analysis.extract.files.form import FileForm
from analysis.extract.files.problem import UnreadableError

MARK = b"\xef\xbb\xbf"
FIELD_LIMIT = 100_000
"""Length in characters beyond any value; a longer one means an unclosed quotation mark."""
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

OTHER_KINDS = {
    b"\x1f\x8b": "a compressed file (gzip)",
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"PAR1": "a Parquet file",
}
"""First bytes of files of other types that are sometimes named as CSV files."""


def read_csv(content: bytes, file: str, form: FileForm) -> pd.DataFrame:
    """Return a CSV file as text, blanks as empty strings.

    Raises
    ------
    UnreadableError
        If it does not have the form that is declared.
    """
    content = _checked(content, file, form)
    separator = "\t" if form.delimiter == "tab" else form.delimiter
    # Arrow reads an empty line as a row of blanks.
    if b'"' not in content and b"\n\n" not in content:
        quick = _read_plain(content, separator)
        if quick is not None:
            _check_header(list(quick.columns), file, separator)
            return quick
    return _read_strictly(content.decode("utf-8"), file, separator)


def _checked(content: bytes, file: str, form: FileForm) -> bytes:
    """Return the content in UTF-8, checked as a whole."""
    if content.startswith(MARK):
        if form.encoding != "utf-8-sig":
            raise UnreadableError("mark", file, "a byte order mark", (1,))
        content = content.removeprefix(MARK)
    if not content.strip():
        raise UnreadableError("empty", file, "no content")
    for start, seen in OTHER_KINDS.items():
        if content.startswith(start):
            raise UnreadableError("unreadable", file, seen)
    if content[:1] in (b"\n", b"\r"):
        raise UnreadableError("header", file, "an empty first line", (1,))
    if b"\0" in content:
        seen = "UTF-16 text" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "a zero byte"
        raise UnreadableError("zero-byte", file, seen, (_line(content, content.index(b"\0")),))
    content = _decoded(content, file, form)
    if not content.endswith(b"\n"):
        rows = (content.count(b"\n") + 1,)
        raise UnreadableError("end", file, "a last line without line end", rows)
    if b"\r" in content:
        plain = content.replace(b"\r\n", b"\n")
        if form.line_end == "lf" or b"\r" in plain:
            seen = "CR alone" if b"\r" in plain else "CRLF line ends"
            raise UnreadableError("line-end", file, seen, (_line(content, content.index(b"\r")),))
        content = plain
    return content


def _decoded(content: bytes, file: str, form: FileForm) -> bytes:
    try:
        text = content.decode("windows-1252" if form.encoding == "windows-1252" else "utf-8")
    except UnicodeDecodeError as error:
        seen = "bytes outside UTF-8, perhaps Windows-1252"
        raise UnreadableError("encoding", file, seen, (_line(content, error.start),)) from None
    return text.encode() if form.encoding == "windows-1252" else content


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _read_plain(content: bytes, separator: str) -> pd.DataFrame | None:
    """Read a file without quotation marks, or return None where rows differ in width.

    Ten million rows take seconds here and minutes in `_read_strictly`.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow

    header = content[: content.index(b"\n")].decode().split(separator)
    names = [str(place) for place in range(len(header))]
    try:
        table = arrow.read_csv(
            pa.py_buffer(content),
            read_options=arrow.ReadOptions(column_names=names, skip_rows=1, block_size=1 << 24),
            parse_options=arrow.ParseOptions(
                delimiter=separator, quote_char=False, ignore_empty_lines=False
            ),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    dtype = pd.StringDtype(na_value=float("nan"))
    columns = [pd.Series(pd.array(column, dtype=dtype)) for column in table.columns]
    frame = pd.concat(columns, axis=1) if columns else pd.DataFrame()
    frame.columns = pd.Index(header)
    return frame


def _read_strictly(text: str, file: str, separator: str) -> pd.DataFrame:
    """Read row by row, so that the first faulty row can be named."""
    rows = list(_rows(text, file, separator))
    header, body = rows[0], rows[1:]
    _check_header(header, file, separator)
    wrong = [number for number, row in enumerate(body, start=2) if len(row) != len(header)]
    if wrong:
        seen = f"rows of another width than {len(header)} values"
        raise UnreadableError("width", file, seen, tuple(wrong))
    return pd.DataFrame(body, columns=pd.Index(header), dtype="str")


def _rows(text: str, file: str, separator: str) -> Iterator[list[str]]:
    limit = csv.field_size_limit(FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if reader.line_num != number:
                raise UnreadableError("line-break", file, "a value over two lines", (number,))
            yield row
    except csv.Error:
        seen = "a quotation mark left open or inside a value, or a value without end"
        raise UnreadableError("quotes", file, seen, (number + 1,)) from None
    finally:
        csv.field_size_limit(limit)


def _check_header(header: list[str], file: str, separator: str) -> None:
    if len(header) == 1:
        other = [name for mark, name in SEPARATORS.items() if mark in header[0]]
        if other and separator not in header[0]:
            raise UnreadableError("delimiter", file, f"{other[0]} between the names", (1,))
    if any(not name.strip() for name in header):
        raise UnreadableError("header", file, "a column without a name", (1,))

"""The forms in which a file of the extract may be written, according to its contract.

A contract lists one or more forms under `servers`; the form whose file is present is read.
Anything else is an error with a remedy, and is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

FORMATS = ("csv", "xlsx", "parquet")
ENCODINGS = ("utf-8", "utf-8-sig", "windows-1252")
DELIMITERS = (",", ";", "tab")
DATE_FORMATS = ("yyyy-MM-dd", "dd/MM/yyyy")
LINE_ENDS = ("lf", "any")
OF_TEXT = ("encoding", "delimiter", "date_format", "line_end")
"""Settings of CSV files only: workbooks and Parquet files contain them."""


@dataclass(frozen=True)
class FileForm:
    """One form in which a dataset may be sent.

    Attributes
    ----------
    path
        The file's name, such as `children.csv`.
    format
        "csv", "xlsx" or "parquet".
    encoding
        Of a CSV file: "utf-8", "utf-8-sig" (may begin with a byte order mark, as Excel writes) or
        "windows-1252".
    delimiter
        Of a CSV file: ",", ";" or "tab".
    date_format
        "yyyy-MM-dd" or "dd/MM/yyyy".
    line_end
        "lf", or "any" for LF and CRLF.
    parts
        Pattern of the files that together make up the dataset, such as `children-*.csv` where
        there is a file per authority or month; empty for a single file.
    """

    path: str
    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    date_format: str = "yyyy-MM-dd"
    line_end: str = "lf"
    parts: str = ""

    def __post_init__(self) -> None:
        for name, allowed in (
            ("format", FORMATS),
            ("encoding", ENCODINGS),
            ("delimiter", DELIMITERS),
            ("date_format", DATE_FORMATS),
            ("line_end", LINE_ENDS),
        ):
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(f"{name} is '{value}'; write one of {', '.join(allowed)}")
        for name in (self.path, self.parts):
            if "/" in name or "\\" in name or ".." in name:
                raise ValueError(f"'{name}' is outside the extract's folder; name a file in it")

    @property
    def words(self) -> str:
        """The form in plain English."""
        if self.format != "csv":
            return {"xlsx": "an Excel workbook", "parquet": "a Parquet file"}[self.format]
        encoding = {"utf-8-sig": "utf-8"}.get(self.encoding, self.encoding).upper()
        delimiter = {",": "commas", ";": "semicolons", "tab": "tabs"}[self.delimiter]
        return f"CSV in {encoding} with {delimiter} and dates as {self.date_format}"


def file_form(server: dict[str, Any]) -> FileForm:
    """Return the form that an entry of `servers` describes; ValueError if it is invalid."""
    own = {item["property"]: item["value"] for item in server.get("customProperties") or []}
    renamed = {"dateFormat": "date_format", "lineEnd": "line_end"}
    values = {renamed.get(name, name): str(value) for name, value in own.items()}
    if unknown := set(values) - {field.name for field in fields(FileForm)}:
        raise ValueError(f"the property {', '.join(sorted(unknown))} is not known")
    if server["format"] != "csv" and (idle := [name for name in OF_TEXT if name in values]):
        raise ValueError(f"{', '.join(idle)} would be ignored: only a CSV file has it")
    return FileForm(path=server["path"], format=server["format"], **values)

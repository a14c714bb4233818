"""How a file of the extract may be written, as its contract says.

A contract lists one or more forms under `servers`; the form whose file is there is read.
What no form allows is refused with the remedy, never guessed at.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

FORMATS = ("csv", "xlsx", "parquet")
ENCODINGS = ("utf-8", "utf-8-sig", "windows-1252")
DELIMITERS = (",", ";", "tab")
DATE_FORMATS = ("yyyy-MM-dd", "dd/MM/yyyy")
LINE_ENDS = ("lf", "any")


@dataclass(frozen=True)
class FileForm:
    """One way in which a dataset may be sent.

    Attributes
    ----------
    path
        The file's name, such as `children.csv`.
    format
        "csv", "xlsx" or "parquet".
    encoding
        Of a CSV file: "utf-8", "utf-8-sig" (a byte order mark may stand first, as Excel
        writes it) or "windows-1252".
    delimiter
        Of a CSV file: ",", ";" or "tab".
    date_format
        "yyyy-MM-dd" or "dd/MM/yyyy".
    line_end
        "lf", or "any" for LF and CRLF.
    parts
        Pattern of the files that together make the dataset, such as `children-*.csv`
        where every authority or month comes in its own; empty where it comes in one.
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
                raise ValueError(f"'{name}' leads out of the extract's folder; name a file in it")

    @property
    def words(self) -> str:
        """The form in plain English."""
        if self.format != "csv":
            return {"xlsx": "an Excel workbook", "parquet": "a Parquet file"}[self.format]
        encoding = {"utf-8-sig": "utf-8"}.get(self.encoding, self.encoding).upper()
        delimiter = {",": "commas", ";": "semicolons", "tab": "tabs"}[self.delimiter]
        return f"CSV in {encoding} with {delimiter} and dates as {self.date_format}"


def file_form(server: dict[str, Any]) -> FileForm:
    """Return the form that an entry of `servers` describes; ValueError if it describes none."""
    own = {item["property"]: item["value"] for item in server.get("customProperties") or []}
    renamed = {"dateFormat": "date_format", "lineEnd": "line_end"}
    values = {renamed.get(name, name): str(value) for name, value in own.items()}
    if unknown := set(values) - {field.name for field in fields(FileForm)}:
        raise ValueError(f"the property {', '.join(sorted(unknown))} is not known")
    return FileForm(path=server["path"], format=server["format"], **values)

"""Recognise a council's file: its form, and whether its layout is known."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from analysis.extract.files import FileForm, read_content
from analysis.extract.files.comma_separated import MARK
from analysis.extract.files.problem import FILE_RULES, UnreadableError
from analysis.extract.maps.reading import dataset_map
from analysis.extract.maps.xml_records import read_units, records

if TYPE_CHECKING:
    import pandas as pd

    from analysis.extract.maps.map_file import DatasetMap

SHIPPED = Path("data_contracts", "maps")
"""Folder of the maps for published layouts, in the project."""
SUFFIXES = {".csv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".parquet": "parquet", ".xml": "xml"}


def form_of(path: Path, content: bytes) -> dict[str, str]:
    """Return the form of a file, as the keys of a map's `[form]`.

    Raises
    ------
    ConfigurationError
        If its extension is not one that can be read.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigurationError(
            "is of no kind that a map reads",
            place=path.name,
            remedy=f"save it as one of {', '.join(SUFFIXES)}",
        )
    form = {"format": SUFFIXES[path.suffix.lower()]}
    if form["format"] != "csv":
        return form
    encoding = "utf-8-sig" if content.startswith(MARK) or _is_utf8(content) else "windows-1252"
    header = content.split(b"\n", 1)[0]
    mark = max((b",", b";", b"\t"), key=header.count).decode()
    delimiter = {"\t": "tab"}.get(mark, mark)
    return {**form, "encoding": encoding, "delimiter": delimiter, "lineEnd": "any"}


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def table_of(path: Path, content: bytes, form: dict[str, str]) -> pd.DataFrame:
    """Return a file as a table of text.

    Raises
    ------
    ConfigurationError
        If it cannot be read completely, with its fault and the remedy.
    """
    own = {{"lineEnd": "line_end"}.get(key, key): value for key, value in form.items()}
    try:
        return read_content(content, path.name, FileForm(path.name, **own), ())
    except UnreadableError as error:
        first = error.problems[0]
        rows = f", row {first.rows[0]}" if first.rows else ""
        raise ConfigurationError(
            f"cannot be read: {first.seen}",
            place=f"{path.name}{rows}",
            remedy=FILE_RULES[first.kind].remedy,
        ) from None


def supplied_map(root: Path, path: Path, header: list[str] | bytes) -> tuple[str, str] | None:
    """Return the dataset and the text of the supplied map for a file's layout, if there is one.

    Parameters
    ----------
    root
        The project's folder.
    header
        The file's columns; of XML, its content.
    """
    for known in sorted((root / SHIPPED).glob("*.toml")):
        text = known.read_text(encoding="utf-8")
        map_ = dataset_map(tomllib.loads(text), known.name, "")
        if _is_known(map_, header):
            if not fnmatch.fnmatchcase(path.name, map_.file):
                text = re.sub(r"(?m)^file = .*$", lambda _: f'file = "{path.name}"', text, count=1)
            return map_.dataset, text
    return None


def _is_known(map_: DatasetMap, header: list[str] | bytes) -> bool:
    if isinstance(header, list):
        columns = set(header)
        return not map_.unit and {*map_.sources} <= columns <= {*map_.sources, *map_.unused}
    if not map_.unit:
        return False
    try:
        units = read_units(header, "", map_.unit)
    except UnreadableError:
        return False
    for kind in map_.rows:
        paths = [column.source for column in kind.columns if column.source]
        try:
            records(units, "", kind.record, paths)
        except UnreadableError:
            continue
        return True
    return False

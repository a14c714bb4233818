"""Convert a map's TOML to objects; its contents have been checked before."""

from __future__ import annotations

from typing import Any

from analysis.extract.files.form import FileForm
from analysis.extract.maps.map_file import ColumnMap, DatasetMap, Filter, RowKind

RENAMED = {"from": "source", "lineEnd": "line_end"}
XML = "xml"


def dataset_map(found: dict[str, Any], name: str, sha256: str) -> DatasetMap:
    """Return the map of a dataset from its TOML document.

    Parameters
    ----------
    found
        The document.
    name, sha256
        Name and digest of the map's file.
    """
    form: dict[str, Any] = dict(found.get("form", {}))
    unit = form.pop("unit", "")
    if form.get("format") == XML:
        form = {}
    form = {RENAMED.get(key, key): value for key, value in form.items()}
    common = tuple(column_map(entry) for entry in found.get("column", []))
    kinds = found.get("rows") or [{}]
    return DatasetMap(
        dataset=found["dataset"],
        file=found["file"],
        name=name,
        sha256=sha256,
        layout=found.get("layout", ""),
        specification=found.get("specification", ""),
        confirmed=found.get("confirmed", False),
        by=found.get("by", ""),
        date=found.get("date"),
        form=FileForm(found["file"], **form),
        unit=unit,
        rows=tuple(_kind(common, kind) for kind in kinds),
        filters=tuple(_filter(entry) for entry in found.get("filter", [])),
        unused=tuple(found.get("unused", [])),
        once=tuple(found.get("once", [])),
    )


def _kind(common: tuple[ColumnMap, ...], kind: dict[str, Any]) -> RowKind:
    own = tuple(column_map(entry) for entry in kind.get("column", []))
    return RowKind((*common, *own), kind.get("record", ""))


def column_map(entry: dict[str, Any]) -> ColumnMap:
    """Return the map of one column from its entry in TOML."""
    values = {RENAMED.get(key, key): value for key, value in entry.items()}
    if "leave_out" in values:
        values["leave_out"] = tuple(values["leave_out"])
    return ColumnMap(**values)


def _filter(entry: dict[str, Any]) -> Filter:
    return Filter(entry["from"], tuple(entry["take"]), tuple(entry.get("leave_out", ())))

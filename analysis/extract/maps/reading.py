"""Read maps from the TOML files of `maps/`, naming every fault; a faulty map is not applied."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.extract.files.form import FileForm
from analysis.extract.files.problem import Problem
from analysis.extract.maps.checks import faults_of_map, faults_of_text
from analysis.extract.maps.map_file import FOLDER, ColumnMap, DatasetMap, Filter, RowKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from analysis.contracts.contract import DataContract

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


SUFFIX = ".toml"


@dataclass(frozen=True)
class Maps:
    """The maps of an extract.

    Attributes
    ----------
    by_dataset
        The maps without a fault, by dataset.
    problems
        By dataset, the problems that prevent its map from being used.
    patterns
        The council's file, or pattern of files, of each dataset that has a map.
    """

    by_dataset: dict[str, DatasetMap] = field(default_factory=dict)
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)


def read_maps(
    directory: Path, contracts: Mapping[str, DataContract], *, unconfirmed: bool = False
) -> Maps:
    """Read the maps in an extract's folder, if there are any.

    Parameters
    ----------
    unconfirmed
        Whether unconfirmed maps are used too, to see their result.
    """
    maps = Maps()
    folder = directory / FOLDER
    if not folder.is_dir():
        return maps
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name.startswith("README"):
            continue
        _read(path, contracts, maps, unconfirmed=unconfirmed)
    return maps


def _read(
    path: Path, contracts: Mapping[str, DataContract], maps: Maps, *, unconfirmed: bool
) -> None:
    name, dataset = f"{FOLDER}/{path.name}", path.stem
    problems: list[Problem] = []
    found = _parsed(path, problems, name)
    if found is not None:
        dataset = str(found.get("dataset", dataset))
        maps.patterns.setdefault(dataset, str(found.get("file", "")))
        problems += [Problem("map", name, fault) for fault in faults_of_text(found, contracts)]
    if found is not None and dataset in maps.by_dataset:
        other = maps.by_dataset[dataset].name
        problems.append(Problem("map", name, f"{other} gives the dataset {dataset} already"))
    if found is not None and not problems:
        map_ = dataset_map(found, name, hashlib.sha256(path.read_bytes()).hexdigest())
        faults = faults_of_map(map_, contracts)
        problems += [Problem("map-column", name, fault) for fault in faults]
        if not (unconfirmed or map_.confirmed):
            problems.append(Problem("map-confirmed", name, "a map that nobody has confirmed"))
        if not problems:
            maps.by_dataset[dataset] = map_
    if problems:
        maps.problems[dataset] = (*maps.problems.get(dataset, ()), *problems)


def _parsed(path: Path, problems: list[Problem], name: str) -> dict[str, object] | None:
    if path.suffix != SUFFIX:
        problems.append(Problem("map", name, f"no file of the kind {SUFFIX}"))
        return None
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem("map", name, f"no TOML ({error})"))
    except (OSError, UnicodeDecodeError):
        problems.append(Problem("map", name, "no text in UTF-8 that opens"))
    return None

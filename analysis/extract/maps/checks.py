"""Checks of a map, before any file is read through it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from analysis.extract.files.form import FORMATS, FileForm
from analysis.extract.files.today import is_in_the_future
from analysis.extract.maps.map_file import BLANK, LEAVE_OUT, ColumnMap, DatasetMap
from analysis.extract.maps.value_formats import DATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from analysis.contracts.contract import DataContract

KEYS: dict[str, type | tuple[type, ...]] = {
    "dataset": str, "file": str, "layout": str, "specification": str, "confirmed": bool,
    "by": str, "date": date, "form": dict, "column": list, "rows": list, "filter": list,
    "unused": list, "once": list,
}  # fmt: skip
COLUMN_KEYS: dict[str, type | tuple[type, ...]] = {
    "to": str, "from": str, "always": str, "sequence": str, "of": str, "by": str, "prefix": str,
    "digits": int, "date": str, "decimal": str, "thousands": str, "codes": dict,
    "leave_out": list, "before": str, "after": str, "blank": str,
}  # fmt: skip
ROW_KEYS: dict[str, type | tuple[type, ...]] = {"record": str, "column": list}
FILTER_KEYS: dict[str, type | tuple[type, ...]] = {"from": str, "take": list, "leave_out": list}
FORM_KEYS: dict[str, type | tuple[type, ...]] = {
    "format": str, "encoding": str, "delimiter": str, "lineEnd": str, "unit": str,
}  # fmt: skip
ORIGINS = ("from", "always", "sequence", "of")


def faults_of_text(found: Mapping[str, Any], contracts: Mapping[str, DataContract]) -> list[str]:
    """Return the faults of a TOML document as a map: its keys, their types, the dataset."""
    faults = list(_keys(found, KEYS, "the map", required=("dataset", "file")))
    faults += _keys(found.get("form", {}), FORM_KEYS, "[form]")
    for what, known, required in (
        ("column", COLUMN_KEYS, ("to",)),
        ("rows", ROW_KEYS, ()),
        ("filter", FILTER_KEYS, ("from", "take")),
    ):
        for number, entry in enumerate(_tables(found.get(what)), start=1):
            faults += _keys(entry, known, f"[[{what}]] {number}", required=required)
            for inner, column in enumerate(_tables(entry.get("column")), start=1):
                place = f"[[rows.column]] {inner} of [[rows]] {number}"
                faults += _keys(column, COLUMN_KEYS, place, required=("to",))
    dataset = found.get("dataset")
    if isinstance(dataset, str) and dataset not in contracts:
        faults.append(f"no contract has the dataset '{dataset}'{_near(dataset, contracts)}")
    if not faults:
        faults += _form(found)
        faults += _confirmation(found)
    return faults


def _tables(value: object) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, dict)]


def _keys(
    entry: Mapping[str, Any],
    known: Mapping[str, type | tuple[type, ...]],
    place: str,
    required: Iterable[str] = (),
) -> Iterator[str]:
    for key in required:
        if key not in entry:
            yield f"{place} lacks {key}"
    for key, value in entry.items():
        if key not in known:
            yield f"{place} has the unknown key '{key}'{_near(key, known)}"
        elif not isinstance(value, known[key]) or (known[key] is int and value is True):
            yield f"{key} of {place} is of another kind"
        elif isinstance(value, list) and key in ("column", "rows", "filter"):
            if not all(isinstance(each, dict) for each in value):
                yield f"head each entry of {key} with [[{key}]]"
        elif isinstance(value, list | dict) and known is not FORM_KEYS and key != "form":
            texts = [*value, *(value.values() if isinstance(value, dict) else ())]
            if not all(isinstance(each, str) for each in texts):
                yield f"{key} of {place} contains something other than text in quotation marks"


def _form(found: Mapping[str, Any]) -> Iterator[str]:
    form = found.get("form", {})
    xml = form.get("format") == "xml"
    if xml != ("unit" in form):
        yield "[form] gives a unit for XML, and for nothing else"
    if xml and not all(kind.get("record") for kind in found.get("rows") or [{}]):
        yield "each [[rows]] of an XML file names its record"
    try:
        renamed = {"lineEnd": "line_end"}
        own = {renamed.get(k, k): v for k, v in form.items() if k != "unit"}
        FileForm(found["file"], **({} if xml else own))
    except ValueError as error:
        yield f"[form]: {error}{' or xml' if form.get('format') not in (*FORMATS, None) else ''}"


def _confirmation(found: Mapping[str, Any]) -> Iterator[str]:
    if found.get("confirmed"):
        if not str(found.get("by", "")).strip() or "date" not in found:
            yield "a confirmed map says by whom (by) and on which day (date)"
        elif is_in_the_future(found["date"]):
            yield f"the date of confirmation, {found['date']}, is in the future"


def faults_of_map(map_: DatasetMap, contracts: Mapping[str, DataContract]) -> list[str]:
    """Return the faults by which a map does not give each column of the dataset exactly once."""
    contract = contracts[map_.dataset]
    faults: list[str] = []
    for kind in map_.rows:
        by_target: dict[str, list[ColumnMap]] = {}
        for column in kind.columns:
            by_target.setdefault(column.to, []).append(column)
        for target, columns in by_target.items():
            if len(columns) > 1:
                sent = " and ".join(column.words for column in columns)
                faults.append(f"two columns, {sent}, go to {target}")
        faults += [
            f'nothing goes to {target}; write always = "" if it is blank'
            for target in contract.column_names
            if target not in by_target
        ]
        for column in kind.columns:
            faults += _column(column, contract, contracts)
    names = set(contract.column_names)
    faults += [f"once names the unknown column {name}" for name in map_.once if name not in names]
    taken = Counter([*map_.sources, *map_.unused])
    faults += [f"{name} is both taken and unused" for name, n in taken.items() if n > 1]
    return list(dict.fromkeys(faults))


def _column(
    column: ColumnMap, contract: DataContract, contracts: Mapping[str, DataContract]
) -> Iterator[str]:
    if column.to not in contract.column_names:
        near = _near(column.to, contract.column_names)
        yield f"the contract of {contract.dataset} has no column '{column.to}'{near}"
        return
    about = contract.column(column.to)
    origins = [column.source, column.always is not None, column.sequence, column.of]
    if sum(map(bool, origins)) != 1:
        yield f"{column.to} must have exactly one of {', '.join(ORIGINS)}"
    given = [*column.codes.values(), *([column.always] if column.always else [])]
    for value in dict.fromkeys(given):
        if about.categories and value not in about.categories:
            yield (
                f"'{value}' is not a code of {column.to}; "
                f"its codes are {', '.join(about.categories)}"
            )
    if column.date and column.date not in DATES:
        yield f"date of {column.to} is '{column.date}'; write one of {', '.join(DATES)}"
    if (column.date or column.before or column.after) and about.logical_type != "date":
        yield f"{column.to} contains no dates, so date, before and after do not apply"
    for key, allowed in (("before", {LEAVE_OUT, BLANK}), ("after", {LEAVE_OUT, BLANK}),
                         ("blank", {LEAVE_OUT})):  # fmt: skip
        if getattr(column, key) not in {"", *allowed}:
            yield f"{key} of {column.to} is '{getattr(column, key)}'; write {LEAVE_OUT}"
    if both := sorted(set(column.codes) & set(column.leave_out)):
        yield f"codes of {column.to} that are taken and left out: {', '.join(both)}"
    if column.of:
        yield from _lookup(column, contract, contracts)


def _lookup(
    column: ColumnMap, contract: DataContract, contracts: Mapping[str, DataContract]
) -> Iterator[str]:
    dataset, _, taken = column.of.partition(".")
    other = contracts.get(dataset)
    if other is None or taken not in other.column_names or dataset == contract.dataset:
        yield f"of is '{column.of}', which is not a column of another dataset"
    elif column.by not in contract.column_names or other.key != (column.by,):
        yield f"by is '{column.by}', which is not a column here, or not the key of {dataset}"


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; is it {near[0]}?" if near else ""

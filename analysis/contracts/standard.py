"""The part of the Open Data Contract Standard that contracts may use: schema and keys.

The standard has many more keys than are tested, applied or merely descriptive here. Readers of a
contract would rely on a key that promises something nothing here tests, so such a key is an error,
reported with its line.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from analysis.contracts.contract import OPTIONS
from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.contracts.yaml_document import Document

    Path_ = tuple[str | int, ...]
    Found = tuple[Path_, str, str]

SAID = frozenset({"authoritativeDefinitions", "businessName", "description", "examples", "id",
                  "name", "synonyms", "tags"})  # fmt: skip
"""Keys that inform a reader and promise nothing about the data."""
TOP = SAID | {"apiVersion", "contractCreatedTs", "dataProduct", "domain", "kind", "price", "roles",
              "schema", "servers", "status", "support", "team", "tenant", "version"}  # fmt: skip
SERVER = frozenset({"customProperties", "description", "format", "id", "path", "server", "type"})
OBJECT = SAID | {"dataGranularityDescription", "logicalType", "physicalName", "physicalType",
                 "properties", "quality"}  # fmt: skip
COLUMN = SAID | {"classification", "criticalDataElement", "customProperties", "logicalType",
                 "logicalTypeOptions", "physicalName", "primaryKey", "primaryKeyPosition",
                 "quality", "relationships", "required", "unique"}  # fmt: skip
OF_COLUMN = ("expectedMissingPercent", "expectedPercent", "missingTolerance", "unit")
"""Custom properties of a column."""
RELATIONSHIP = frozenset({"to", "type"})
RULE = SAID | {"arguments", "businessImpact", "customProperties", "dimension", "engine",
               "implementation", "metric", "mustBe", "mustBeBetween", "mustBeGreaterOrEqualTo",
               "severity", "type"}  # fmt: skip
OF_RULE = ("mayTestNothing", "remedy")
"""Custom properties of a rule."""
DATES = ("yyyy-MM-dd", "yyyy-MM")
TYPED_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "string": ("pattern",),
    "integer": ("minimum", "maximum", "multipleOf"),
    "number": ("minimum", "maximum", "multipleOf"),
    "date": ("minimum", "maximum", "format"),
}
"""The options that are tested for columns of each type."""


GRAMMAR = "rfc3987_syntax"
"""An optional module that checks web addresses, which is not needed and slow to load."""


def check_schema(document: Document) -> None:
    """Raise ConfigurationError with file, line and key where a contract violates the schema."""
    errors = list(_deepest(_validator().iter_errors(document.value)))
    if not errors:
        return
    lines = [f"{document.place(error.absolute_path)}: {_say(error)}" for error in errors[1:]]
    more = "".join(f"\n{line}" for line in lines)
    raise ConfigurationError(
        f"{_say(errors[0])} (Open Data Contract Standard){more}",
        place=document.place(errors[0].absolute_path),
        remedy="correct the key as the standard says",
    )


@lru_cache(maxsize=1)
def _validator() -> Any:
    with _without(GRAMMAR):
        from jsonschema import Draft201909Validator, validators

    text = files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8")
    schema = json.loads(text)
    return validators.validator_for(schema, default=Draft201909Validator)(schema)


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Hide an optional module from imports, unless it has already been imported."""
    absent = module not in sys.modules
    if absent:
        sys.modules[module] = None  # type: ignore[assignment]  # the import system's own mark
    try:
        yield
    finally:
        if absent:
            del sys.modules[module]


def _deepest(errors: Iterator[Any]) -> Iterator[Any]:
    """Yield the errors deepest in the document, of an error with alternatives."""
    for error in errors:
        inner = [e for e in error.context or [] if len(e.absolute_path) > len(error.absolute_path)]
        yield from inner or [error]


def _say(error: Any) -> str:
    message = str(error.message)
    return message if len(message) < 200 else f"breaks the rule '{error.validator}'"


def check_keys(document: Document) -> None:
    """Raise ConfigurationError, with file and line, for the first key that would be ignored."""
    for path, what, remedy in _ignored(document.value):
        raise ConfigurationError(what, place=document.place(path), remedy=remedy)


def _ignored(top: Mapping[str, Any]) -> Iterator[Found]:
    yield from _others((), top, TOP)
    paths = [server.get("path") for server in top.get("servers") or []]
    for index, server in enumerate(top.get("servers") or []):
        where: Path_ = ("servers", index)
        yield from _others(where, server, SERVER)
        if server.get("type") != "local":
            yield (
                (*where, "type"),
                f"the type '{server.get('type')}' would be read as a file of the extract's folder",
                "write local",
            )
    for index, table in enumerate(top.get("schema") or []):
        where = ("schema", index)
        yield from _others(where, table, OBJECT)
        physical = table.get("physicalName")
        if physical and paths and physical not in paths:
            yield (
                (*where, "physicalName"),
                f"'{physical}' is not one of the files that the servers name: {', '.join(paths)}",
                "write the path of a server, or leave it out",
            )
        yield from _rules(where, table)
        for number, column in enumerate(table.get("properties") or []):
            yield from _of_column((*where, "properties", number), column)


def _of_column(where: Path_, column: Mapping[str, Any]) -> Iterator[Found]:
    yield from _others(where, column, COLUMN)
    yield from _custom(where, column, OF_COLUMN)
    if column.get("physicalName", column["name"]) != column["name"]:
        yield (
            (*where, "physicalName"),
            f"the column is looked for under its name, '{column['name']}', in the file",
            "write the file's heading as the name, or leave physicalName out",
        )
    if "primaryKeyPosition" in column and not column.get("primaryKey"):
        yield (
            (*where, "primaryKeyPosition"),
            f"'{column['name']}' has a position in the key but is not part of it",
            "add primaryKey: true, or remove the position",
        )
    for number, relation in enumerate(column.get("relationships") or []):
        if isinstance(relation, dict):
            yield from _others((*where, "relationships", number), relation, RELATIONSHIP)
    yield from _rules(where, column)
    yield from _options(where, column)


def _options(where: Path_, column: Mapping[str, Any]) -> Iterator[Found]:
    options, kind = column.get("logicalTypeOptions") or {}, column.get("logicalType", "")
    for name, value in options.items():
        path = (*where, "logicalTypeOptions", name)
        tested = TYPED_OPTIONS.get(kind, OPTIONS)
        if name in OPTIONS and name not in tested:
            yield (
                path,
                f"the option {name} would not be tested in a column of type {kind}",
                f"use {', '.join(tested)}, or write the rule out under quality",
            )
        if name == "format" and value not in DATES:
            yield (
                path,
                f"'{value}' is not a date format that can be read",
                f"use {', '.join(DATES)}",
            )
        if name == "multipleOf" and not (isinstance(value, int | float) and value > 0):
            yield path, f"'{value}' is not a valid step", "write a number above 0"


def _rules(where: Path_, holder: Mapping[str, Any]) -> Iterator[Found]:
    for number, rule in enumerate(holder.get("quality") or []):
        yield from _others((*where, "quality", number), rule, RULE)
        yield from _custom((*where, "quality", number), rule, OF_RULE)


def _others(where: Path_, holder: Mapping[str, Any], known: frozenset[str]) -> Iterator[Found]:
    for key in holder:
        if key not in known:
            yield (
                (*where, key),
                f"the key {key} would not be tested",
                "remove it, or write the condition as a rule under quality",
            )


def _custom(where: Path_, holder: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Found]:
    for number, item in enumerate(holder.get("customProperties") or []):
        if item.get("property") not in known:
            yield (
                (*where, "customProperties", number),
                f"the property {item.get('property')} would not be tested",
                f"use {', '.join(known)}, or write the condition as a rule under quality",
            )

"""Columns of a data contract, read from their entries, with the line of each fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.contracts.contract import LOGICAL_TYPES, OPTIONS, SENSITIVITIES, Column
from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.contracts.yaml_document import Document


def read_column(document: Document, path: tuple[str | int, ...], entry: dict[str, Any]) -> Column:
    """Return a column from its entry in a contract; raises an error for an invalid key."""

    def needed(key: str, allowed: tuple[str, ...] = ()) -> Any:
        value = entry.get(key)
        if not value or (allowed and value not in allowed):
            among = f": one of {', '.join(allowed)}" if allowed else ""
            raise column_error(
                document, (*path, key), f"column '{entry['name']}' needs it", f"add {key}{among}"
            )
        return value

    own = custom_properties(entry)
    targets = [relation["to"] for relation in entry.get("relationships") or []]
    if len(targets) > 1 or any(not isinstance(target, str) for target in targets):
        raise column_error(
            document, (*path, "relationships"), "more than one target", "keep one dataset.column"
        )
    return Column(
        name=entry["name"],
        description=needed("description"),
        logical_type=needed("logicalType", LOGICAL_TYPES),
        sensitivity=needed("classification", SENSITIVITIES),
        unit=str(own.get("unit", "")),
        required=bool(entry.get("required") or entry.get("primaryKey")),
        unique=bool(entry.get("unique")),
        primary_key=bool(entry.get("primaryKey")),
        options=_options(document, path, entry),
        categories=_categories(entry),
        references=targets[0] if targets else "",
        missing_percent=_missing_percent(document, path, entry),
        expected_percent=_expected_percent(document, path, entry),
        missing_tolerance=_missing_tolerance(document, path, entry),
        place=document.place(path),
    )


def _options(
    document: Document, path: tuple[str | int, ...], entry: dict[str, Any]
) -> dict[str, Any]:
    options = dict(entry.get("logicalTypeOptions") or {})
    for name in options:
        if name not in OPTIONS:
            raise column_error(
                document,
                (*path, "logicalTypeOptions", name),
                f"the option {name} would not be tested",
                f"use {', '.join(OPTIONS)}, or write the rule out under quality",
            )
    return options


def _missing_percent(
    document: Document, path: tuple[str | int, ...], entry: dict[str, Any]
) -> float:
    value = custom_properties(entry).get("expectedMissingPercent", 0)
    if not _is_percent(value) or value == 100:
        raise column_error(
            document,
            (*path, "customProperties"),
            "expectedMissingPercent is not a percentage below 100",
            "write a number from 0 to below 100",
        )
    if value and (entry.get("required") or entry.get("primaryKey")):
        raise column_error(
            document,
            (*path, "customProperties"),
            "expectedMissingPercent is given for a required column",
            "remove one of the two",
        )
    return float(value)


def _missing_tolerance(
    document: Document, path: tuple[str | int, ...], entry: dict[str, Any]
) -> float:
    value = custom_properties(entry).get("missingTolerance", 0)
    if not _is_percent(value) or (
        value and not custom_properties(entry).get("expectedMissingPercent")
    ):
        raise column_error(
            document,
            (*path, "customProperties"),
            "missingTolerance is not a number of points, or has no expectedMissingPercent",
            "write a number from 0 to 100, and the share that it is about",
        )
    return float(value)


def _expected_percent(
    document: Document, path: tuple[str | int, ...], entry: dict[str, Any]
) -> dict[str, float]:
    value = custom_properties(entry).get("expectedPercent", {})
    if not isinstance(value, dict) or not all(map(_is_percent, value.values())):
        raise column_error(
            document,
            (*path, "customProperties"),
            "expectedPercent gives no percentage for each of its categories",
            "write numbers from 0 to 100, such as {'no': 5}",
        )
    for category in value:
        if category not in _categories(entry):
            raise column_error(
                document,
                (*path, "customProperties"),
                f"expectedPercent names '{category}', which validValues do not list",
                "spell it as there",
            )
    return {category: float(share) for category, share in value.items()}


def _is_percent(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


def _categories(entry: dict[str, Any]) -> tuple[str, ...]:
    for rule in entry.get("quality") or []:
        if rule.get("metric") == "invalidValues" and "validValues" in rule.get("arguments", {}):
            return tuple(str(value) for value in rule["arguments"]["validValues"])
    return ()


def custom_properties(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the custom properties of an entry by name."""
    return {item["property"]: item["value"] for item in entry.get("customProperties") or []}


def column_error(
    document: Document, path: tuple[str | int, ...], what: str, remedy: str
) -> ConfigurationError:
    """Return the error that names the place in a contract, what is wrong there and the remedy."""
    return ConfigurationError(what, place=document.place(path), remedy=remedy)

"""From contract files to contracts: each key checked, each fault named with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.contracts.contract import (
    API_VERSION,
    LOGICAL_TYPES,
    OPTIONS,
    SENSITIVITIES,
    SEVERITIES,
    SUFFIX,
    Column,
    DataContract,
    Rule,
)
from analysis.contracts.implied_rules import implied_rules
from analysis.contracts.yaml_document import Document, read_document
from analysis.errors import ConfigurationError
from analysis.extract.files.form import FileForm, file_form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_contracts(directory: Path) -> dict[str, DataContract]:
    """Read every contract of a folder.

    Parameters
    ----------
    directory
        Holds one `<dataset>.odcs.yaml` per dataset.

    Returns
    -------
    dict
        The contracts by dataset, in alphabetical order.

    Raises
    ------
    ConfigurationError
        If there is none, or one is broken: file, line, key, rule and remedy.
    """
    paths = sorted(directory.glob(f"*{SUFFIX}"))
    if not paths:
        raise ConfigurationError(
            "there is no data contract",
            place=f"{directory.name}/",
            remedy=f"restore the files *{SUFFIX}",
        )
    contracts: dict[str, DataContract] = {}
    for path in paths:
        contract = read_contract(path)
        contracts[contract.dataset] = contract
    _check_rule_ids(contracts)
    _check_references(contracts)
    return contracts


def read_contract(path: Path) -> DataContract:
    """Read one contract; raises ConfigurationError as `read_contracts` does."""
    from analysis.contracts.schema import check_schema

    document = read_document(path)
    check_schema(document)
    return _contract(document, path.name.removesuffix(SUFFIX))


def _contract(document: Document, dataset: str) -> DataContract:
    top = document.value
    if top["apiVersion"] != API_VERSION:
        raise _broken(document, ("apiVersion",), "is another version", f"write {API_VERSION}")
    objects = top.get("schema") or []
    if len(objects) != 1:
        raise _broken(document, ("schema",), "needs exactly one object", "one dataset a contract")
    table, where = objects[0], ("schema", 0)
    if table["name"] != dataset:
        raise _broken(
            document,
            (*where, "name"),
            f"is '{table['name']}' in the contract named for '{dataset}'",
            f"name the file {table['name']}{SUFFIX}, or the object {dataset}",
        )
    columns = tuple(
        _column(document, (*where, "properties", index), entry)
        for index, entry in enumerate(table.get("properties") or [])
    )
    if not columns:
        raise _broken(document, where, "lists no columns", "list them under properties")
    names = [column.name for column in columns]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise _broken(
                document,
                (*where, "properties", index, "name"),
                f"two columns are called '{name}'",
                "keep one of them, or correct its name",
            )
    about = top.get("description") or {}
    return DataContract(
        dataset=dataset,
        file=str(table.get("physicalName", f"{dataset}.csv")),
        title=top.get("name", dataset),
        purpose=about.get("purpose", ""),
        limitations=about.get("limitations", ""),
        columns=columns,
        rules=tuple(_rules(document, dataset, table)),
        forms=_forms(document, dataset),
        place=document.place(where),
    )


def _column(document: Document, path: tuple[str | int, ...], entry: dict[str, Any]) -> Column:
    def needed(key: str, allowed: tuple[str, ...] = ()) -> Any:
        value = entry.get(key)
        if not value or (allowed and value not in allowed):
            among = f": one of {', '.join(allowed)}" if allowed else ""
            raise _broken(
                document, (*path, key), f"column '{entry['name']}' needs it", f"add {key}{among}"
            )
        return value

    custom = _custom(entry)
    targets = [relation["to"] for relation in entry.get("relationships") or []]
    if len(targets) > 1 or any(not isinstance(target, str) for target in targets):
        raise _broken(
            document, (*path, "relationships"), "more than one target", "keep one dataset.column"
        )
    return Column(
        name=entry["name"],
        description=needed("description"),
        logical_type=needed("logicalType", LOGICAL_TYPES),
        sensitivity=needed("classification", SENSITIVITIES),
        unit=str(custom.get("unit", "")),
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
            raise _broken(
                document,
                (*path, "logicalTypeOptions", name),
                f"the option {name} would be tested by nothing",
                f"use {', '.join(OPTIONS)}, or write the rule out under quality",
            )
    return options


def _missing_percent(
    document: Document, path: tuple[str | int, ...], entry: dict[str, Any]
) -> float:
    value = _custom(entry).get("expectedMissingPercent", 0)
    if not _is_percent(value) or value == 100:
        raise _broken(
            document,
            (*path, "customProperties"),
            "expectedMissingPercent is no percentage of rows that can be expected",
            "write a number from 0 to below 100",
        )
    if value and (entry.get("required") or entry.get("primaryKey")):
        raise _broken(
            document,
            (*path, "customProperties"),
            "expectedMissingPercent stands at a required column",
            "take away one of the two",
        )
    return float(value)


def _missing_tolerance(
    document: Document, path: tuple[str | int, ...], entry: dict[str, Any]
) -> float:
    value = _custom(entry).get("missingTolerance", 0)
    if not _is_percent(value) or (value and not _custom(entry).get("expectedMissingPercent")):
        raise _broken(
            document,
            (*path, "customProperties"),
            "missingTolerance is no number of points beside an expectedMissingPercent",
            "write a number from 0 to 100, and the share that it is about",
        )
    return float(value)


def _expected_percent(
    document: Document, path: tuple[str | int, ...], entry: dict[str, Any]
) -> dict[str, float]:
    value = _custom(entry).get("expectedPercent", {})
    if not isinstance(value, dict) or not all(map(_is_percent, value.values())):
        raise _broken(
            document,
            (*path, "customProperties"),
            "expectedPercent gives no percentage for each of its categories",
            "write numbers from 0 to 100, such as {'no': 5}",
        )
    for category in value:
        if category not in _categories(entry):
            raise _broken(
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


def _rules(document: Document, dataset: str, table: dict[str, Any]) -> list[Rule]:
    found = [
        _rule(document, dataset, "", ("schema", 0, "quality", index), entry)
        for index, entry in enumerate(table.get("quality") or [])
    ]
    for number, column in enumerate(table["properties"]):
        path = ("schema", 0, "properties", number, "quality")
        found += [
            _rule(document, dataset, column["name"], (*path, index), entry)
            for index, entry in enumerate(column.get("quality") or [])
        ]
    return found


def _rule(
    document: Document,
    dataset: str,
    column: str,
    path: tuple[str | int, ...],
    entry: dict[str, Any],
) -> Rule:
    custom = _custom(entry)
    wanted = {
        "id": entry.get("id"),
        "severity": entry.get("severity"),
        "description": entry.get("description"),
        "businessImpact": entry.get("businessImpact"),
        "customProperties.remedy": custom.get("remedy"),
    }
    for key, value in wanted.items():
        if not value:
            raise _broken(document, path, f"the rule has no {key}", f"add {key}")
    if entry["severity"] not in SEVERITIES:
        raise _broken(
            document, (*path, "severity"), f"is '{entry['severity']}'", "write error or warning"
        )
    return Rule(
        id=entry["id"],
        dataset=dataset,
        column=column,
        severity=entry["severity"],
        expected=entry["description"],
        reason=entry["businessImpact"],
        remedy=str(custom["remedy"]),
        dimension=entry.get("dimension", "conformity"),
        body=entry,
        may_test_nothing=bool(custom.get("mayTestNothing", False)),
        place=document.place(path),
    )


def _custom(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {item["property"]: item["value"] for item in entry.get("customProperties") or []}


def _forms(document: Document, dataset: str) -> tuple[FileForm, ...]:
    servers = document.value.get("servers") or [{"path": f"{dataset}.csv", "format": "csv"}]
    found = []
    for index, server in enumerate(servers):
        try:
            found.append(file_form(server))
        except (KeyError, ValueError) as error:
            raise _broken(
                document, ("servers", index), f"is no way to send a file: {error}", "correct it"
            ) from None
    return tuple(found)


def _check_rule_ids(contracts: Mapping[str, DataContract]) -> None:
    implied = {rule.id: rule for each in contracts.values() for rule in implied_rules(each)}
    seen: dict[str, Rule] = {}
    for contract in contracts.values():
        for rule in contract.rules:
            first = seen.get(rule.id) or implied.get(rule.id)
            if first is not None:
                how = "stands" if rule.id in seen else "is implied by the column"
                raise ConfigurationError(
                    f"the rule id '{rule.id}' {how} at {first.place} already",
                    place=rule.place,
                    remedy="give every rule an id of its own",
                )
            seen[rule.id] = rule


def _check_references(contracts: Mapping[str, DataContract]) -> None:
    for contract in contracts.values():
        for column in contract.columns:
            dataset, _, name = column.references.partition(".")
            if column.references and (
                dataset not in contracts or name not in contracts[dataset].column_names
            ):
                raise ConfigurationError(
                    f"column '{column.name}' refers to {column.references}, which no contract has",
                    place=column.place,
                    remedy="correct relationships.to, or add the contract",
                )


def _broken(
    document: Document, path: tuple[str | int, ...], what: str, remedy: str
) -> ConfigurationError:
    return ConfigurationError(what, place=document.place(path), remedy=remedy)

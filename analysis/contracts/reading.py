"""Read contracts from their files, checking each key and naming the line of each fault."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from analysis.contracts.column import column_error, custom_properties, read_column
from analysis.contracts.contract import (
    API_VERSION,
    SEVERITIES,
    SUFFIX,
    DataContract,
    Rule,
)
from analysis.contracts.implied_rules import implied_rules
from analysis.contracts.standard import check_keys, check_schema
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
        Folder with one `<dataset>.odcs.yaml` per dataset.

    Returns
    -------
    dict
        The contracts by dataset, in alphabetical order.

    Raises
    ------
    ConfigurationError
        If there is none, or one is invalid, with file, line, key, rule and remedy.
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
    _check_rules(contracts)
    return contracts


def read_contract(path: Path) -> DataContract:
    """Read one contract; raises ConfigurationError as `read_contracts` does."""
    document = read_document(path)
    check_schema(document)
    contract = _contract(document, path.name.removesuffix(SUFFIX))
    check_keys(document)
    return contract


def _contract(document: Document, dataset: str) -> DataContract:
    top = document.value
    if top["apiVersion"] != API_VERSION:
        raise column_error(document, ("apiVersion",), "is another version", f"write {API_VERSION}")
    objects = top.get("schema") or []
    if len(objects) != 1:
        raise column_error(
            document, ("schema",), "needs exactly one object", "one dataset a contract"
        )
    table, where = objects[0], ("schema", 0)
    if table["name"] != dataset:
        raise column_error(
            document,
            (*where, "name"),
            f"is '{table['name']}' in the contract named for '{dataset}'",
            f"name the file {table['name']}{SUFFIX}, or the object {dataset}",
        )
    columns = tuple(
        read_column(document, (*where, "properties", index), entry)
        for index, entry in enumerate(table.get("properties") or [])
    )
    if not columns:
        raise column_error(document, where, "lists no columns", "list them under properties")
    names = [column.name for column in columns]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise column_error(
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
    own = custom_properties(entry)
    wanted = {
        "id": entry.get("id"),
        "severity": entry.get("severity"),
        "description": entry.get("description"),
        "businessImpact": entry.get("businessImpact"),
        "customProperties.remedy": own.get("remedy"),
    }
    for key, value in wanted.items():
        if not value:
            raise column_error(document, path, f"the rule has no {key}", f"add {key}")
    if entry["severity"] not in SEVERITIES:
        raise column_error(
            document, (*path, "severity"), f"is '{entry['severity']}'", "write error or warning"
        )
    return Rule(
        id=entry["id"],
        dataset=dataset,
        column=column,
        severity=entry["severity"],
        expected=entry["description"],
        reason=entry["businessImpact"],
        remedy=str(own["remedy"]),
        dimension=entry.get("dimension", "conformity"),
        body=entry,
        may_test_nothing=bool(own.get("mayTestNothing", False)),
        place=document.place(path),
    )


def _forms(document: Document, dataset: str) -> tuple[FileForm, ...]:
    table = document.value["schema"][0]
    named = str(table.get("physicalName", f"{dataset}.csv"))
    servers = document.value.get("servers") or [{"path": named, "format": "csv"}]
    found = []
    for index, server in enumerate(servers):
        try:
            found.append(file_form(server))
        except (KeyError, ValueError) as error:
            raise column_error(
                document,
                ("servers", index),
                f"is not a file form that can be read: {error}",
                "correct it",
            ) from None
    return tuple(found)


def _check_rule_ids(contracts: Mapping[str, DataContract]) -> None:
    implied = {rule.id: rule for each in contracts.values() for rule in implied_rules(each)}
    seen: dict[str, Rule] = {}
    for contract in contracts.values():
        for rule in contract.rules:
            first = seen.get(rule.id) or implied.get(rule.id)
            if first is not None:
                how = "is given" if rule.id in seen else "is implied by the column"
                raise ConfigurationError(
                    f"the rule id '{rule.id}' {how} at {first.place} already",
                    place=rule.place,
                    remedy="give each rule its own id",
                )
            seen[rule.id] = rule


def refuse_without_column(error: KeyError, contracts: Mapping[str, DataContract]) -> None:
    """Raise an error naming the column that a computation lacks, if no contract has it.

    Raises
    ------
    ConfigurationError
        If a contract was edited, and the code needs a column that was removed.
    """
    name = error.args[0] if error.args else None
    known = {column for contract in contracts.values() for column in contract.column_names}
    if not isinstance(name, str) or name in known:
        return
    near = get_close_matches(name, known, 1)
    meant = f" ({near[0]} is near it)" if near else ""
    raise ConfigurationError(
        f"the report computes with '{name}', and no data contract has a column of that name{meant}",
        place="data_contracts/",
        remedy="give the column its name back, in contract and extract, or change the code that "
        "reads it",
    ) from error


def _check_rules(contracts: Mapping[str, DataContract]) -> None:
    """Raise an error for a rule that can't be tested, before any data are read."""
    from analysis.contracts.expectations import expectations

    for contract in contracts.values():
        expectations(contract, contracts)


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

"""Make the ledger of a build: records of the exhibits shown, and what the records share."""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from typing import TYPE_CHECKING, Any

from analysis.study.toml_file import key_lines
from audit.ledger.exhibit_record import record, shown_evidence
from audit.ledger.ledger import Ledger, here
from audit.ledger.provenance import InputFile, RuleOutcome, Setting, Step
from audit.trace.lineage import Dataflow, code_table, counted_outcomes, dotted
from audit.trace.program import program
from audit.trace.repository import read_commit
from audit.trace.sources import SourceIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from analysis.disclosure import DisclosureRules
    from analysis.evaluation import Evaluation
    from audit.ledger.record import Record
    from report.exhibit_references import Use

STATED = {"published_directory": "data/published", "proofs_directory": "data/proofs"}
"""Inputs of the dataflow that are folders of the project, relative to its root."""
STUDY = "study.toml"
CONTRACTS = "data_contracts"


def make_ledger(
    evaluation: Evaluation,
    values: Mapping[str, Any],
    used: Iterable[Use],
    remote: str = "",
    sources: SourceIndex | None = None,
) -> Ledger:
    """Return the ledger of every exhibit shown.

    Parameters
    ----------
    values
        Every exhibit, and the results that a ledger needs, by name.
    used
        Uses of exhibits in the chapters.
    remote
        Address of the public repository; empty if none is configured.
    sources
        The project's code, if it has already been read.
    """
    root = evaluation.root
    places: dict[str, list[Any]] = {}
    chapters = []
    for use in used:
        chapters.append(use.location.file)
        places.setdefault(use.name, []).append(use.location)
    flow = dataflow(root, values, sources, counted_outcomes(evaluation.study))
    lineages = {name: flow.lineage(name) for name in places}
    records = tuple(
        record(
            name,
            values[name],
            values["provenances"][name],
            lineages[name],
            where,
            evaluation.study.seed,
            compared=shown_evidence(values[name], values),
        )
        for name, where in places.items()
    )
    labels = {each.name.replace("_", " "): each.label for each in evaluation.study.outcomes}
    counts = values["contract_counts"].set_index("dataset").to_dict("index")
    closure = {key for each in lineages.values() for key in each.closure}
    return Ledger(
        title=evaluation.study.title,
        commit=read_commit(root),
        label=values["origin"].label,
        files=_files(root, values, records),
        contracts={str(name): row for name, row in counts.items()},
        code=code_table(closure, flow.sources),
        records=records,
        remote=remote,
        rules=_rules(values),
        settings=_settings(root / STUDY, {key for each in records for key in each.settings}),
        columns=_meanings(values),
        chapters=tuple(dict.fromkeys(chapters)),
        sources=source_digests(root, chapters),
        graph=_graph(flow, {node for each in records for node in each.nodes}, labels),
        program=program(root),
        **here(),
    )


def source_digests(root: Path, chapters: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of chapters and data contracts, by file."""
    contracts = [f"{CONTRACTS}/{path.name}" for path in (root / CONTRACTS).glob("*")]
    files = {name: root / name for name in (*chapters, *contracts)}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in files.items()
        if path.is_file()
    }


def dataflow(
    root: Path,
    values: Mapping[str, Any],
    sources: SourceIndex | None = None,
    counted: frozenset[str] = frozenset(),
) -> Dataflow:
    """Return the graph with its code and the files in which its lineages end."""
    from analysis.dataflow import graph

    stated = {
        name: tuple(f"{folder}/{path.name}" for path in sorted((root / folder).glob("*.csv")))
        for name, folder in STATED.items()
    }
    columns = {file: tuple(each) for file, each in _meanings(values).items()}
    datasets = {name: file.datasets for name, file in values["extract_files"].items()}
    nodes = graph.nodes(graph.build(root))
    return Dataflow(nodes, sources or SourceIndex(root), columns, datasets, stated, counted)


def _meanings(values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the meaning and unit of each column of each file, from its data contract."""
    found: dict[str, dict[str, str]] = {}
    for name, contract in values["contracts"].items():
        meanings = {
            column.name: f"{column.description} ({column.unit})"
            if column.unit
            else column.description
            for column in contract.columns
        }
        for file, _ in values["contract_results"].files.get(name, ()):
            found[file] = meanings | found.get(file, {})
    return {file: found.get(file, {}) for file in values["extract_files"]}


def _files(
    root: Path, values: Mapping[str, Any], records: Iterable[Record]
) -> tuple[InputFile, ...]:
    extract = values["extract_files"]
    named = {file for each in records for file in each.files} - set(extract)
    own = []
    for name in sorted(named):
        data = (root / name).read_bytes()
        rows = sum(1 for _ in csv.reader(data.decode("utf-8-sig").splitlines())) - 1
        own.append(InputFile(name, hashlib.sha256(data).hexdigest(), rows, "project"))
    rules, about_children = values["disclosure_rules"], _files_about_children(values)
    supplied = [
        InputFile(
            f.name,
            f.sha256,
            _rounded_rows(f.rows, rules) if f.name in about_children else f.rows,
            datasets=f.datasets,
        )
        for f in extract.values()
    ]
    return (*supplied, *own)


def _rounded_rows(rows: int, rules: DisclosureRules) -> int:
    # To the nearest ten, like a total, but at least ten, so that very few rows are not revealed.
    return max(rules.rounded(rows), rules.total_base) if rows else 0


def _files_about_children(values: Mapping[str, Any]) -> set[str]:
    """Return the files whose row counts are protected like counts of children."""
    return {
        file
        for name, contract in values["contracts"].items()
        if contract.sensitivity == "child"
        for file, _ in values["contract_results"].files.get(name, ())
    }


def _rules(values: Mapping[str, Any]) -> tuple[RuleOutcome, ...]:
    return tuple(
        RuleOutcome(
            each.dataset,
            each.rule,
            each.column,
            each.severity,
            each.outcome,
            each.tested,
            each.failing,
            each.expected,
        )
        for each in values["contract_results"].public(values["disclosure_rules"]).results
    )


def _settings(path: Path, keys: Iterable[str]) -> dict[str, Setting]:
    text = path.read_text(encoding="utf-8")
    said, lines = tomllib.loads(text), key_lines(text)
    found = {}
    for key in sorted(keys):
        whole = json.dumps(said.get(key), sort_keys=True, default=str)
        line = lines.get(key, lines.get(f"{key}.0", 1))
        found[key] = Setting(line, hashlib.sha256(whole.encode()).hexdigest())
    return found


def _graph(flow: Dataflow, names: Iterable[str], labels: Mapping[str, str]) -> dict[str, Step]:
    """Return each node's function, needs, files, settings and description.

    Parameters
    ----------
    labels
        Printed label of each outcome, by its name in words.
    """
    table = {}
    for name in sorted(names):
        key = flow.key(name)
        table[name] = Step(
            dotted(key) if key else None,
            tuple(flow.nodes[name].needs),
            tuple(sorted(flow.stated_files(name))),
            tuple(sorted(flow.settings(name))),
            flow.nodes[name].does,
            {key: labels.get(each, each) for key, each in flow.nodes[name].given.items()},
        )
    return table

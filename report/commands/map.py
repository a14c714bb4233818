"""`report map`: propose a map for a council's file, or try out an existing map."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.contracts import describe, read_contracts, validate_extract
from analysis.errors import ConfigurationError, ContractBroken
from analysis.evaluation import find_root
from analysis.extract.extract import read_extract
from analysis.extract.files.problem import FILE_RULES
from analysis.extract.maps import FOLDER
from analysis.extract.maps.map_file import as_toml
from analysis.extract.maps.proposal import Proposal, best_dataset, propose
from analysis.extract.maps.recognition import form_of, supplied_map, table_of
from audit.terminal import printable

if TYPE_CHECKING:
    from analysis.contracts import DataContract
    from analysis.extract.files.problem import Problem

POOR = 0.3
"""Lowest score at which a dataset is proposed."""
ROWS = 10
"""Rows of a file that are named."""


def map_file(file: Path, dataset: str | None) -> int:
    """Propose a map for a council's file, or try out a map; return the exit code.

    Parameters
    ----------
    file
        A council's file, in the folder of its extract; or a map in that folder's `maps/`, which
        is then applied, confirmed or not, to test the extract.
    dataset
        Dataset to which the file is mapped; None for the one it matches best.

    Raises
    ------
    ConfigurationError
        If the file cannot be read, matches no dataset, or already has a map.
    """
    root = find_root(Path.cwd())
    if not file.is_file():
        raise ConfigurationError(
            "there is no such file", place=str(file), remedy="name a council's file, or a map"
        )
    if file.suffix == ".toml":
        return _try(root, file)
    contracts = read_contracts(root / "data_contracts")
    if dataset is not None and dataset not in contracts:
        raise ConfigurationError(
            f"no contract has the dataset '{dataset}'",
            remedy=f"name one of {', '.join(contracts)}",
        )
    found, text, said = _proposed(root, file, contracts, dataset)
    path = file.parent / FOLDER / f"{found}.toml"
    if path.exists():
        raise ConfigurationError(
            "there is a map for this dataset already, which somebody may have confirmed",
            place=str(path),
            remedy="correct it there, or remove it first",
        )
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    shown = os.path.relpath(path)
    print(printable(said, keep="\n"))
    print(
        f"written: {printable(shown)}\nIt may contain codes of the file: treat it like the extract "
        f"itself. Correct it, try it\nwith report map {printable(shown)}, then confirm it there."
    )
    return 0


def _proposed(
    root: Path, file: Path, contracts: dict[str, DataContract], dataset: str | None
) -> tuple[str, str, str]:
    """Return the dataset, the map as TOML, and a description."""
    content = file.read_bytes()
    form = form_of(file, content)
    xml = form["format"] == "xml"
    table = None if xml else table_of(file, content, form)
    header = content if table is None else [str(name) for name in table.columns]
    known = supplied_map(root, file, header)
    if known and dataset in (None, known[0]):
        return *known, f"{file.name}: a published layout, with a map to {known[0]} that ships"
    if table is None:
        raise ConfigurationError(
            "is XML in no layout that a map ships for",
            place=file.name,
            remedy="write a map after the example in docs/extract-files.md, or export tables",
        )
    best = propose(table, contracts, dataset) if dataset else best_dataset(table, contracts)
    if dataset is None and best.score < POOR:
        raise ConfigurationError(
            "looks like no dataset of the contracts",
            place=file.name,
            remedy="name the dataset with --dataset",
        )
    return best.dataset, as_toml(best, file.name, form), _described(file.name, best)


def _described(name: str, proposal: Proposal) -> str:
    lines = [f"{name}: a map to {proposal.dataset}"]
    for each in proposal.columns:
        entry = each.entry
        source = entry.get("from") or entry.get("of") or ("numbered" if entry else "?")
        notes = [f"{key} {entry[key]}" for key in ("date", "prefix", "decimal") if key in entry]
        notes += ["codes"] if "codes" in entry else []
        notes += ["TO BE DECIDED"] if each.undecided else []
        lines.append(f"  {each.to:<18} from  {source:<24} {', '.join(notes)}".rstrip())
    if proposal.unused:
        lines.append(f"  unused: {', '.join(proposal.unused)}")
    return "\n".join(lines)


def _try(root: Path, path: Path) -> int:
    """Apply the maps of an extract, confirmed or not, and test the extract.

    Nothing is tested while a map has a mistake: rules without data would hide it.
    """
    directory, folder = path.resolve().parent.parent, root / "data_contracts"
    if path.resolve().parent.name != FOLDER:
        raise ConfigurationError(
            f"a map is tried in its own place, the folder {FOLDER}/ of an extract",
            place=str(path),
            remedy=f"put it into {FOLDER}/ next to the council's file",
        )
    contracts = read_contracts(folder)
    sent = read_extract(directory, contracts, unconfirmed=True)
    wrong = [
        problem
        for problems in sent.read.problems.values()
        for problem in problems
        if problem.kind.startswith("map") or f"{FOLDER}/" in problem.seen
    ]
    if wrong:
        raise ContractBroken(
            "\n".join(["the maps cannot be applied, and nothing was tested", *map(_told, wrong)]),
            remedy=f"correct them, then run report map {printable(os.path.relpath(path))} again",
        )
    results = validate_extract(sent, contracts, folder)
    lines = [describe(results)]
    for dataset, map_ in sent.read.maps.items():
        lines.append(f"{map_.name}: {len(sent.tables[dataset]):,} rows of {dataset}")
        for reason, count in sent.read.left_out[dataset].items():
            lines.append(f"  left out: {count:,}, since {reason}")
        if not map_.confirmed:
            lines.append("  not confirmed: a build refuses it")
    print(printable("\n".join(lines), keep="\n"))
    return results.exit_code


def _told(problem: Problem) -> str:
    """Return a mistake with its file, rows, rule and remedy."""
    more = ", …" if len(problem.rows) > ROWS else ""
    rows = f", rows {', '.join(map(str, problem.rows[:ROWS]))}{more}" if problem.rows else ""
    rule = FILE_RULES[problem.kind]
    return (
        f"  {problem.file}{rows}: {problem.seen}\n"
        f"    expected: {rule.expected}\n    remedy: {rule.remedy}"
    )

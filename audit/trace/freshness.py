"""Check whether a ledger is still current: which of its files have changed since."""

from __future__ import annotations

import ast
import hashlib
import json
import tomllib
from typing import TYPE_CHECKING, Any

from analysis.importing import code_file
from audit.trace.syntax import defined_names, definition_digest, imported_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from audit.ledger.ledger import Ledger

STUDY = "study.toml"
CONTRACTS = "data_contracts"


def changed_since(
    root: Path,
    ledger: Ledger,
    *,
    code: Iterable[str] = (),
    files: Iterable[str] = (),
    settings: Iterable[str] = (),
    chapters: Iterable[str] = (),
    extract: Path | None = None,
) -> tuple[str, ...]:
    """Return what has changed since a ledger was made, sorted.

    Parameters
    ----------
    root
        The project's folder.
    ledger
        As read from its JSON.
    code, files, settings
        Which of its definitions, data files and parts of `study.toml` to check.
    chapters
        Which of its chapters to check, besides all data contracts.
    extract
        Folder of the extract; None for the one that `study.toml` names.
    """
    study = _study(root)
    extract = extract or root / str(study.get("extract_directory", ""))
    found = {
        *_code(root, ledger, set(code)),
        *_files(root, ledger, set(files), extract),
        *_sources(root, ledger, set(chapters)),
        *(f"{STUDY} ({key})" for key in settings if _setting(study, ledger, key)),
    }
    return tuple(sorted(found))


def _code(root: Path, ledger: Ledger, keys: set[str]) -> Iterator[str]:
    by_file: dict[str, set[str]] = {}
    for key in keys:
        by_file.setdefault(ledger.code[key].file, set()).add(key)
    for file, within in by_file.items():
        module = min(within).rpartition(".")[0]
        now = _definitions(
            code_file(root, file), module, {key.rpartition(".")[2] for key in within}
        )
        other = [
            name
            for key in sorted(within)
            if now.get(name := key.rpartition(".")[2]) != ledger.code[key].sha256
        ]
        if other:
            yield f"{file} ({other[0] if len(other) == 1 else f'{len(other)} definitions'})"


def _definitions(path: Path, module: str, names: set[str]) -> dict[str, str]:
    """Return the digests of the named definitions of a module."""
    try:
        body = ast.parse(path.read_text(encoding="utf-8")).body
    except (OSError, SyntaxError, ValueError):
        return {}
    imports = imported_names(body, module, path)
    return {
        name: definition_digest(statement, imports)
        for statement in body
        for name in names.intersection(defined_names(statement))
    }


def _files(root: Path, ledger: Ledger, names: set[str], extract: Path) -> Iterator[str]:
    for file in ledger.files:
        if file.name in names:
            folder = root if file.part == "project" else extract
            try:
                now = hashlib.sha256((folder / file.name).read_bytes()).hexdigest()
            except OSError:
                continue  # a restricted extract need not be here
            if now != file.sha256:
                yield file.name


def _sources(root: Path, ledger: Ledger, chapters: set[str]) -> Iterator[str]:
    for name, digest in ledger.sources.items():
        path = (root / name).resolve()
        looked_at = name in chapters or name.startswith(f"{CONTRACTS}/")
        if looked_at and path.is_relative_to(root.resolve()):
            try:
                now = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError:
                now = ""
            if now != digest:
                yield name


def _setting(study: Mapping[str, Any], ledger: Ledger, key: str) -> bool:
    """Return whether a part of the study differs from what the ledger records."""
    whole = json.dumps(study.get(key), sort_keys=True, default=str)
    known = ledger.settings.get(key)
    return known is not None and hashlib.sha256(whole.encode()).hexdigest() != known.sha256


def _study(root: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((root / STUDY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}

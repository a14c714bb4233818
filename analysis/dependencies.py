"""Digests of everything that results depend on, which make up the key of their store.

Files are hashed before anything is read, and again afterwards. Code is identified by its source as
this process imported it, not by the file's later contents.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import TYPE_CHECKING

from analysis import environment, importing
from analysis.errors import ConfigurationError, InputsChanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SHOWN_AT_MOST = 8
_TICK = 20_000_000
"""Nanoseconds within which two edits of a file may be given the same time; Linux counts up to 10
million."""
_PATIENCE = 50
"""How often to wait for files that are written without pause."""
_PROGRAM = "program/"
"""Prefix of the names of the program's files, where a study does not hold them itself."""
_EXTRACT = "extract/"
"""Prefix of the names of files of an extract outside the project."""
_BESIDES = ("audit", "benchmarks", "press", "report", "tests")
"""Folders of code on which no stored result depends."""


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds `study.toml`."""
    for folder in (start, *start.parents):
        if (folder / "study.toml").is_file():
            return folder
    raise ConfigurationError(
        "no study.toml in this folder or above it",
        place=str(start),
        remedy="run this inside a clone of the project",
    )


def hash_files(root: Path, extract: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that a result depends on, by name.

    Parameters
    ----------
    root
        The project's folder.
    extract
        The folder of the extract.

    Raises
    ------
    InputsChanged
        If this process runs code that has since changed in its file.
    """
    found: dict[str, str] = {}
    stale = []
    for path in sorted(set(_files(root, extract))):
        name = name_of(path, root, extract)
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        if importing.READ.get(os.path.realpath(path), found[name]) != found[name]:
            stale.append(name)
    if stale:
        raise InputsChanged(
            f"{first_names(stale)} changed since this process read it",
            remedy="run the command again, or restart the kernel",
        )
    return found


def path_of(name: str, root: Path, extract: Path) -> Path:
    """Return the path of a file from its name by `name_of`."""
    if name.startswith(_PROGRAM):
        return importing.CODE / name.removeprefix(_PROGRAM)
    outside = not extract.is_relative_to(root) and name.startswith(_EXTRACT)
    return extract / name.removeprefix(_EXTRACT) if outside else root / name


def file_stats(root: Path, extract: Path) -> dict[str, tuple[int, int, int]]:
    """Return the times and size of every file that a result depends on, which any edit changes.

    Times include that of the last change of any kind, which copying does not preserve. Faster than
    hashing, for an editor's session that checks repeatedly.
    """
    found = {}
    for path in set(_files(root, extract)):
        facts = path.stat()
        name = name_of(path, root, extract)
        found[name] = (facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size)
    return found


def settled_file_stats(root: Path, extract: Path) -> dict[str, tuple[int, int, int]]:
    """Return the same, once the last edit is long enough ago for the next to have another time."""
    for _ in range(_PATIENCE):
        found = file_stats(root, extract)
        newest = max((changed for _, changed, _ in found.values()), default=0)
        if abs(time.time_ns() - newest) > _TICK:
            break
        time.sleep(_TICK / 1e9)
    return found


def name_of(path: Path, root: Path, extract: Path) -> str:
    """Return the name used here for a file or folder of the project or of another extract."""
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    if path.is_relative_to(importing.CODE / "analysis"):
        return f"{_PROGRAM}{path.relative_to(importing.CODE).as_posix()}"
    inside = path.relative_to(extract).as_posix()
    return _EXTRACT.rstrip("/") if inside == "." else f"{_EXTRACT}{inside}"


def _files(root: Path, extract: Path) -> Iterator[Path]:
    for path in importing.importable(root):
        # Anything else can shadow an installed package.
        if path.relative_to(root).parts[0] not in _BESIDES:
            yield path
    if importing.package_folder(root, "analysis") != root:
        yield from importing.importable(importing.CODE / "analysis")
    folders = (root / "data_contracts", root / "data" / "published", root / "data" / "proofs")
    every = [
        root / "study.toml",
        root / "data" / "invented-digests.txt",
        *(path for folder in folders for path in folder.glob("*")),
        *extract.rglob("*"),
        *(importing.code_file(root, name) for name in proved_by(root / "data" / "proofs")),
    ]
    yield from (path for path in every if path.is_file())


def proved_by(proofs: Path) -> Iterator[str]:
    """Yield the files that proofs depend on, as tables state whether a proof is current."""
    for record in proofs.glob("*.json"):
        try:
            yield from map(str, json.loads(record.read_bytes())["files"])
        except (ValueError, TypeError, KeyError):  # reading the proof reports what is wrong
            continue


def key(files: Mapping[str, str]) -> str:
    """Return the SHA-256 over files, interpreter, packages and the specified environment."""
    lines = [f"{name}\0{digest}" for name, digest in sorted(files.items())]
    stated = [environment.VARIABLES, environment.PRINTING, environment.FLOATING]
    lines += [environment.interpreter(), *environment.packages(), repr(stated)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def refuse_changed(before: Mapping[str, object], after: Mapping[str, object]) -> None:
    """Raise an error if files were edited while results were computed from them.

    Parameters
    ----------
    before, after
        Their digests or, to detect an edit that was undone as well, their times, by name.

    Raises
    ------
    InputsChanged
        With the names of the files.
    """
    edited = sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))
    if edited:
        raise InputsChanged(
            f"{first_names(edited)} changed while the report was computed from it",
            remedy="save your edits and run the command again; nothing was stored",
        )


def first_names(names: list[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - SHOWN_AT_MOST} more" if len(names) > SHOWN_AT_MOST else ""
    return ", ".join(names[:SHOWN_AT_MOST]) + more

"""The program that computed a report, where it is not part of the study's own folder."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from analysis.importing import CODE, OWN, PACKAGES, package_folder
from audit.trace.repository import read_commit

if TYPE_CHECKING:
    from pathlib import Path

NAME = "swis-evaluation-report"
SOURCES = (".py", ".json", ".jinja", ".css", ".js", ".lua", ".typ")
"""Suffixes of the program's files that can affect a report."""


def program(root: Path) -> dict[str, str]:
    """Return what computed the report of a study; empty if the study's folder holds the code.

    Returns
    -------
    dict of str
        `version`; `commit`, with a note where its files differ from it; and `sha256` over all its
        files, by which the same program is recognised wherever it is installed.
    """
    if package_folder(root, "analysis") == root:
        return {}
    try:
        known = version(NAME)
    except PackageNotFoundError:
        known = "not installed"
    return {"version": known, "commit": read_commit(CODE).short, "sha256": program_digest()}


@lru_cache(maxsize=1)
def program_digest() -> str:
    """Return the SHA-256 over the names and contents of the program's files."""
    digest = hashlib.sha256()
    for path in program_files():
        name = path.relative_to(CODE).as_posix()
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def program_files() -> list[Path]:
    """Return the program's files that can affect a report, sorted."""
    return sorted(
        path
        for package in PACKAGES
        if package != OWN
        for path in (CODE / package).rglob("*")
        if path.suffix in SOURCES and "__pycache__" not in path.parts
    )

"""`report export-models`: write what is needed to reproduce the estimates in R or Stata.

For a supplied extract this is microdata: counts by school and month, below every disclosure
threshold. It is for the data owner only and is never written into a book or where git would
commit it; the command prints a warning.
"""

from __future__ import annotations

import sys
from pathlib import Path

from analysis.errors import ConfigurationError
from analysis.evaluation import Evaluation, find_root
from analysis.models.export.export import export_models
from audit.trace.repository import BOOKS
from report.commands.clean import WORKING

RESTRICTED = Path("data") / "restricted"
WARNING = """\
================================ NOT FOR RELEASE ================================
This folder contains counts by school and month from a supplied extract, without
disclosure control. Keep it inside the data owner's network, and delete it when
you have compared. Never send it on with the report.
================================================================================="""


def export(directory: Path, data: Path | None) -> int:
    """Write panel, specifications, estimates and scripts; return 0.

    Parameters
    ----------
    directory
        Folder to write to.
    data
        Folder of the extract; None for the one that `study.toml` names.

    Raises
    ------
    ConfigurationError
        If the folder is part of a book, or git would find the records in it.
    """
    root = find_root(Path.cwd())
    target = directory.resolve()
    if any(target.is_relative_to(root / name) for name in (*BOOKS, *WORKING)):
        raise ConfigurationError(
            "this folder is a book's or a build's, and the panel must never be in one",
            place=str(directory), remedy="name another folder",
        )  # fmt: skip
    evaluation = Evaluation(root, data.resolve() if data else None)
    found = evaluation.compute(["origin", "outcome_panel", "specifications"])
    supplied = not found["origin"].label
    if supplied and _would_be_committed(target, root):
        raise ConfigurationError(
            "counts of a supplied extract would lie where git can find them",
            place=str(directory), remedy=f"name a folder in {RESTRICTED}, or outside the clone",
        )  # fmt: skip
    files = export_models(found["outcome_panel"], found["specifications"], target)
    for path in files:
        print(path)
    print(f"to compare: cd {directory} && Rscript primary.R")
    if supplied:
        print(WARNING, file=sys.stderr)
    return 0


def _would_be_committed(target: Path, root: Path) -> bool:
    return target.is_relative_to(root) and not target.is_relative_to(root / RESTRICTED)

"""`report control-totals`: write the totals of an extract for its sender to confirm."""

from __future__ import annotations

import os
from pathlib import Path

from analysis.contracts import read_contracts
from analysis.contracts.totals.file import FILE, control_totals_text
from analysis.errors import ConfigurationError
from analysis.evaluation import find_root
from analysis.extract.extract import read_extract


def control_totals(directory: Path, out: Path | None) -> int:
    """Write the file of control totals, with the dates of confirmation blank; return 0.

    Parameters
    ----------
    directory
        Folder of the extract.
    out
        The file; None for `control_totals.csv` in that folder.

    Raises
    ------
    ConfigurationError
        If a file of the extract is missing, or the file of totals already exists.
    """
    contracts = read_contracts(find_root(Path.cwd()) / "data_contracts")
    path = out if out is not None else directory / FILE
    if path.exists():
        raise ConfigurationError(
            "there is already such a file, which somebody may have confirmed",
            place=str(path),
            remedy="name another with --out FILE, or remove it",
        )
    text = control_totals_text(read_extract(directory, contracts).tables, contracts)
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigurationError(
            f"cannot be written ({error.strerror})", place=str(path), remedy="name another folder"
        ) from None
    print(f"{text.count(chr(10)) - 1:,} totals: {os.path.relpath(path)}")
    print(
        "Compare each with the source system, not with the files, and enter the day in "
        "confirmed_on.\nThey are counts of children: send and keep them like the extract itself."
    )
    return 0

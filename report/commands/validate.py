"""`report validate`: check the data contracts without building the report."""

from __future__ import annotations

import sys
from pathlib import Path

from analysis.contracts import describe, read_contracts, validate_extract
from analysis.errors import ConfigurationError
from analysis.evaluation import Evaluation, find_root, refuse_uncounted
from analysis.extract.extract import read_extract
from analysis.scale.large_table import readers
from audit.terminal import printable


def validate(
    data: Path | None,
    json_file: Path | None,
    *,
    show_values: bool = False,
    every_rule: bool = False,
) -> int:
    """Test an extract against its contracts; return the exit code of the results.

    Parameters
    ----------
    data
        Folder of the extract; None for the one that `study.toml` names.
    json_file
        File for the results in publishable form.
    show_values
        Print the values that break a rule, to the terminal only.
    every_rule
        Also list the rules that are met.

    Raises
    ------
    ConfigurationError
        If values are to be shown but the output is not a terminal, where they would be saved.
    """
    if show_values and not sys.stdout.isatty():
        raise ConfigurationError(
            "--show-values shows values on a terminal only, and this output goes elsewhere",
            remedy="run it in a terminal without > or |, or without --show-values",
        )
    root = find_root(Path.cwd())
    folder = root / "data_contracts"
    agreed = read_contracts(folder)
    study = Evaluation(root).study
    refuse_uncounted(study.outcomes, agreed)
    directory = data.resolve() if data else Evaluation(root).directory
    sent = read_extract(directory, agreed, large=readers(study.scale))
    results = validate_extract(sent, agreed, folder)
    if json_file is not None:
        json_file.write_text(results.public().to_json(), encoding="utf-8", newline="\n")
    said = describe(results, sent.tables if show_values else None, every_rule=every_rule)
    print(printable(said, keep="\n"), end="")
    return results.exit_code

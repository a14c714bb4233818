"""`report validate`: the data contracts, without the rest of the report."""

from __future__ import annotations

from pathlib import Path

from analysis.contracts import describe, raise_if_broken
from analysis.evaluation import Evaluation, find_root


def validate(data: Path | None, json_file: Path | None, *, show_values: bool = False) -> int:
    """Test an extract against its contracts; return 0 or raise what stops the report.

    Parameters
    ----------
    data
        Folder of the extract; None for the one `study.toml` names.
    json_file
        Where to write the results as they may be published.
    show_values
        Show the values that break a rule, on this terminal and nowhere else.
    """
    evaluation = Evaluation(find_root(Path.cwd()), data.resolve() if data else None)
    found = evaluation.compute(["contract_results", "extract"])
    results = found["contract_results"]
    print(describe(results, found["extract"].tables if show_values else None))
    if json_file is not None:
        json_file.write_text(results.public().to_json(), encoding="utf-8", newline="\n")
    raise_if_broken(results)
    return 0

"""`report validate`: the data contracts, without the rest of the report."""

from __future__ import annotations

from pathlib import Path

from analysis.contracts import describe, raise_if_broken
from analysis.evaluation import Evaluation, find_root


def validate(data: Path | None, json_file: Path | None) -> int:
    """Test an extract against its contracts; return 0 or raise what stops the report."""
    evaluation = Evaluation(find_root(Path.cwd()), data.resolve() if data else None)
    results = evaluation.compute(["contract_results"])["contract_results"]
    print(describe(results))
    if json_file is not None:
        json_file.write_text(results.public().to_json(), encoding="utf-8", newline="\n")
    raise_if_broken(results)
    return 0

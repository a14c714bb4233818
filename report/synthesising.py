"""`report synthesise`: write an invented extract and register it as invented."""

from __future__ import annotations

from pathlib import Path

from analysis.evaluation import find_root
from analysis.study import read_study
from analysis.synthetic import synthesise as write


def synthesise(scenario: str | None, out: Path | None) -> int:
    """Write the extract of a scenario; return 0."""
    root = find_root(Path.cwd())
    study = read_study(root / "study.toml")
    directory = out if out is not None else root / "data" / "synthetic"
    files = write(study, scenario, directory, root / "data" / "invented-digests.txt")
    print(f"{scenario or study.synthetic.committed}, seed {study.synthetic.seed}:")
    for path in files:
        print(f"  {path}")
    return 0

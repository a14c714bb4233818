"""`report synthesise`: write an invented extract and register it as invented."""

from __future__ import annotations

from pathlib import Path

from analysis.contracts import read_contracts
from analysis.errors import ConfigurationError
from analysis.evaluation import find_root
from analysis.study.settings import read_study
from analysis.synthetic import Recipe
from analysis.synthetic import synthesise as write


def synthesise(scenario: str | None, out: Path | None) -> int:
    """Write the extract of a scenario; return 0."""
    root = find_root(Path.cwd())
    study = read_study(root / "study.toml")
    if out is None and scenario not in (None, study.synthetic.committed):
        raise ConfigurationError(
            f"'{scenario}' would take the place of the committed extract",
            place="--out",
            remedy="name another folder: --out DIR",
        )
    directory = out if out is not None else root / "data" / "synthetic"
    recipe = Recipe(read_contracts(root / "data_contracts"))
    files = write(study, recipe, scenario, directory, root / "data" / "invented-digests.txt")
    print(f"{scenario or study.synthetic.committed}, seed {study.synthetic.seed}:")
    for path in files:
        print(f"  {path}")
    return 0

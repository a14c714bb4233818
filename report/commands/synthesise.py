"""`report synthesise`: write an invented extract and register it as invented."""

from __future__ import annotations

from pathlib import Path

from analysis.contracts import read_contracts
from analysis.contracts.totals.file import FILE, control_totals_text
from analysis.errors import ConfigurationError
from analysis.evaluation import find_root
from analysis.extract.extract import read_extract
from analysis.study.settings import read_study
from analysis.synthetic import Recipe, register_invented
from analysis.synthetic import synthesise as write

CONFIRMED_ON = "2020-03-31"
"""Date on which the invented sender confirmed the totals of the stand-in."""


def synthesise(scenario: str | None, out: Path | None) -> int:
    """Write the extract of a scenario; return 0."""
    root = find_root(Path.cwd())
    study = read_study(root / "study.toml")
    if out is None and scenario not in (None, study.synthetic.committed):
        raise ConfigurationError(
            f"'{scenario}' would replace the committed extract",
            place="--out",
            remedy="name another folder: --out DIR",
        )
    directory = out if out is not None else root / "data" / "synthetic"
    contracts = read_contracts(root / "data_contracts")
    register = root / "data" / "invented-digests.txt"
    files = write(study, Recipe(contracts), scenario, directory, register)
    totals = directory / FILE
    tables = read_extract(directory, contracts).tables
    text = control_totals_text(tables, contracts, CONFIRMED_ON)
    totals.write_text(text, encoding="utf-8", newline="\n")
    register_invented(
        [totals], scenario or study.synthetic.committed, study.synthetic.seed, register
    )
    files = sorted([*files, totals])
    print(f"{scenario or study.synthetic.committed}, seed {study.synthetic.seed}:")
    for path in files:
        print(f"  {path}")
    return 0

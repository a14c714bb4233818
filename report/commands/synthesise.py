"""`report synthesise`: write an invented extract and register it as invented."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.contracts import read_contracts
from analysis.contracts.totals.file import FILE, control_totals_text
from analysis.errors import ConfigurationError
from analysis.evaluation import find_root
from analysis.extract.extract import read_extract
from analysis.study.settings import read_study, shift_month
from analysis.synthetic import Recipe, register_invented
from analysis.synthetic import synthesise as write
from analysis.synthetic.children import month_ends

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.contracts import DataContract
    from analysis.study.settings import Study


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
    files = draw(study, contracts, scenario, directory, register)
    print(f"{scenario or study.synthetic.committed}, seed {study.synthetic.seed}:")
    for path in files:
        print(f"  {path}")
    return 0


def draw(
    study: Study,
    contracts: Mapping[str, DataContract],
    scenario: str | None,
    directory: Path,
    register: Path,
) -> list[Path]:
    """Draw an extract with its control totals, and register its files as invented."""
    files = write(study, Recipe(contracts), scenario, directory, register)
    totals = directory / FILE
    tables = read_extract(directory, contracts).tables
    text = control_totals_text(tables, contracts, confirmed_on(study))
    totals.write_text(text, encoding="utf-8", newline="\n")
    register_invented(
        [totals], scenario or study.synthetic.committed, study.synthetic.seed, register
    )
    return sorted([*files, totals])


def confirmed_on(study: Study) -> str:
    """Return when the invented sender confirmed the totals: a month after the last one sent."""
    last = max(study.window.months(pilot.start)[-1] for pilot in study.pilots)
    return month_ends(shift_month(last, 1))[1].isoformat()

"""Judge the outcome of each corruption devised by hand, without and with control totals.

- refused: a rule of severity error reports it, or nothing was tested; the report stops;
- warned: a rule of severity warning reports it, and the report prints the warning;
- silent: no rule reports it.

Control totals are those of the undamaged stand-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.contracts import read_contracts, validate
from analysis.contracts.contract import CONTROL_TOTALS
from analysis.contracts.expectations import expectations
from analysis.extract.extract import read_extract
from benchmarks.devised.sent import Corruption, Sent
from benchmarks.reach import changed_places, columns_read

ROOT = Path(__file__).parents[2]
NAMED = 3
"""Maximum number of broken rules listed."""


@dataclass(frozen=True)
class Found:
    """The outcome for an extract, and the first rules that caused it."""

    outcome: str
    by: tuple[str, ...] = ()


class Subject:
    """The stand-in extract, with the columns that each rule reads."""

    def __init__(self) -> None:
        self.contracts = read_contracts(ROOT / "data_contracts")
        self.tables = dict(read_extract(ROOT / "data" / "synthetic", self.contracts).tables)
        self.reading = {
            mapped.rule.id: columns_read(mapped, self.contracts)
            for contract in self.contracts.values()
            for mapped in expectations(contract, self.contracts)
        }

    def damaged(self, corruption: Corruption) -> dict[str, pd.DataFrame]:
        """Return the tables after a corruption."""
        sent = Sent(dict(self.tables))
        corruption.edit(sent)
        return sent.tables

    def found(self, tables: dict[str, pd.DataFrame], *, totals: bool) -> Found:
        """Return what the rules on control totals, or all other rules, find.

        Rules that read no changed column are skipped.
        """
        changed = changed_places(self.tables, tables)
        rules = {
            rule
            for rule, columns in self.reading.items()
            if columns & changed and totals == rule.startswith(CONTROL_TOTALS)
        }
        results = validate(tables, self.contracts, rules)
        stopped = [r.rule for r in results.results if r.outcome == "fail" or r.stops]
        warned = [r.rule for r in results.of("warn")]
        if stopped:
            return Found("refused", tuple(stopped[:NAMED]))
        return Found("warned", tuple(warned[:NAMED])) if warned else Found("silent")


@cache
def subject() -> Subject:
    """Return the stand-in extract, read once."""
    return Subject()


def judge(corruption: Corruption) -> dict[str, str]:
    """Return the table row for one corruption."""
    tables = subject().damaged(corruption)
    of_totals = not tables[CONTROL_TOTALS].equals(subject().tables[CONTROL_TOTALS])
    without = Found("") if of_totals else subject().found(tables, totals=False)
    given = without
    if without.outcome != "refused":
        confirmed = subject().found(tables, totals=True)
        given = without if without.outcome == "warned" and not confirmed.by else confirmed
    return {
        "corruption": corruption.name,
        "without_control_totals": without.outcome,
        "rules": " ".join(without.by),
        "with_control_totals": given.outcome,
        "rules_then": " ".join(given.by),
    }

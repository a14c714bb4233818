"""Extracts of which one breaks many rules on events, and what is compared of them."""

import csv
import random
import shutil
from dataclasses import asdict
from functools import cache

from analysis.contracts import read_contracts, validate_extract
from analysis.dataflow.data import _accepted
from analysis.extract.extract import read_extract
from analysis.extract.panel import outcome_panel
from analysis.scale.large_table import readers
from analysis.study.settings import read_study
from tests.scale.conftest import ROOT

CONTRACTS = ROOT / "data_contracts"
SOUND = ROOT / "data" / "synthetic"
WRONG = {
    "event_id": ["E1", "e000001", "", "E0000001 ", "X" * 300, "E000001\u00a0"],
    "child_id": ["", "C999999", "c00001", " C00001"],
    "school_id": ["", "S999", "s001"],
    "event_type": ["", "Referral", "referral ", "other"],
    "event_date": ["", "2019-02-30", "01/05/2019", "0019-05-01", "2010-01-01", "2021-01-01"],
}
"""Values that are blank, of another form, unknown, or out of range."""


def faulty(folder):
    """Write the stand-in with faults of every kind that a rule on events is about."""
    shutil.copytree(SOUND, folder, dirs_exist_ok=True)
    path = folder / "child_events.csv"
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    chosen = iter(random.Random(20).sample(range(len(rows)), 400))
    for column, values in WRONG.items():
        for value in values:
            rows[next(chosen)][header.index(column)] = value
    day, school, number = (header.index(n) for n in ("event_date", "school_id", "event_id"))
    for _ in range(150):
        rows[next(chosen)][day] = "2018-09-01"  # a Saturday, and the first of a month
    for _ in range(20):
        rows[next(chosen)][school] = rows[next(chosen)][school]
    for copy in range(40):
        again = list(rows[next(chosen)])
        again[number] = f"E{900000 + copy}" if copy else again[number]
        rows.append(again)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return folder


def sent(folder, scale=None):
    return read_extract(folder, contracts(), large=readers(scale) if scale else None)


@cache
def contracts():
    return read_contracts(CONTRACTS)


def verdicts(extract):
    """Return every rule's result in full: counts, rows, classes of values, causes."""
    found = validate_extract(extract, contracts(), CONTRACTS).results
    return [asdict(result) for result in found]


def panel(extract):
    study = read_study(ROOT / "study.toml")
    names = ("schools", "school_months", "child_events", "care_episodes")
    tables = [_accepted(extract.tables[name], contracts()[name]) for name in names]
    return outcome_panel(*tables, study.pilots, study.outcomes, study.window)

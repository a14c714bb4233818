"""Write, build and verify a study of the later trial's shape: 268 schools in 21 authorities.

`python -m benchmarks.trial_study [DIR]` ends with an error if a step fails, if the PDF or the text
of an exhibit in the ledger has a word of the pilots in it, or if the ratio that it prints is not
that of a Poisson regression with a dummy for each school and period effects by authority, computed
from the files alone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pikepdf
import statsmodels.api as sm

from audit.pdf.text_layer import read_text
from report.new.answers import Answers, parse
from report.new.writing import write_study

OUTCOMES = "Child protection enquiries, Child in need starts, Referrals made"
KEY = "child_protection_enquiries"
START = "2021-09"
SCHOOLS = ("7+6",) * 8 + ("6+7",) * 8 + ("6+6",) * 5
TRACES = re.compile(r"pilot|lambeth|southampton|stockport|westlake|section (?:17|47)|social worker",
                    re.IGNORECASE)  # fmt: skip
SHOWN = ("printed", "unit", "message", "note", "cells", "described", "working", "period")
"""What a record of the ledger has of an exhibit's text: alternative text, notes, workings."""


def answers() -> Answers:
    """Return what the study is about."""
    names = ", ".join(f"Authority {number:02d}" for number in range(1, len(SCHOOLS) + 1))
    return parse("Workers in schools: a trial", names, ", ".join(SCHOOLS), OUTCOMES, START)


def by_hand(extract: Path, key: str, start: str) -> pd.DataFrame:
    """Return events and exposure by school and period, from the files and nothing else."""
    schools, months, events = (
        pd.read_csv(extract / f"{name}.csv")
        for name in ("schools", "school_months", "child_events")
    )
    own = events.loc[events["event_type"] == key]
    counted = own.groupby(["school_id", own["event_date"].str[:7]]).size().rename("n")
    counted.index.names = ["school_id", "month"]
    sent = months.loc[months["returned"] == "yes"].merge(
        counted.reset_index(), on=["school_id", "month"], how="left"
    )
    first = pd.Period(start, "M")
    period = {str(first + by - 12 * (1 - after)): after for after in (0, 1) for by in range(10)}
    sent = sent.fillna({"n": 0}).assign(period=sent["month"].map(period)).dropna(subset="period")
    sums = sent.groupby(["school_id", "period"])[["n", "pupils"]].sum().reset_index()
    return sums.merge(schools[["school_id", "pilot", "arm"]], on="school_id")


def ratio_by_regression(counts: pd.DataFrame) -> float:
    """Return the ratio of rate ratios by Poisson regression with dummies."""
    schools = pd.get_dummies(counts["school_id"], dtype=float)
    periods = pd.get_dummies(counts["pilot"], dtype=float).mul(counts["period"], axis=0)
    treated = ((counts["arm"] == "intervention") & (counts["period"] == 1)).astype(float)
    design = np.column_stack([treated, schools, periods])
    model = sm.GLM(counts["n"], design, sm.families.Poisson(), np.log(counts["pupils"]))
    return float(np.exp(model.fit(tol=1e-12).params.iloc[0]))


def main(folder: Path) -> int:
    """Write, build and verify the study, and print what was found."""
    write_study(folder, answers())
    print(_command(folder, "build", "--engine", "embedded"))
    pdf = folder / "_book" / "report.pdf"
    print(_command(folder, "verify", str(pdf)))
    with pikepdf.open(pdf) as opened:
        layer = read_text(opened)
    text = " ".join(layer.page_text(number) for number in range(1, len(layer.pages) + 1))
    ledger = json.loads((folder / ".report" / "internal-ledger.json").read_text("utf-8"))
    # The column of an extract that names a site is called pilot in every study.
    printed = json.dumps([{key: each.get(key) for key in SHOWN} for each in ledger["records"]])
    traces = sorted(set(TRACES.findall(text + printed.replace('"pilot"', ""))))
    (record,) = (each for each in ledger["records"] if each["id"] == f"{KEY}_ratio_all")
    by_regression = f"{ratio_by_regression(by_hand(folder / 'data' / 'synthetic', KEY, START)):.2f}"
    print(f"{len(layer.pages)} pages; words of the pilots: {', '.join(traces) or 'none'}")
    print(f"ratio printed {record['printed']}, by regression from the files {by_regression}")
    return int(bool(traces) or record["printed"] != by_regression)


def _command(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "report", *arguments]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return done.stdout


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as made:
        sys.exit(main(Path(made) / "trial"))

"""Judge every corruption devised by hand: `python -m benchmarks.devised`; takes some minutes.

Writes `data/proofs/devised.csv` with a record of the code that made it. No corruption may go
unnoticed if control totals are given.
"""

from __future__ import annotations

import sys
from collections import Counter

import pandas as pd

from analysis.proofs import Proof, making, write_proof
from benchmarks.devised import CORRUPTIONS
from benchmarks.devised.judging import ROOT, judge

rows = []
for number, corruption in enumerate(CORRUPTIONS, 1):
    rows.append(judge(corruption))
    if rows[-1]["with_control_totals"] == "silent" or number % 25 == 0:
        print(number, rows[-1], flush=True)
table = pd.DataFrame(rows)
write_proof(
    ROOT / "data" / "proofs", "devised", Proof(table, making("benchmarks.devised.judging", 0, 0))
)
for column in ("without_control_totals", "with_control_totals"):
    print(column, dict(Counter(table[column])))
sys.exit(bool((table["with_control_totals"] == "silent").any()))

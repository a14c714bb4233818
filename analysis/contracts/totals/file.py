"""The file of control totals for a sender to confirm."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pandas as pd

from analysis.contracts.contract import CONTROL_TOTALS, DataContract
from analysis.contracts.totals.plans import KEY, PLANS
from analysis.contracts.totals.table import Table, control_totals
from analysis.contracts.typed_tables import Columns
from analysis.errors import ConfigurationError

FILE = f"{CONTROL_TOTALS}.csv"
HEADER = (*KEY, "total", "confirmed_on")


def control_totals_text(
    tables: Mapping[str, pd.DataFrame],
    contracts: Mapping[str, DataContract],
    confirmed_on: str = "",
) -> str:
    """Return the totals of an extract as CSV.

    Parameters
    ----------
    tables
        Text as sent, by dataset.
    contracts
        By dataset.
    confirmed_on
        The day on which they were compared with the source system; blank until then.

    Raises
    ------
    ConfigurationError
        If a file, or a column that is totalled, is missing.
    """
    columns = Columns(tables, contracts)
    plans = {dataset: plan for dataset, plan in PLANS.items() if dataset in contracts}
    for dataset, plan in plans.items():
        lacking = (
            columns.lacking(dataset, plan.columns) if dataset in tables else (f"no {dataset}.csv",)
        )
        if lacking:
            raise ConfigurationError(
                f"the extract cannot be totalled: {', '.join(lacking)}",
                place=f"{dataset}.csv",
                remedy="run report validate, correct what it names first, then total again",
            )
    totalled = {
        dataset: Table(plan, *(columns.column(dataset, name) for name in plan.columns))
        for dataset, plan in plans.items()
    }
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER, lineterminator="\n")
    writer.writeheader()
    for row in control_totals(totalled):
        shown = f"{row['total']:.2f}".rstrip("0").rstrip(".")
        writer.writerow({**row, "total": shown, "confirmed_on": confirmed_on})
    return text.getvalue()

"""Export of the primary estimates: panel, specifications, and scripts for R and Stata."""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inputs.estimability import ESTIMATED
from analysis.models.inputs.school_periods import school_periods
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.estimates import effect_estimates
from analysis.models.primary.sandwich import cluster_covariance

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from analysis.models.inputs.specification import Specification

SCRIPTS = ("primary.R", "primary.do")
LABELS = ("school_id", "pilot", "arm", "outcome", "returned")
ESTIMATE_COLUMNS = ["status", "log_ratio", "standard_error", "df", "level", "ratio_low",
                    "ratio_high", "p_value"]  # fmt: skip


def export_models(
    panel: pd.DataFrame, specifications: Iterable[Specification], directory: Path
) -> tuple[Path, ...]:
    """Write the files needed to reproduce the primary estimates in R or Stata.

    Parameters
    ----------
    panel
        One row per school, outcome and month; see `compare`.
    specifications
        The specifications of the report, each of one name and pilot.
    directory
        Directory to write to; created if it does not exist.

    Returns
    -------
    tuple of Path
        The files: `panel.csv` (the columns that some specification uses), `specifications.csv`,
        `estimates.csv` (the expected results), `primary.R` and `primary.do`. `Rscript primary.R`,
        run there, exits with status 0 if R reproduces them.

    Notes
    -----
    The panel contains counts by school and month, including small ones. It is for an auditor
    inside the data owner's network, and not for release; only the files' owner can read them.
    """
    wanted = tuple(specifications)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    tables = {
        "panel.csv": _panel(panel, wanted),
        "specifications.csv": pd.DataFrame([_described(each) for each in wanted]),
        "estimates.csv": _estimates(panel, wanted),
    }
    written = []
    for name, table in tables.items():
        text = table.to_csv(index=False, lineterminator="\n", float_format="%.17g")
        written.append(_write_private(directory / name, text))
    for name in SCRIPTS:
        text = (files("analysis.models.export.outside") / name).read_text(encoding="utf-8")
        written.append(_write_private(directory / name, text))
    return tuple(written)


def _write_private(path: Path, text: str) -> Path:
    """Write a file that only its owner can read, from the moment it is created."""
    path.unlink(missing_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


def _full_name(specification: Specification) -> str:
    """Return a name that is unique across pilots."""
    pilot = specification.pilot or "all pilots"
    return f"{specification.name} / {pilot}"


def _panel(panel: pd.DataFrame, specifications: tuple[Specification, ...]) -> pd.DataFrame:
    """Return the rows and columns that some specification uses, labels first."""
    used = {"school_id", "pilot", "arm", "outcome", "event_month", "events"}
    for each in specifications:
        used |= {each.assignment_unit, *each.strata, *(e.column for e in each.exclusions)}
        used |= {each.exposure} - {None}  # type: ignore[arg-type]  # None is taken out
    rows = panel.loc[panel["outcome"].isin({each.outcome for each in specifications})]
    returned = rows["returned"].astype(bool) if "returned" in rows else True
    rows = rows.assign(returned=np.where(returned, "yes", "no"))
    others = sorted(used - set(LABELS))
    return rows[[*LABELS, *others]]


def _described(specification: Specification) -> dict[str, object]:
    """Return a specification as one row of text."""
    return {
        "name": _full_name(specification),
        "outcome": specification.outcome,
        "pilot": specification.pilot or "",
        "before_first": specification.before.first,
        "before_last": specification.before.last,
        "after_first": specification.after.first,
        "after_last": specification.after.last,
        "exposure": specification.exposure or "",
        "assignment_unit": specification.assignment_unit,
        "strata": " ".join(specification.strata),
        "exclusions": ";".join(f"{out.column}={'|'.join(out.values)}"
                               for out in specification.exclusions),
        "pair_missing_months": "yes" if specification.pair_missing_months else "no",
        "level": specification.level,
    }  # fmt: skip


def _estimates(panel: pd.DataFrame, specifications: tuple[Specification, ...]) -> pd.DataFrame:
    """Return the estimates to reproduce, with the CR1 standard error that Stata computes."""
    estimates = effect_estimates(panel, specifications)
    table = estimates[ESTIMATE_COLUMNS].copy()
    table.insert(0, "name", [_full_name(each) for each in specifications])
    table["cr1_error"] = [
        _cr1_error(panel, each) if status == ESTIMATED else np.nan
        for each, status in zip(specifications, estimates["status"], strict=True)
    ]
    return table


def _cr1_error(panel: pd.DataFrame, specification: Specification) -> float:
    fit = fit_conditional(school_periods(panel, specification))
    return float(np.sqrt(cluster_covariance(fit, "CR1")[0, 0]))

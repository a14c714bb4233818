"""Published facts and findings, figures of the later trial, and results that rest on them alone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.models.design.exaggeration import exaggerations
from analysis.models.inputs.specification import Specification
from analysis.models.pooling.partial import Priors, partial_pooling
from exhibits.results.scale_up import Precision

SUMMARY = "westlake2020"
"""The key of the published summary in `references.bib`."""


@dataclass(frozen=True)
class Fact:
    """One fact, in our words.

    Attributes
    ----------
    fact_id
        The name of the fact.
    value
        As published: a number, or a word.
    unit
        What is counted, or the kind of thing that is named.
    section
        The section of the summary that states it.
    """

    fact_id: str
    value: str
    unit: str
    section: str

    @property
    def source(self) -> str:
        """Return where the summary states it, as a citation."""
        return cited(SUMMARY, self.section)


def cited(key: str, section: str = "") -> str:
    """Return a citation of a source, by its key in `references.bib`, with the section.

    Examples
    --------
    >>> cited("westlake2020", "Table 1")
    '[@westlake2020, Table 1]'
    """
    return f"[@{key}, {section}]" if section else f"[@{key}]"


def published_facts(published_directory: Path) -> dict[str, Fact]:
    """Return the facts of the published summary by name."""
    rows = _read(published_directory / "facts.csv")
    facts = [Fact(row["fact_id"], row["value"], row["unit"], row["section"]) for row in rows]
    return {fact.fact_id: fact for fact in facts}


def published_findings(published_directory: Path) -> tuple[dict[str, str], ...]:
    """Return the findings of the published summary with their directions, in our words."""
    return tuple(_read(published_directory / "findings.csv"))


def trial(published_directory: Path) -> dict[str, float]:
    """Return the published figures of the later trial, by name."""
    return {row["fact_id"]: float(row["value"]) for row in _read(published_directory / "trial.csv")}


def trial_sources(published_directory: Path) -> dict[str, str]:
    """Return the source of each figure of the trial, as its key in `references.bib`, by name."""
    rows = _read(published_directory / "trial.csv")
    return {row["fact_id"]: row["source"] for row in rows}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SUPPOSED_RATIO = 0.8
"""A ratio that a service would welcome, besides no effect and the trial's result."""


def exaggeration_risk(
    protected_panel: pd.DataFrame,
    primary_specifications: tuple[Specification, ...],
    trial: dict[str, float],
) -> pd.DataFrame:
    """Return exaggeration and sign error of a significant result, at plausible true effects."""
    supposed = (SUPPOSED_RATIO, 1.0, trial["ratio"])
    return exaggerations(protected_panel, primary_specifications, supposed)


TRIAL = "the trial as prior of the mean"
PRIORS = (
    Priors("main", 0.0, 1.0, 0.5),
    Priors("pilots much alike", 0.0, 1.0, 0.25),
    Priors("pilots very unlike", 0.0, 1.0, 1.0),
    Priors("sceptical of large effects", 0.0, 0.25, 0.5),
    Priors("next to none on the mean", 0.0, 10.0, 0.5),
)
"""The main priors come first. A standard deviation of 1 on the log scale treats ratios from a
seventh to seven as likely; one of a quarter, ratios from 0.6 to 1.6."""


def priors(trial: dict[str, float], published_precision: Precision) -> tuple[Priors, ...]:
    """Return the priors for pooling the pilots, the main ones first."""
    error = published_precision.standard_error
    return *PRIORS, Priors(TRIAL, float(np.log(trial["ratio"])), error, PRIORS[0].between)


def pooled_pilots(main_effects: pd.DataFrame, priors: tuple[Priors, ...]) -> pd.DataFrame:
    """Pool the pilots of each outcome partially, under each of the priors."""
    return partial_pooling(main_effects, priors)

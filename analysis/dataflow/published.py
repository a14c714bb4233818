"""What the public record says: facts and findings of the published summary, and the trial."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fact:
    """One fact, in our words.

    Attributes
    ----------
    fact_id
        Its name.
    value
        As published: a number, or a word.
    unit
        What is counted, or what kind of thing is named.
    section
        The section of the summary that states it.
    """

    fact_id: str
    value: str
    unit: str
    section: str


def published_facts(published_directory: Path) -> dict[str, Fact]:
    """Return the facts of the published summary by name."""
    rows = _read(published_directory / "facts.csv")
    facts = [Fact(row["fact_id"], row["value"], row["unit"], row["section"]) for row in rows]
    return {fact.fact_id: fact for fact in facts}


def published_findings(published_directory: Path) -> tuple[dict[str, str], ...]:
    """Return the directions that the published summary states, in our words."""
    return tuple(_read(published_directory / "findings.csv"))


def trial(published_directory: Path) -> dict[str, float]:
    """Return what is public of the later trial, by the name of each figure."""
    return {row["fact_id"]: float(row["value"]) for row in _read(published_directory / "trial.csv")}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

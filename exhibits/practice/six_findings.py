"""The six key findings, one line each: as published, in the extract, and how certain."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hamilton.function_modifiers import parameterize, value

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Words, table
from analysis.exhibits.parts.exhibit import Number, Table
from analysis.exhibits.parts.rows import Judgement, judgements_of_falls, row_of, rows
from analysis.extract.extract import Origin
from analysis.models.inference.judgement import LEVEL
from analysis.practice.evidence import DIRECTIONS
from analysis.study.settings import Outcome
from exhibits.results.published import SUMMARY, cited

SIXTH = "Key finding 6"
SURE = {
    "agree": "Moderate: records and fieldwork agree",
    "partly": "Low: records and fieldwork agree in part",
    "differ": "Very low: records and fieldwork differ",
    "one strand only": "Low: one kind of evidence alone",
    "neither strand": "Not known: no evidence",
}
"""Words for the certainty of a finding on practice, by its two strands of evidence."""
HOW_SURE = {True: "How sure, if these data were real", False: "How sure"}
"""Heading over those words, by whether the data are invented."""
OUTCOMES_SURE = "Low at best: exploratory, and no random allocation is reported"


def six_findings(
    joint_display: Table,
    published_findings: tuple[dict[str, str], ...],
    change_judgements: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    origin: Origin,
) -> Table:
    """Show each key finding as published, what the extract shows, and how certain that is."""
    found = [
        row for row in joint_display.data.to_dict("records")
        if str(row["statement"]).startswith("Key finding")
    ]  # fmt: skip
    told = _as_published(published_findings, outcomes)
    falls = judgements_of_falls(change_judgements, published_findings)
    lines = [
        (
            name.removeprefix("Key finding "),
            told[name],
            _falls_shown(falls, outcomes) if name == SIXTH else _shown(row),
            _sure(row),
        )
        for row in found
        for name in [str(row["statement"])]
    ]
    whose = origin.label or "This extract"
    return table(
        pd.DataFrame(lines, columns=["finding", "published", "shown", "sure"]),
        (
            Words("finding", "No.", "Number of the key finding"),
            Words("published", "Published", "What the published summary found, in our words",
                  width=9),
            Words("shown", whose, width=9, meaning="What records, or coded fieldwork where there "
                  "are none, show in the extract"),
            Words("sure", HOW_SURE[bool(origin.label)],
                  "How sure that is, by the rule in the note", width=6),
        ),
        note=(
            f"Published: the summary {cited(SUMMARY, 'Key findings')}, which calls the sixth "
            "tentative and grades none of the others. How sure: moderate where records and coded "
            "fieldwork agree, low where they agree in part or there is only one, very low where "
            "they differ; on outcomes low at best. Counts and shares "
            f"are not tested; an item is a coded passage, not a person. "
            f"{_permuted(change_judgements)}"
        ),
    )  # fmt: skip


def how_sure(origin: Origin) -> Number:
    """Name what is said of a finding's certainty, as the heading of the findings' table does."""
    text = HOW_SURE[bool(origin.label)]
    return Number(text, text, "heading")


@parameterize(**{f"finding_{each}_certainty": {"finding": value(each)} for each in "123456"})
def certainty_of_finding(six_findings: Table, finding: str) -> Number:
    """State how certain one key finding is, in the words of the findings' table."""
    text = str(row_of(six_findings.data, "finding", finding)["sure"])
    return Number(text, text, "certainty of a finding")


def _permuted(change_judgements: pd.DataFrame) -> str:
    """Say where permuting areas could not reach what a claim is held to."""
    unable = [
        each.pilot
        for each in rows(change_judgements, Judgement)
        if each.estimated and each.verdict != "not clear" and each.smallest_p_area > LEVEL
    ]
    where = " or ".join(dict.fromkeys(unable))
    return f"Permuting areas cannot reach {LEVEL} in {where}." if unable else ""


def _as_published(
    published_findings: tuple[dict[str, str], ...], outcomes: tuple[Outcome, ...]
) -> dict[str, str]:
    """Return each finding as a sentence; the sixth is composed from its directions."""
    told = {
        f"Key finding {each['finding']}": each["statement"]
        for each in published_findings
        if not each["outcome"]
    }
    falls: dict[str, list[str]] = {}
    for each in published_findings:
        if each["direction"] == "fell":
            falls.setdefault(each["outcome"], []).append(each["pilot"])
    names = {each.name: f"{each.label[:1].lower()}{each.label[1:]}" for each in outcomes}
    said = [f"{names[outcome]} in {words.listed(pilots)}" for outcome, pilots in falls.items()]
    told[SIXTH] = (
        f"There seemed to be fewer {', and fewer '.join(said)}; no evidence of an effect on days "
        "in care, in two pilots (no sizes in the summary)."
    )
    return told


def _falls_shown(falls: list[Judgement], outcomes: tuple[Outcome, ...]) -> str:
    """Say which of the published falls this report would claim too, from the extract."""
    if not any(each.estimated for each in falls):
        return "Counts are too small to show any of these falls."
    claimed = [each for each in falls if each.verdict == "lower"]
    said = [
        f"{words.inside(outcome.label)} in {words.listed(pilots)}"
        for outcome in outcomes
        if (pilots := [each.pilot for each in claimed if each.outcome == outcome.name])
    ]
    which = f": {'; '.join(said)}" if said else ""
    return f"Exploratory: {len(claimed)} of {len(falls)} falls pass adjusted tests{which}."


def _shown(row: dict[Any, Any]) -> str:
    if row["records"]:
        shown = str(row["records"])
        return f"{shown[:1].upper()}{shown[1:]}."
    counts = {kind: words.count(row[kind]) for kind in DIRECTIONS}
    return (
        f"Of the coded items, {counts['supports']} support it, {counts['mixed']} point both ways "
        f"and {counts['contradicts']} contradict it."
    )


def _sure(row: dict[Any, Any]) -> str:
    if row["statement"] != SIXTH:
        return SURE[row["strands"]]
    return OUTCOMES_SURE if row["records_read"] else "Not known: counts are too small"

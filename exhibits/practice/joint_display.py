"""The joint display: what records and coded evidence say about each statement, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import Judgement, judgements_of_falls
from analysis.models.inference.judgement import LEVEL
from analysis.practice.activity import STATUTORY
from analysis.practice.evidence import DIRECTIONS, agreement_of, read_checks, read_items
from analysis.study.settings import Outcome
from exhibits.practice.figures import BEGINNINGS

HALF_A_WEEK = 2.5


@dataclass(frozen=True)
class Statement:
    """A finding or pathway of the published summary, and how records are checked against it.

    Attributes
    ----------
    name
        As the report calls it.
    says
        What it says, in short.
    check
        What records must show; empty where no records bear on it.
    """

    name: str
    says: str
    check: str = ""


@dataclass(frozen=True)
class Records:
    """What records show about one statement, and which of its checks are met."""

    shown: str
    checks: tuple[bool, ...]


STATEMENTS = {
    "1": Statement(
        "Key finding 1",
        "workers are based in schools",
        "in each pilot more than half of a five-day week in schools",
    ),
    "2": Statement(
        "Key finding 2",
        "practice varies between schools",
        "in each pilot a school where the worker is embedded and one where the worker visits",
    ),
    "3": Statement("Key finding 3", "a wide span of work", "in each pilot hours on every type"),
    "4": Statement("Key finding 4", "well received"),
    "5": Statement("Key finding 5", "tensions, and how they eased"),
    "6": Statement(
        "Key finding 6",
        "some outcomes fell",
        f"for each published fall p at most {LEVEL} by school and by area (exploratory)",
    ),
    "A": Statement(
        "Pathway A",
        "advice changes a school’s response",
        "advice logged in primary and in secondary schools",
    ),
    "B": Statement(
        "Pathway B",
        "work with parents, most in primaries",
        "work with parents a larger share of hours in primary than in secondary schools",
    ),
    "C": Statement(
        "Pathway C",
        "young people’s trust, most in secondaries",
        "direct work a larger share of hours in secondary than in primary schools",
    ),
}
"""The statements, by the codes that coders give them."""

RULE = (
    "Records bear a statement out if every check is met, and in part if some are. The checks: "
    "{checks}. Coded evidence bears it out if more than half of its items support it, does not if "
    "more than half contradict it, and does in part otherwise. The strands agree if they read "
    "alike, differ if one bears out what the other does not, and agree partly otherwise. [z]: the "
    "strand says nothing of it."
)


def joint_display(
    evidence_by_finding: pd.DataFrame,
    evidence_by_pathway: pd.DataFrame,
    pilot_delivery: pd.DataFrame,
    school_kinds: pd.DataFrame,
    activity_by_type: pd.DataFrame,
    activity_by_phase: pd.DataFrame,
    change_judgements: pd.DataFrame,
    published_findings: tuple[dict[str, str], ...],
    outcomes: tuple[Outcome, ...],
) -> Table:
    """Show for each finding and pathway whether records and coded evidence agree."""
    records = {
        "1": _time_in_schools(pilot_delivery),
        "2": _kinds_of_school(school_kinds),
        "3": _span_of_work(activity_by_type),
        "6": _published_falls(change_judgements, published_findings, outcomes),
        **dict(_beginnings(activity_by_phase)),
    }
    coded = {
        str(row[key]): row
        for key, counts in (("finding", evidence_by_finding), ("pathway", evidence_by_pathway))
        for row in counts.to_dict("records")
    }
    data = pd.DataFrame(
        [_line(each, records.get(code), coded[code]) for code, each in STATEMENTS.items()]
    )
    checks = "; ".join(f"{each.name}, {each.check}" for each in STATEMENTS.values() if each.check)
    return table(
        data,
        (
            Words("statement", "Statement", "Statement of the published summary", width=10),
            Words("says", "In short", "What it says, in short", width=13),
            Words(("records", "records_read"), "Records", "What records show about it",
                  cell=_reading, width=23),
            Words(("coded_read", *DIRECTIONS), "Coded evidence", width=17, cell=_coded,
                  meaning="How coded evidence reads on it; empty where there is none"),
            Words("strands", "Strands", "Whether the two agree", cell=str.capitalize, width=8),
        ),
        meanings={
            "records_read": "How records read on it; empty where they say nothing about it",
            **dict.fromkeys(DIRECTIONS, "Coded items with this direction, number"),
        },
        released=list(data),
        note=RULE.format(checks=checks),
    )  # fmt: skip


# --- what records show -----------------------------------------------------------------------


def _time_in_schools(pilot_delivery: pd.DataFrame) -> Records:
    days = [float(each) for each in pilot_delivery["days_in_school"]]
    shown = f"{words.rate(min(days))} to {words.rate(max(days))} days a week in schools, by pilot"
    return Records(shown, tuple(each > HALF_A_WEEK for each in days))


def _kinds_of_school(school_kinds: pd.DataFrame) -> Records:
    kinds = school_kinds.groupby("pilot")["integration"].agg(set)
    checks = tuple({"embedded", "visiting"} <= each for each in kinds)
    counts = school_kinds["integration"].value_counts()
    return Records(
        f"embedded in {counts.get('embedded', 0)} schools, partly embedded in "
        f"{counts.get('mixed', 0)}, visiting {counts.get('visiting', 0)}; both extremes in "
        f"{_of(checks)} pilots",
        checks,
    )


def _span_of_work(activity_by_type: pd.DataFrame) -> Records:
    checks = tuple((activity_by_type.groupby("pilot")["hours"].min() > 0).tolist())
    hours = activity_by_type.groupby("activity_type")["hours"].sum()
    statutory = 100 * hours[hours.index.isin(STATUTORY)].sum() / hours.sum()
    return Records(
        f"every type in {_of(checks)} pilots; {statutory:.0f}% of hours statutory", checks
    )


def _published_falls(
    change_judgements: pd.DataFrame,
    published_findings: tuple[dict[str, str], ...],
    outcomes: tuple[Outcome, ...],
) -> Records:
    falls = judgements_of_falls(change_judgements, published_findings)
    missing = sum(not each.estimated for each in falls)
    if missing == len(falls):
        return Records(f"p-values of the {len(falls)} published falls cannot be shown", ())
    # What could not be estimated supports nothing.
    checks = tuple(each.verdict == "lower" for each in falls)
    by_outcome = [
        f"{', '.join(map(_p_values, group))} ({words.inside(outcome.label)}{_family(group)})"
        for outcome in outcomes
        if (group := [each for each in falls if each.outcome == outcome.name])
    ]
    unknown = f", {missing} of which cannot be shown," if missing else ""
    shown = (
        f"for {_of(checks)} published falls{unknown} p is at most {LEVEL} (by school, "
        f"by area, adjusted for the family; exploratory): {'; '.join(by_outcome)}"
    )
    return Records(shown, checks)


def _family(group: list[Judgement]) -> str:
    """State how many comparisons p-values are adjusted for; empty where there is no estimate."""
    sizes = [each.in_family for each in group if each.estimated]
    return f", {max(sizes):.0f} comparisons" if sizes else ""


def _p_values(fall: Judgement) -> str:
    """State the p-values of one published fall, by school and by area."""
    if not fall.estimated:
        return f"{fall.pilot} {words.no_estimate(fall.reason)}"
    by_school, by_area = map(words.p_value, (fall.adjusted_school, fall.adjusted_area))
    return f"{fall.pilot} {by_school}, {by_area}"


def _beginnings(activity_by_phase: pd.DataFrame) -> Iterator[tuple[str, Records]]:
    """Return the share of hours on the work with which each pathway begins."""
    shares = activity_by_phase.set_index(["activity_type", "phase"])["percent"]
    for pathway, kind in BEGINNINGS.items():
        primary, secondary = (
            float(shares.get((kind, phase), 0)) for phase in ("primary", "secondary")
        )
        checks = {
            "A": (primary > 0, secondary > 0),
            "B": (primary > secondary,),
            "C": (secondary > primary,),
        }
        shown = f"{kind} {primary:.0f}% of hours in primaries, {secondary:.0f}% in secondaries"
        yield pathway, Records(shown, checks[pathway])


# --- lines -----------------------------------------------------------------------------------


def _line(
    statement: Statement, records: Records | None, coded: Mapping[Any, Any]
) -> dict[str, object]:
    counts = {kind: int(coded[kind]) for kind in DIRECTIONS}
    readings = read_checks(records.checks if records else ()), read_items(**counts)
    return {
        "statement": statement.name,
        "says": statement.says,
        "records": records.shown if records else "",
        "records_read": readings[0],
        **counts,
        "coded_read": readings[1],
        "strands": agreement_of(*readings),
    }


def _reading(shown: str, read: str) -> str:
    reading = f"{read.capitalize()}: " if read else "Not known: "
    return f"{reading}{shown}" if shown else "[z]"


def _coded(read: str, supports: int, mixed: int, contradicts: int) -> str:
    counts = (
        f"{words.count(supports)} support, {words.count(mixed)} both ways, "
        f"{words.count(contradicts)} contradict"
    )
    return _reading(counts if read else "", read)


def _of(checks: tuple[bool, ...]) -> str:
    return f"{sum(checks)} of {len(checks)}"

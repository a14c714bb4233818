"""A value that may not be shown stands in no form of an exhibit, unless the step is left out."""

import re
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from analysis.dataflow.effects import rates_before_after
from analysis.disclosure import PUBLIC, DisclosureRules, safe_csv
from analysis.disclosure.outcomes import release_outcomes
from analysis.exhibits.outcomes.tables import before_after
from analysis.exhibits.parts.disclosure_check import cleared
from analysis.exhibits.parts.exhibit import Provenance
from analysis.exhibits.parts.markdown import markdown
from analysis.study.settings import read_study
from tests.architecture import ROOT
from tests.spec.test_disclosure_outcomes import MONTHS, TERMS

WORDS = read_study(ROOT / "study.toml").words

CARE: Any = SimpleNamespace(
    name="days_in_care", label="Days in care", measure="days", event_type="", unit="days",
    pilots=("Lambeth",),
)  # fmt: skip
S47: Any = SimpleNamespace(
    name="s47_enquiries", label="Enquiries", measure="events", event_type="s47_enquiry",
    pilots=("Lambeth",),
)  # fmt: skip
PLANTED = 173
"""Days in care of one child, the only one of its school."""


def panel() -> pd.DataFrame:
    """Return a year before and the pilot's months of two schools, one with the planted child."""
    rows = []
    for school, arm in (("S001", "intervention"), ("S002", "comparison")):
        for window, shift in (("before", -12), ("after", 0)):
            for number, (month, term) in enumerate(zip(MONTHS + shift, TERMS, strict=True)):
                rows.append(
                    {"outcome": "days_in_care", "pilot": "Lambeth", "school_id": school,
                     "arm": arm, "month": month, "term": f"{term} {window}", "window": window,
                     "returned": True, "pupils": 1000, "event_month": number + shift}
                )  # fmt: skip
    return pd.DataFrame(rows)


def episodes() -> pd.DataFrame:
    """Return one long episode at the first school, and many of other children at both."""
    rows = [("C0", "S001", "2019-05-01", PLANTED)]
    for child in range(1, 13):
        rows += [(f"{s}{child}", s, "2018-06-01", 20 + child) for s in ("S001", "S002")]
    rows += [(f"X{child}", "S002", "2019-06-01", 31 + child) for child in range(12)]
    frame = pd.DataFrame(rows, columns=["child_id", "school_id", "started", "days"])
    started = pd.to_datetime(frame["started"])
    ended = started + pd.to_timedelta(frame.pop("days"), unit="D")
    return frame.assign(started=started, ended=ended)


def counted(care: pd.DataFrame) -> pd.DataFrame:
    """Return the panel with its days."""
    found = panel()
    days = {}
    for row in care.itertuples():
        for day in pd.date_range(row.started, row.ended, inclusive="left"):
            key = (row.school_id, day.to_period("M"))
            days[key] = days.get(key, 0) + 1
    keys = zip(found["school_id"], found["month"], strict=True)
    care_days = found.assign(events=[days.get(key, 0) for key in keys])
    return pd.concat([care_days, found.assign(outcome="s47_enquiries", events=0)])


def surfaces() -> dict[str, str]:
    """Return every form in which table and figure leave the dataflow."""
    care = episodes()
    whole = counted(care)
    none = pd.DataFrame({"child_id": [], "school_id": [], "event_type": [],
                         "event_date": pd.to_datetime([])})  # fmt: skip
    out = release_outcomes(whole, none, care, [S47, CARE], PUBLIC)
    rates = rates_before_after(whole, out, PUBLIC)
    table = cleared(
        "before_after", before_after(rates, (S47, CARE), "2019", PUBLIC, out, WORDS), ()
    )
    return {
        "printed": markdown(table, Provenance("before_after")),
        "download": safe_csv(table.data),
        "reason": table.status.reason,
        "check": out.check.to_csv(),
    }


def shows(text: str) -> bool:
    return re.search(rf"(?<!\d){PLANTED}(?!\d)", text) is not None


def test_one_childs_days_are_nowhere() -> None:
    assert {name for name, text in surfaces().items() if shows(text)} == set()


def test_they_would_be_seen_without_disclosure_control(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DisclosureRules, "is_unsafe", lambda *_: False)
    monkeypatch.setattr(DisclosureRules, "is_unsafe_sum", lambda *_: False)
    assert {name for name, text in surfaces().items() if shows(text)} == {"printed", "download"}

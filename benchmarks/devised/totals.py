"""Corruptions of the control totals themselves."""

from __future__ import annotations

import pandas as pd

from benchmarks.devised.sent import Devised, Sent

devised = Devised()
TOTALS = "control_totals"


def _rows(s: Sent, **equal: str) -> pd.Series:
    rows = s[TOTALS]["file"].ne("")
    for column, value in equal.items():
        rows &= s[TOTALS][column].eq(value)
    return rows


WHOLE = {"school_id": "all", "type": "all", "year": "all"}
EVENTS = {"file": "child_events", "total_of": "rows"}


def _more(s: Sent, rows: pd.Series, by: float = 1.0) -> None:
    changed = s[TOTALS].loc[rows, "total"].astype(float) + by
    s.put(TOTALS, rows, "total", changed.map("{:g}".format))


devised.add("The whole of one file one row more", lambda s: _more(s, _rows(s, **EVENTS, **WHOLE)))
devised.add(
    "The events of one school one more", lambda s: _more(s, _rows(s, **EVENTS, school_id="S014"))
)
devised.add(
    "The events of one year one more, and those of another one fewer",
    lambda s: (
        _more(s, _rows(s, **EVENTS, **{**WHOLE, "year": "2018"})),
        _more(s, _rows(s, **EVENTS, **{**WHOLE, "year": "2019"}), -1),
    )[0],
)
devised.add(
    "The events of two types exchanged",
    lambda s: s.replace(
        TOTALS,
        "type",
        {
            "event_type=referral": "event_type=s17_start",
            "event_type=s17_start": "event_type=referral",
        },
        _rows(s, **EVENTS),
    ),
)
devised.add(
    "The totals of one school under a school that is not in the extract",
    lambda s: s.replace(TOTALS, "school_id", {"S014": "S914"}, _rows(s)),
)
devised.add(
    "The totals of one school left out",
    lambda s: s.drop(TOTALS, _rows(s, school_id="S014")),
)
devised.add(
    "A school added that is not in the extract, with no events",
    lambda s: _append(
        s, {**s[TOTALS].iloc[0], **EVENTS, **WHOLE, "school_id": "S914", "total": "0"}
    ),
)


def _append(s: Sent, row: dict[str, str]) -> None:
    s.tables[TOTALS] = pd.concat([s[TOTALS], pd.DataFrame([row])], ignore_index=True)


devised.add(
    "One total twice, with the same number",
    lambda s: _append(s, dict(s[TOTALS].iloc[3])),
)
devised.add(
    "One total twice, with another number",
    lambda s: _append(s, {**s[TOTALS].iloc[3], "total": "7"}),
)
devised.add(
    "All totals twice",
    lambda s: s.tables.update({TOTALS: pd.concat([s[TOTALS], s[TOTALS]], ignore_index=True)}),
)
devised.add(
    "Nobody has confirmed the totals", lambda s: s.put(TOTALS, _rows(s), "confirmed_on", "")
)
devised.add(
    "One total that nobody has confirmed",
    lambda s: s.put(TOTALS, pd.Series(s[TOTALS].index == 40), "confirmed_on", ""),
)
devised.add(
    "Totals confirmed before the window ended",
    lambda s: s.put(TOTALS, _rows(s), "confirmed_on", "2019-12-31"),
)
devised.add("One file without totals", lambda s: s.drop(TOTALS, _rows(s, file="care_episodes")))
devised.add(
    "Totals of one school's events and of nothing else",
    lambda s: s.drop(TOTALS, ~_rows(s, **EVENTS, school_id="S014")),
)
devised.add(
    "A total of a file that the extract does not have",
    lambda s: s.put(
        TOTALS, _rows(s, file="evidence", total_of="rows", **WHOLE), "file", "interviews"
    ),
)
devised.add(
    "A total of a column that the file does not have",
    lambda s: s.put(
        TOTALS, _rows(s, file="evidence", total_of="finding", **WHOLE), "total_of", "hours"
    ),
)
devised.add(
    "A type that the file does not have",
    lambda s: s.replace(TOTALS, "type", {"event_type=referral": "event_type=contact"}, _rows(s)),
)
devised.add(
    "Totals with commas in thousands",
    lambda s: s.put(
        TOTALS, _rows(s), "total", s[TOTALS]["total"].astype(float).map("{:,.0f}".format)
    ),
)
devised.add("A total left blank", lambda s: s.put(TOTALS, _rows(s, **EVENTS, **WHOLE), "total", ""))
devised.add(
    "Totals in other units: dates counted from 1904",
    lambda s: _more(s, _rows(s, file="child_events", total_of="event_date", **WHOLE), -1462 * 7132),
)

CORRUPTIONS = tuple(devised.found)

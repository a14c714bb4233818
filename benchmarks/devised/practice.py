"""Corruptions of the team, its activity log, the fieldwork and the coded evidence."""

from __future__ import annotations

import pandas as pd

from benchmarks.devised.sent import PILOTS, Devised, Sent

devised = Devised()
LOG, EVIDENCE, FIELDWORK, DEPLOYED, TEAM = (
    "activity_log", "evidence", "fieldwork", "deployments", "social_workers",
)  # fmt: skip


# --- the log ----------------------------------------------------------------------------


def _hours(s: Sent, factor: float, rows: pd.Series) -> None:
    quarters = (s[LOG].loc[rows, "hours"].astype(float) * factor * 4).round().clip(lower=1) / 4
    s.put(LOG, rows, "hours", quarters.map("{:.2f}".format))


for _words, _factor in (("doubled", 2.0), ("halved", 0.5), ("a quarter too high", 1.25)):
    devised.add(f"Hours {_words}", lambda s, f=_factor: _hours(s, f, s.rows(LOG)))
    devised.add(
        f"Hours {_words} in Stockport",
        lambda s, f=_factor: _hours(s, f, s.rows(LOG, pilot="Stockport")),
    )
devised.add(
    "Hours rounded up to whole ones",
    lambda s: s.put(
        LOG, s.rows(LOG), "hours", (-(-s[LOG]["hours"].astype(float) // 1)).map("{:.2f}".format)
    ),
)
devised.add(
    "Entries shorter than half an hour left out",
    lambda s: s.drop(LOG, s[LOG]["hours"].astype(float) < 0.5),
)
for _words, _share in (("two", 0.5), ("ten", 0.1)):
    devised.add(
        f"One entry in {_words} lost", lambda s, h=_share: s.drop(LOG, s.some(s.rows(LOG), h))
    )
for _pilot in PILOTS:
    devised.add(
        f"Nine in ten entries of {_pilot} lost",
        lambda s, p=_pilot: s.drop(LOG, s.some(s.rows(LOG, pilot=p), 0.9)),
    )
    devised.add(
        f"One entry in two of {_pilot} lost",
        lambda s, p=_pilot: s.drop(LOG, s.some(s.rows(LOG, pilot=p), 0.5)),
    )
    devised.add(
        f"{_pilot}'s log of November 2019 lost",
        lambda s, p=_pilot: s.drop(
            LOG, s.rows(LOG, pilot=p) & s[LOG]["activity_date"].str[:7].eq("2019-11")
        ),
    )
devised.add(
    "The log from November 2019 on lost",
    lambda s: s.drop(LOG, s[LOG]["activity_date"].ge("2019-11")),
)
devised.add(
    "The log of one worker lost",
    lambda s: s.drop(LOG, s[LOG]["worker_id"].eq(s[LOG]["worker_id"].value_counts().index[0])),
)
devised.add(
    "The log of one worker's last three months lost",
    lambda s: s.drop(LOG, s[LOG]["worker_id"].eq("W09") & s[LOG]["activity_date"].ge("2019-12")),
)
devised.add(
    "The log of one school lost",
    lambda s: s.drop(LOG, s[LOG]["school_id"].eq(s[LOG]["school_id"].value_counts().index[0])),
)
devised.add(
    "Universal offers left out",
    lambda s: s.drop(LOG, s[LOG]["activity_type"].eq("universal offer")),
)
for _one, _other in (("direct work", "advice to staff"), ("early help", "work with parents")):
    devised.add(
        f"{_one.capitalize()} and {_other} exchanged",
        lambda s, w={_one: _other, _other: _one}: s.replace(LOG, "activity_type", w, s.rows(LOG)),
    )
devised.add(
    "Children not known to social care entered as early help",
    lambda s: s.replace(
        LOG, "child_status", {"not known to social care": "early help"}, s.rows(LOG)
    ),
)
devised.add(
    "Early help and not known to social care exchanged in one pilot",
    lambda s: s.replace(
        LOG,
        "child_status",
        {"not known to social care": "early help", "early help": "not known to social care"},
        s.rows(LOG, pilot="Lambeth"),
    ),
)
devised.add(
    "Entries of one in twenty sent again",
    lambda s: s.again(LOG, s.some(s.rows(LOG), 0.04), "activity_id", 0, "activity_date"),
)
devised.add(
    "Entries dated a week late",
    lambda s: s.shift(LOG, s[LOG]["activity_date"].lt("2020-01-01"), "activity_date", 7),
)
devised.add(
    "Hours in another order of rows",
    lambda s: s.put(LOG, s.rows(LOG), "hours", s[LOG]["hours"].to_numpy()[::-1]),
)


@devised("Entries given to the worker's other school")
def _(s: Sent) -> None:
    own = s[DEPLOYED].groupby("worker_id")["school_id"].agg(list)
    pair = next(schools for schools in own if len(schools) > 1)
    s.exchange({pair[0]: pair[1]}, LOG)


# --- the team ---------------------------------------------------------------------------


def _days(s: Sent, factor: float, rows: pd.Series) -> None:
    halves = (s[DEPLOYED].loc[rows, "days_per_week"].astype(float) * factor * 2).round() / 2
    s.put(DEPLOYED, rows, "days_per_week", halves.clip(0.5, 5).map("{:.1f}".format))


devised.add("Deployed days halved", lambda s: _days(s, 0.5, s.rows(DEPLOYED)))
for _pilot in PILOTS:
    devised.add(
        f"Deployed days halved in {_pilot}",
        lambda s, p=_pilot: _days(s, 0.5, s.rows(DEPLOYED, pilot=p)),
    )
devised.add("Deployed days a fifth too few", lambda s: _days(s, 0.8, s.rows(DEPLOYED)))
devised.add(
    "Deployed days in another order of schools",
    lambda s: s.put(
        DEPLOYED, s.rows(DEPLOYED), "days_per_week", s[DEPLOYED]["days_per_week"].to_numpy()[::-1]
    ),
)
for _one, _other in (("embedded", "visiting"), ("embedded", "mixed")):
    devised.add(
        f"Integration {_one} and {_other} exchanged",
        lambda s, w={_one: _other, _other: _one}: s.replace(
            DEPLOYED, "integration", w, s.rows(DEPLOYED)
        ),
    )
devised.add(
    "Integration in another order of schools",
    lambda s: s.put(
        DEPLOYED, s.rows(DEPLOYED), "integration", s[DEPLOYED]["integration"].to_numpy()[::-1]
    ),
)


@devised("Two workers of one pilot exchanged in deployments and log")
def _(s: Sent) -> None:
    one, other = s[TEAM][s[TEAM]["pilot"].eq("Southampton")]["worker_id"].iloc[:2]
    for name in (DEPLOYED, LOG):
        s.replace(name, "worker_id", {one: other, other: one}, s.rows(name))


devised.add(
    "All workers still in post given a last day in February 2020",
    lambda s: s.put(TEAM, s[TEAM]["ended"].eq(""), "ended", "2020-02-29"),
)
devised.add(
    "The worker who left shown as still in post",
    lambda s: s.put(TEAM, s[TEAM]["ended"].ne(""), "ended", ""),
)
devised.add(
    "Workers' first days a month early",
    lambda s: s.shift(TEAM, s[TEAM]["worker_id"].ne(""), "started", -30),
)


# --- fieldwork --------------------------------------------------------------------------


def _phase(s: Sent, number: str) -> pd.Series:
    return s[FIELDWORK]["study_phase"].eq(number)


for _number, _days_early in (("2", 60), ("3", 150), ("3", 45)):
    devised.add(
        f"Fieldwork of phase {_number} dated {_days_early} days early",
        lambda s, n=_number, d=_days_early: s.shift(FIELDWORK, _phase(s, n), "fieldwork_date", -d),
    )
devised.add(
    "One piece of fieldwork of phase 2 dated before the start",
    lambda s: s.put(
        FIELDWORK, pd.Series(s[FIELDWORK].index == _phase(s, "2").idxmax()), "fieldwork_date",
        "2019-04-15",
    ),
)  # fmt: skip
for _one, _other in (("1", "2"), ("2", "3")):
    devised.add(
        f"Phases {_one} and {_other} of fieldwork exchanged",
        lambda s, w={_one: _other, _other: _one}: s.replace(
            FIELDWORK, "study_phase", w, s[FIELDWORK]["pilot"].ne("")
        ),
    )


def _lost(s: Sent, rows: pd.Series) -> None:
    """Remove fieldwork with the evidence coded from it."""
    gone = set(s[FIELDWORK].loc[rows, "fieldwork_id"])
    s.drop(EVIDENCE, s[EVIDENCE]["fieldwork_id"].isin(gone))
    s.drop(FIELDWORK, rows)


devised.add(
    "One piece of fieldwork in two lost with its evidence",
    lambda s: _lost(s, s.some(s[FIELDWORK]["pilot"].ne(""), 0.5)),
)
for _group in ("parent", "child", "manager"):
    devised.add(
        f"Fieldwork with every {_group} lost with its evidence",
        lambda s, g=_group: _lost(s, s[FIELDWORK]["participant_group"].eq(g)),
    )
devised.add(
    "Fieldwork of phase 3 in Lambeth lost with its evidence",
    lambda s: _lost(s, _phase(s, "3") & s[FIELDWORK]["pilot"].eq("Lambeth")),
)
devised.add(
    "Children and parents exchanged among participants",
    lambda s: s.replace(
        FIELDWORK, "participant_group", {"child": "parent", "parent": "child"},
        s[FIELDWORK]["pilot"].ne(""),
    ),
)  # fmt: skip
devised.add(
    "Focus groups entered as observations",
    lambda s: s.replace(
        FIELDWORK, "method", {"focus group": "observation"}, s[FIELDWORK]["pilot"].ne("")
    ),
)
devised.add(
    "One more participant in each piece of fieldwork but interviews",
    lambda s: s.put(
        FIELDWORK,
        s[FIELDWORK]["method"].ne("interview"),
        "participants",
        (s[FIELDWORK]["participants"].astype(int) + 1).astype(str),
    ),
)
devised.add(
    "Places of half of the fieldwork left out",
    lambda s: s.put(FIELDWORK, s.some(s[FIELDWORK]["pilot"].ne(""), 0.5), "school_id", ""),
)


# --- evidence ---------------------------------------------------------------------------

FLIP = {"supports": "contradicts", "contradicts": "supports"}


def _evidence(s: Sent, **equal: str) -> pd.Series:
    rows = s[EVIDENCE]["pilot"].ne("")
    for column, value in equal.items():
        rows &= s[EVIDENCE][column].eq(value)
    return rows


devised.add("Evidence flipped", lambda s: s.replace(EVIDENCE, "direction", FLIP, _evidence(s)))
for _number in "123456":
    devised.add(
        f"Evidence on finding {_number} flipped",
        lambda s, n=_number: s.replace(EVIDENCE, "direction", FLIP, _evidence(s, finding=n)),
    )
for _pilot in PILOTS:
    devised.add(
        f"Evidence from {_pilot} flipped",
        lambda s, p=_pilot: s.replace(EVIDENCE, "direction", FLIP, _evidence(s, pilot=p)),
    )
devised.add(
    "Evidence of the second coder flipped",
    lambda s: s.replace(EVIDENCE, "direction", FLIP, _evidence(s, coder="R2")),
)
for _value in ("contradicts", "mixed"):
    devised.add(
        f"Four in five pieces of evidence that read '{_value}' lost",
        lambda s, v=_value: s.drop(EVIDENCE, s.some(_evidence(s, direction=v), 0.8)),
    )
devised.add(
    "Mixed evidence entered as support",
    lambda s: s.put(
        EVIDENCE, s.some(_evidence(s, direction="mixed"), 0.9), "direction", "supports"
    ),
)
for _column, _one, _other in (("finding", "3", "4"), ("pathway", "A", "B"), ("coder", "R1", "R2")):
    devised.add(
        f"{_column.capitalize()}s {_one} and {_other} exchanged in the evidence",
        lambda s, c=_column, w={_one: _other, _other: _one}: s.replace(
            EVIDENCE, c, w, _evidence(s)
        ),
    )
devised.add(
    "One piece of evidence in two lost",
    lambda s: s.drop(EVIDENCE, s.some(_evidence(s), 0.5)),
)
devised.add(
    "One piece of evidence in twenty lost",
    lambda s: s.drop(EVIDENCE, s.some(_evidence(s), 0.05)),
)
devised.add(
    "Directions in another order of rows",
    lambda s: s.put(EVIDENCE, _evidence(s), "direction", s[EVIDENCE]["direction"].to_numpy()[::-1]),
)
devised.add(
    "Pathways left out of half of the evidence",
    lambda s: s.put(EVIDENCE, s.some(_evidence(s), 0.5), "pathway", ""),
)


@devised("Evidence given to the piece of fieldwork before, of the same pilot and place")
def _(s: Sent) -> None:
    keys = s[FIELDWORK].groupby(["pilot", "school_id"])["fieldwork_id"]
    before = dict(zip(s[FIELDWORK]["fieldwork_id"], keys.shift(1), strict=True))
    swap = {own: other for own, other in before.items() if isinstance(other, str)}
    s.replace(EVIDENCE, "fieldwork_id", swap, _evidence(s, coder="R1"))


CORRUPTIONS = tuple(devised.found)

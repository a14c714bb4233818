"""Corruptions of schools and school-months: identifiers, arms, sets, sizes, rolls, returns."""

from __future__ import annotations

from functools import partial

import pandas as pd

from benchmarks.devised.sent import (
    ARMS,
    OUTCOME_FILES,
    PILOTS,
    PROGRAMME_FILES,
    START,
    Devised,
    Sent,
)

devised = Devised()


# --- which school, arm and set ------------------------------------------------------------

devised.add(
    "Identifiers of all pairs exchanged between arms in the programme's files",
    lambda s: s.exchange(s.pairs(), *PROGRAMME_FILES),
)
devised.add(
    "Identifiers of all pairs exchanged between arms in the authorities' files",
    lambda s: s.exchange(s.pairs(), *OUTCOME_FILES),
)
devised.add(
    "Identifiers of all pairs exchanged in children, events and episodes, not in rolls",
    lambda s: s.exchange(s.pairs(), *OUTCOME_FILES[1:]),
)
devised.add(
    "Identifiers of all pairs exchanged in the list of schools alone",
    lambda s: s.exchange(s.pairs(), "schools"),
)
devised.add(
    "Identifiers of all pairs exchanged in rolls alone",
    lambda s: s.exchange(s.pairs(), "school_months"),
)


def _first(pairs: dict[str, str]) -> dict[str, str]:
    return dict(list(pairs.items())[:1])


def _same_arm(s: Sent, pilot: str, arm: str = "intervention") -> dict[str, str]:
    """Return a pair of schools of the same arm, pilot and phase."""
    return {s.school("primary", arm, pilot, 0): s.school("primary", arm, pilot, 1)}


def _exchange(s: Sent, column: str, pairs: dict[str, str]) -> None:
    """Swap one value between schools in the list of schools."""
    for one, other in pairs.items():
        values = [s.schools.loc[name, column] for name in (one, other)]
        for name, value in zip((other, one), values, strict=True):
            s.put("schools", s["schools"]["school_id"] == name, column, value)


for _pilot in PILOTS:
    devised.add(
        f"Identifiers of one pair of {_pilot} exchanged in the authority's files",
        lambda s, p=_pilot: s.exchange(_first(s.pairs(p)), *OUTCOME_FILES),
    )
    devised.add(
        f"Identifiers of one pair of {_pilot} exchanged in children, events and episodes",
        lambda s, p=_pilot: s.exchange(_first(s.pairs(p)), *OUTCOME_FILES[1:]),
    )
    devised.add(
        f"Two intervention schools of {_pilot} exchanged in the authority's files",
        lambda s, p=_pilot: s.exchange(_same_arm(s, p), *OUTCOME_FILES),
    )
    devised.add(
        f"Two comparison schools of {_pilot} exchanged in children and their records",
        lambda s, p=_pilot: s.exchange(_same_arm(s, p, "comparison"), *OUTCOME_FILES[1:]),
    )
    devised.add(
        f"Two comparison schools of {_pilot} put into each other's matched set",
        lambda s, p=_pilot: _exchange(s, "matched_set", _same_arm(s, p, "comparison")),
    )
    devised.add(
        f"Two intervention schools of {_pilot} put into each other's area",
        lambda s, p=_pilot: _exchange(s, "area", _same_arm(s, p)),
    )


@devised("Arms, areas and start days of one pair exchanged, and its worker with them")
def _(s: Sent) -> None:
    pair = _first(s.pairs("Southampton"))
    for column in ("arm", "area", "start_date"):
        _exchange(s, column, pair)
    s.exchange(pair, "deployments", "activity_log", "fieldwork")


@devised("Arms of one pair exchanged in the list of schools alone")
def _(s: Sent) -> None:
    _exchange(s, "arm", _first(s.pairs("Stockport")))


@devised("One pair listed as secondary schools instead of primary")
def _(s: Sent) -> None:
    pair = {s.school("primary"): s.pairs()[s.school("primary")]}
    rows = s["schools"]["school_id"].isin([*pair, *pair.values()])
    s.put("schools", rows, "phase", "secondary")


@devised("Two whole matched sets of one pilot exchange their names in one arm and phase")
def _(s: Sent) -> None:
    primary = s["schools"]["phase"].eq("primary") & s["schools"]["arm"].eq("comparison")
    own = s["schools"][primary & s["schools"]["pilot"].eq("Southampton")]
    s.put("schools", own.index, "matched_set", own["matched_set"].to_numpy()[::-1])


# --- pupils and free school meals -----------------------------------------------------------


def _scaled(s: Sent, name: str, rows: pd.Series, column: str, factor: float) -> None:
    values = (pd.to_numeric(s[name].loc[rows, column]) * factor).round().astype(int)
    s.put(name, rows, column, values.astype(str))


for _words, _factor in (("doubled", 2.0), ("halved", 0.5), ("three per cent too high", 1.03),
                        ("one per cent too high", 1.01)):  # fmt: skip
    devised.add(
        f"Pupils of all schools {_words}",
        lambda s, f=_factor: _scaled(s, "schools", s["schools"]["arm"].ne(""), "pupils", f),
    )
devised.add(
    "Pupils of pairs exchanged in the list of schools",
    lambda s: _exchange(s, "pupils", s.pairs()),
)
devised.add(
    "Pupils of the intervention schools one tenth too many",
    lambda s: _scaled(s, "schools", s["schools"]["arm"].eq("intervention"), "pupils", 1.1),
)


def _complement(s: Sent, rows: pd.Series) -> None:
    values = 100 - s["schools"].loc[rows, "fsm_percent"].astype(float)
    s.put("schools", rows, "fsm_percent", values.map("{:.1f}".format))


devised.add(
    "Free school meals as 100 less the share", lambda s: _complement(s, s["schools"]["arm"].ne(""))
)
for _pilot in PILOTS:
    devised.add(
        f"Free school meals as 100 less the share in {_pilot}",
        lambda s, p=_pilot: _complement(s, s["schools"]["pilot"].eq(p)),
    )
for _arm in ARMS:
    devised.add(
        f"Free school meals as 100 less the share in {_arm} schools",
        lambda s, a=_arm: _complement(s, s["schools"]["arm"].eq(a)),
    )
devised.add(
    "Free school meals as 100 less the share in one pair",
    lambda s: _complement(s, s["schools"]["matched_set"].eq("SOU-03")),
)


@devised("Free school meals in another order of schools within each pilot")
def _(s: Sent) -> None:
    for pilot in PILOTS:
        rows = s["schools"]["pilot"].eq(pilot)
        s.put(
            "schools", rows, "fsm_percent", s["schools"].loc[rows, "fsm_percent"].to_numpy()[::-1]
        )


@devised("Free school meals of all schools two points too high")
def _(s: Sent) -> None:
    values = (s["schools"]["fsm_percent"].astype(float) + 2).map("{:.1f}".format)
    s.put("schools", s["schools"]["arm"].ne(""), "fsm_percent", values)


# --- start days -------------------------------------------------------------------------------


def _started(s: Sent, pilot: str = "") -> pd.Series:
    rows = s["schools"]["start_date"].ne("")
    return rows & s["schools"]["pilot"].eq(pilot) if pilot else rows


for _days in (-28, 7, 28, 91):
    devised.add(
        f"Start days of all schools {abs(_days)} days too {'early' if _days < 0 else 'late'}",
        lambda s, d=_days: s.shift("schools", _started(s), "start_date", d),
    )
for _pilot in PILOTS:
    devised.add(
        f"Start days of {_pilot} four weeks too late",
        lambda s, p=_pilot: s.shift("schools", _started(s, p), "start_date", 28),
    )


@devised("Day and month of start days exchanged")
def _(s: Sent) -> None:
    old = s["schools"].loc[_started(s), "start_date"]
    s.put("schools", _started(s), "start_date", old.map(lambda d: f"{d[:5]}{d[8:]}-{d[5:7]}"))


devised.add(
    "Start days all written as the first weekday of May",
    lambda s: s.put("schools", _started(s), "start_date", START),
)


# --- rolls ------------------------------------------------------------------------------------


def _rolls(s: Sent, months: int) -> None:
    """Give each school-month the roll of some months later, filling the ends with known values."""
    table = s["school_months"].sort_values(["school_id", "month"])
    moved = table.groupby("school_id")["pupils"].shift(-months)
    filled = moved.groupby(table["school_id"]).transform(lambda v: v.ffill().bfill())
    s.put("school_months", s["school_months"]["month"].ne(""), "pupils", filled)


for _months in (12, -12, 1):
    devised.add(f"Rolls shifted by {_months} months", partial(_rolls, months=_months))


@devised("Rolls of each school in the reverse order of months")
def _(s: Sent) -> None:
    flipped = (
        s["school_months"].groupby("school_id")["pupils"].transform(lambda v: v.to_numpy()[::-1])
    )
    s.put("school_months", s["school_months"]["month"].ne(""), "pupils", flipped)


for _words, _factor in (("a tenth", 1.1), ("a fifth", 1.2), ("one in twenty-five", 1.04)):
    devised.add(
        f"Rolls of all schools jump by {_words} in September 2018",
        lambda s, f=_factor: _scaled(
            s, "school_months", s["school_months"]["month"] >= "2018-09", "pupils", f
        ),
    )
    devised.add(
        f"Rolls of intervention schools jump by {_words} after the start",
        lambda s, f=_factor: _scaled(
            s,
            "school_months",
            s.rows("school_months", arm="intervention") & s["school_months"]["month"].ge("2019-06"),
            "pupils",
            f,
        ),
    )
devised.add(
    "Rolls of one pilot's comparison schools jump by a tenth with the start",
    lambda s: _scaled(
        s,
        "school_months",
        s.rows("school_months", pilot="Lambeth", arm="comparison", after=True),
        "pupils",
        1.1,
    ),
)


def _stand_still(s: Sent, rows: pd.Series) -> None:
    s.put("school_months", rows, "pupils", s.of("school_months", "pupils")[rows])


devised.add("Rolls that never move", lambda s: _stand_still(s, s.rows("school_months")))
for _arm in ARMS:
    devised.add(
        f"Rolls of {_arm} schools that never move",
        lambda s, a=_arm: _stand_still(s, s.rows("school_months", arm=a)),
    )
devised.add(
    "The roll of one large school that never moves",
    lambda s: _stand_still(s, s.rows("school_months", school_id=s.school("secondary"))),
)
devised.add(
    "The roll of one school halved",
    lambda s: _scaled(
        s, "school_months", s.rows("school_months", school_id=s.school("secondary")), "pupils", 0.5
    ),
)
devised.add(
    "The roll of one school a hundredth too high in every month after the start",
    lambda s: _scaled(
        s,
        "school_months",
        s.rows("school_months", school_id=s.school("secondary"), after=True),
        "pupils",
        1.01,
    ),
)
devised.add(
    "Rolls in tens",
    lambda s: s.put(
        "school_months",
        s.rows("school_months"),
        "pupils",
        s["school_months"]["pupils"].str[:-1] + "0",
    ),
)


# --- returns ----------------------------------------------------------------------------------

devised.add(
    "Outstanding returns entered as received",
    lambda s: s.put("school_months", s.rows("school_months", returned="no"), "returned", "yes"),
)


def _without_events(s: Sent) -> pd.Series:
    had = set(
        zip(s["child_events"]["school_id"], s["child_events"]["event_date"].str[:7], strict=True)
    )
    keys = zip(s["school_months"]["school_id"], s["school_months"]["month"], strict=True)
    return pd.Series([key not in had for key in keys], s["school_months"].index)


devised.add(
    "Months without events entered as outstanding",
    lambda s: s.put("school_months", _without_events(s), "returned", "no"),
)
devised.add(
    "Months without events entered as outstanding in intervention schools after the start",
    lambda s: s.put(
        "school_months",
        _without_events(s) & s.rows("school_months", arm="intervention", after=True),
        "returned",
        "no",
    ),
)


@devised("Outstanding returns entered for the month after")
def _(s: Sent) -> None:
    table = s["school_months"].sort_values(["school_id", "month"])
    moved = table.groupby("school_id")["returned"].shift(1).fillna("yes")
    s.put("school_months", s["school_months"]["month"].ne(""), "returned", moved)


CORRUPTIONS = tuple(devised.found)
